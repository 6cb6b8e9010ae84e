/** The built command line as a process, and what a verb prints when its body runs in this one. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "../../lab/stack/stack";

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliProcess {
  /** What it has printed so far. */
  readonly printed: () => { readonly stdout: string; readonly stderr: string };
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<CliResult>;
}

/** What `pulumi stack output --json` would print for a local stack, in a file. */
export function outputsFile(stack: Pick<Stack, "system">): { readonly path: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "cli-outputs-"));
  const path = join(folder, "outputs.json");
  writeFileSync(path, JSON.stringify({ system: stack.system }));
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}

/** Starts dist/cli.cjs with nothing of this process's environment but the PATH. */
export function startCli(args: readonly string[], environment: Readonly<Record<string, string>> = {}): CliProcess {
  const child = spawn(process.execPath, [join(process.cwd(), "dist/cli.cjs"), ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { printed: () => ({ stdout, stderr }), kill: (signal) => void child.kill(signal), ended };
}

/** Runs dist/cli.cjs to its end. */
export function cli(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  return startCli(args, environment).ended;
}

/** The command line as the operator of a local stack: which system it is is told as a deployed stack tells it. */
export async function cliOn(stack: Stack, args: readonly string[]): Promise<CliResult> {
  const outputs = outputsFile(stack);
  try {
    return await cli([...args, "--outputs", outputs.path], stack.cloud.environmentFor("operator"));
  } finally {
    outputs.remove();
  }
}
