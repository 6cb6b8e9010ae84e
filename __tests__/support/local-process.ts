/** The local cloud as people start it: `npm run local` and the command line's verb, as processes of their own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Told } from "../../local/told";

/** What stands behind `node` in each spelling. */
export const SPELLINGS = [
  ["npm run local", [join(process.cwd(), "dist/local.cjs")]],
  ["s3-express-sync local", [join(process.cwd(), "dist/cli.cjs"), "local"]],
] as const;

export interface LocalProcess {
  /** The first line it printed with --json. */
  readonly told: Told;
  readonly pid: number;
  /** Everything it printed and its exit code, once it has ended by this signal. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; stdout: string; stderr: string }>;
}

const running = new Set<ChildProcess>();

/** Ends what a test that failed has left running; for afterEach. */
export async function endAll(): Promise<void> {
  const left = [...running];
  const closed = left.map((child) => once(child, "close"));
  for (const child of left) child.kill("SIGKILL");
  await Promise.all(closed);
}

/** Starts it with --port 0 and --json and waits for its first line. @throws Error with what it printed when it ends before that */
export async function startLocal(
  program: readonly string[],
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<LocalProcess> {
  const child = spawn(process.execPath, [...program, "--port", "0", "--json", ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  child.once("close", () => running.delete(child));
  let [stdout, stderr] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const closed = once(child, "close") as Promise<[number | null]>;
  const ended = closed.then(([code]) => ({ code, stdout, stderr }));
  while (!stdout.includes("\n")) {
    const isOver = await Promise.race([once(child.stdout, "data").then(() => false), ended.then(() => true)]);
    if (isOver) throw new Error(`it ended before it was ready: ${JSON.stringify(await ended)}`);
  }
  return {
    told: JSON.parse(stdout.slice(0, stdout.indexOf("\n"))) as Told,
    pid: child.pid!,
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}
