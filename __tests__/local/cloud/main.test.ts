/** `npm run local` as a person runs it: the bundled program in its own process. */
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

let directory: string;
let program: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "local-main-test-"));
  program = join(directory, "local.cjs");
  await build({
    entryPoints: ["local/main.ts"],
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    outfile: program,
  });
});
afterAll(() => rm(directory, { recursive: true }));

const run = (args: string[]) =>
  new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [program, ...args], (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });

test("prints what to try, ends with 0 on SIGINT and leaves nothing behind", async () => {
  const scratch = await mkdtemp(join(directory, "tmp-"));
  const child = spawn(process.execPath, [program, "--port", "0"], {
    env: { ...process.env, TMPDIR: scratch },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
    if (text.includes("Three things to try") && !child.killed) child.kill("SIGINT");
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(code).toBe(0);
  expect(text).toMatch(/Local cloud: http:\/\/127\.0\.0\.1:\d+/);
  expect(text).toContain("export AWS_ACCESS_KEY_ID=AKIALOCALOPERATOR");
  expect(text.match(/^ {2}(aws|node) /gm)).toHaveLength(3);
  expect(await readdir(scratch)).toEqual([]);
});

test.each([
  [["--port", "many"], '--port must be a whole number from 0 to 65535, not "many"'],
  [["--port", "70000"], "--port must be"],
  [["--bogus"], "Unknown option '--bogus'"],
  [["extra"], "Unexpected argument 'extra'"],
])("bad usage %j is exit 2 with a message and the usage", async (args, message) => {
  const { code, stdout, stderr } = await run(args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
  expect(stderr).toContain("usage: npm run local");
});

test("--help is exit 0", async () => {
  expect(await run(["--help"])).toMatchObject({
    code: 0,
    stderr: "",
    stdout: expect.stringContaining("--seed N") as string,
  });
});
