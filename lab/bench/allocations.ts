/**
 * `node --max-semi-space-size=256 dist/bench-allocations.cjs`: bytes of the heap that one request allocates, through the worker's own
 * transport, through `node:http` alone, and through the SDK. No garbage is collected between the two looks at the heap, so the
 * figures hardly depend on the machine or on how busy it is; compared with each other they guard the hot path.
 */
import { Agent, request } from "node:http";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { makeSourceClient } from "../../aws";
import { makeS3Transport } from "../../aws/lean/s3-transport";
import { startNullServer } from "./null-client";

const WARM_UP = 2_000;
const MEASURED = 300;
const KEY = "small/0000/object-0000000";

process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

async function bytesPerRequest(once: () => Promise<unknown>): Promise<number> {
  for (let count = 0; count < WARM_UP; count++) await once();
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let count = 0; count < MEASURED; count++) await once();
  return Math.round((process.memoryUsage().heapUsed - before) / MEASURED);
}

async function main(): Promise<void> {
  const nothing = await startNullServer();
  const where = { endpoint: nothing.endpoint, region: "eu-north-1" };
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const client = makeSourceClient({ ...where, credentials, slots: 4 }, "bucket");
  const transport = makeS3Transport({
    client,
    bucket: "bucket",
    region: "eu-north-1",
    service: "s3",
    maxConnections: 4,
  });
  const { signal } = new AbortController();
  const agent = new Agent({ keepAlive: true });
  const bare = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const asked = request(`${nothing.endpoint}/bucket/${KEY}`, { method: "HEAD", agent }, (answer) => {
        answer.resume().once("end", resolve);
      });
      asked.once("error", reject).end();
    });
  const lean = () => transport.send({ operation: "HeadObject", kind: "read", method: "HEAD", key: KEY }, signal);
  const sdk = () => client.send(new HeadObjectCommand({ Bucket: "bucket", Key: KEY }));
  const result = {
    lean: await bytesPerRequest(lean),
    nodeHttpUnsigned: await bytesPerRequest(bare),
    sdk: await bytesPerRequest(sdk),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  nothing.end();
}

void main().then(() => process.exit(0));
