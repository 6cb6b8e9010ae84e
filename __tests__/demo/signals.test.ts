/** The built demo and the signals of a terminal: whenever it is interrupted, no process and no file stays. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let temp: string;
let demo: ChildProcess | undefined;
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), "demo-test-"));
});
afterEach(() => {
  demo?.kill("SIGKILL");
  rmSync(temp, { recursive: true });
});

function start(args: readonly string[]): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ["dist/demo.cjs", ...args], { env: { ...process.env, TMPDIR: temp } });
  demo = child;
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (more: Buffer) => (text += more.toString()));
  return { child, output: () => text };
}

/** Every process below this one. */
function descendants(pid: number): number[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((row) => row.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    rows.flatMap(([child = 0, of]) => (of === parent ? [child, ...below(child)] : []));
  return below(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}

test.each<[NodeJS.Signals, string, RegExp]>([
  ["SIGINT", "while the first object is written", /settings/],
  ["SIGINT", "while workers copy", /worker 1 {3}started/],
  ["SIGTERM", "after the interruption", /hands off/],
])(
  "%s %s",
  async (signal, _moment, sign) => {
    const { child, output } = start([]);
    await until(() => sign.test(output()));
    const children = descendants(child.pid!);
    child.kill(signal);
    child.kill(signal);
    const [code] = (await once(child, "exit")) as [number | null];
    expect([code, output()]).toEqual([130, expect.stringContaining("interrupted; everything is closed and removed")]);
    expect(children.filter(isAlive)).toEqual([]);
    expect(readdirSync(temp)).toEqual([]);
  },
  240_000,
);

test("nobody reads on: it ends and leaves nothing", async () => {
  const { child, output } = start([]);
  await until(() => /launches/.test(output()));
  const children = descendants(child.pid!);
  child.stdout!.destroy();
  const [code] = (await once(child, "exit")) as [number | null];
  expect(code).toBe(130);
  expect(children.filter(isAlive)).toEqual([]);
  expect(readdirSync(temp)).toEqual([]);
}, 240_000);

test.each([
  [["--help"], 0, /^usage: npm run demo/],
  [["--seed", "many"], 2, /^--seed must be a whole number from 0 to 2147483647, not "many"\n\nusage/],
  [["--fast"], 2, /Unknown option '--fast'[^]*usage/],
])("demo %j exits with %d", async (args, expected, text) => {
  const { child, output } = start(args);
  const [code] = (await once(child, "close")) as [number | null];
  expect([code, output()]).toEqual([expected, expect.stringMatching(text)]);
});
