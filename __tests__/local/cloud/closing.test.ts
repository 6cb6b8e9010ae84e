/** Closing waits for requests that a simulated latency holds up, also when nothing else keeps the process alive by then. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";

const PROGRAM = `
import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { startCloud } from "./local/cloud";

async function main() {
  const cloud = await startCloud();
  cloud.s3.createBucket("slow");
  cloud.s3.setLatency({ perRequestMs: 400 });
  const { endpoint, region } = cloud;
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: cloud.principals.byName("operator") });
  client.send(new HeadBucketCommand({ Bucket: "slow" })).catch(() => undefined);
  while (cloud.s3.counters().HeadBucket !== 1) await new Promise((resolve) => setImmediate(resolve));
  client.destroy();
  await cloud.close();
  console.log("closed");
}
main();
`;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "closing-test-"));
});
afterAll(() => rm(directory, { recursive: true }));

test("a process that closes its cloud in the middle of a slow request is told when it is closed", async () => {
  const program = join(directory, "program.cjs");
  await build({
    stdin: { contents: PROGRAM, resolveDir: process.cwd(), loader: "ts" },
    bundle: true,
    platform: "node",
    target: "node20",
    outfile: program,
  });
  const scratch = await mkdtemp(join(directory, "tmp-"));
  const env = { ...process.env, TMPDIR: scratch };
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
  expect({ stdout, left: await readdir(scratch) }).toEqual({ stdout: "closed\n", left: [] });
});
