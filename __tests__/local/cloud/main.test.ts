/** `npm run local` as a person runs it: the bundled program in its own process. */
import { execFile, spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
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

const run = (args: string[], env = process.env) =>
  new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });

/** Starts the program, does something once it has said everything, and waits for its end. */
async function until(whenReady: (child: ChildProcessByStdio<null, Readable, Readable>) => void) {
  const scratch = await mkdtemp(join(directory, "tmp-"));
  const child = spawn(process.execPath, [program, "--port", "0"], {
    env: { ...process.env, TMPDIR: scratch },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [text, errors, isReady] = ["", "", false];
  child.stderr.setEncoding("utf8").on("data", (more: string) => (errors += more));
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
    if (isReady || !text.includes("Three things to try")) return;
    isReady = true;
    whenReady(child);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, text, errors, left: await readdir(scratch) };
}

test("prints what to try, ends with 0 on SIGINT and leaves nothing behind", async () => {
  const { code, text, errors, left } = await until((child) => child.kill("SIGINT"));
  expect({ code, errors, left }).toEqual({ code: 0, errors: "", left: [] });
  expect(text).toMatch(/Local cloud: http:\/\/127\.0\.0\.1:\d+/);
  expect(text).toContain("export AWS_ACCESS_KEY_ID=AKIALOCALOPERATOR");
  expect(text.match(/^ {2}(aws|node) /gm)).toHaveLength(3);
});

test.each<[string, readonly NodeJS.Signals[]]>([
  ["a terminal that closes", ["SIGHUP"]],
  ["an impatient person", ["SIGINT", "SIGTERM", "SIGHUP"]],
])("%s leaves nothing behind", async (_what, signals) => {
  const { code, errors, left } = await until((child) => {
    for (const signal of signals) child.kill(signal);
  });
  expect({ code, errors, left }).toEqual({ code: 0, errors: "", left: [] });
});

test("a second Ctrl-C while it closes, as it comes through npm, leaves nothing behind", async () => {
  const { code, errors, left } = await until((child) => {
    child.stdout.on("data", () => child.kill("SIGINT"));
    child.kill("SIGINT");
  });
  expect({ code, errors, left }).toEqual({ code: 0, errors: "", left: [] });
});

test("a port that is taken is exit 1 with what to do, and leaves nothing behind", async () => {
  const scratch = await mkdtemp(join(directory, "tmp-"));
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const port = String((other.address() as AddressInfo).port);
  const answer = await run(["--port", port], { ...process.env, TMPDIR: scratch });
  other.close();
  expect(answer).toEqual({
    code: 1,
    stdout: "",
    stderr: `Port ${port} is in use. Choose another with --port, or --port 0.\n`,
  });
  expect(await readdir(scratch)).toEqual([]);
});

test("goes on when nobody reads what it prints, and ends in peace", async () => {
  const { code, errors, left } = await until((child) => {
    child.stdout.destroy();
    child.kill("SIGTERM");
  });
  expect({ code, errors, left }).toEqual({ code: 0, errors: "", left: [] });
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
