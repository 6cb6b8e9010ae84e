/** However the cloud's own process ends, its tasks end with it (only SIGKILL cannot be caught). */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

let directory: string;
let program: string;

const PROGRAM = `
import { startChild } from "./local/process/children";
const child = startChild({ command: [process.execPath, "-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('ready')"], env: {} });
if (process.argv[2] === "handles") process.once("SIGTERM", () => { console.log("own handler"); process.exit(7); });
child.stdout?.once("data", () => {
  console.log(child.pid);
  if (process.argv[2] === "exit") process.exit(0);
  if (process.argv[2] === "throw") throw new Error("crash");
});
setInterval(() => {}, 1000);
`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "orphans-test-"));
  program = join(directory, "program.cjs");
  await build({
    stdin: { contents: PROGRAM, resolveDir: process.cwd(), loader: "ts" },
    bundle: true,
    platform: "node",
    target: "node20",
    outfile: program,
  });
});
afterAll(() => rm(directory, { recursive: true }));

/** Runs the program; signals it once its child is ready. */
async function run(mode: string, signal?: NodeJS.Signals) {
  const parent = spawn(process.execPath, [program, mode], { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  parent.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
    if (signal !== undefined && !parent.killed) parent.kill(signal);
  });
  const ended = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    parent.once("close", (code, by) => resolve([code, by])),
  );
  return { ended, text, childPid: Number(/\d+/.exec(text)?.[0]) };
}

/** Dead, though whoever inherited it may not have reaped it yet. */
async function isGone(pid: number): Promise<boolean> {
  for (let i = 0; i < 500; i++) {
    try {
      process.kill(pid, 0);
      if (/\) Z /.test(await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""))) return true;
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

test.each<[string, NodeJS.Signals | undefined, [number | null, NodeJS.Signals | null]]>([
  ["exit", undefined, [0, null]],
  ["throw", undefined, [1, null]],
  ["waits", "SIGTERM", [null, "SIGTERM"]],
  ["waits", "SIGINT", [null, "SIGINT"]],
  ["handles", "SIGTERM", [7, null]],
])("%s %s", async (mode, signal, expected) => {
  const { ended, text, childPid } = await run(mode, signal);
  expect(ended).toEqual(expected);
  if (mode === "handles") expect(text).toContain("own handler");
  expect(await isGone(childPid)).toBe(true);
});
