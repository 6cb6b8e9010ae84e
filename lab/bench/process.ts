/** Runs a program and tells what it used: wall and CPU time, peak memory. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MemorySplit } from "./memory-split";
import { cpuSecondsOf } from "./proc-stat";

export interface Usage {
  /** User and system time, start-up included. */
  readonly cpuSeconds: number;
  /** Of it the main thread's; undefined of other programs, and where there is no /proc. */
  readonly mainThreadCpuSeconds: number | undefined;
  readonly peakRssMiB: number;
  /** At the peak, as it was seen; undefined of other programs. */
  readonly memory: MemorySplit | undefined;
}

export interface Ended extends Usage {
  readonly exitCode: number | null;
  readonly startedAtMs: number;
  readonly wallSeconds: number;
  /** The last of what it said on stderr. */
  readonly stderr: string;
  readonly stdout: string;
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Node programs of ours report themselves, exactly; others are looked at from outside until they end. */
  readonly probed: boolean;
  readonly signal: AbortSignal;
  /** Milliseconds; killed afterwards. */
  readonly timeoutMs: number;
}

const KEPT_CHARACTERS = 1_000_000;
const LOOK_EVERY_MS = 20;

/** @throws Error when it cannot be started; the signal's reason */
export async function run(program: Program): Promise<Ended> {
  const { command, args, environment, probed, signal, timeoutMs } = program;
  const folder = await mkdtemp(join(tmpdir(), "s3-express-sync-bench-"));
  const file = join(folder, "usage.json");
  const probe = probed
    ? { NODE_OPTIONS: `--require ${join(process.cwd(), "dist", "bench-probe.cjs")}`, BENCH_PROBE_FILE: file }
    : {};
  try {
    const startedAtMs = Date.now();
    const began = performance.now();
    const child = spawn(command, args, {
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment, ...probe },
      stdio: ["ignore", "pipe", "pipe"],
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      killSignal: "SIGKILL",
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout = (stdout + chunk.toString()).slice(-KEPT_CHARACTERS)));
    child.stderr.on("data", (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-KEPT_CHARACTERS)));
    const outside = probed || child.pid === undefined ? undefined : watch(child.pid);
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    const wallSeconds = (performance.now() - began) / 1000;
    const usage = outside?.() ?? (JSON.parse(await readFile(file, "utf8")) as Usage);
    return { ...usage, exitCode, startedAtMs, wallSeconds, stderr: stderr.slice(-2000), stdout };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Looks at /proc now and then; what is used after the last look is lost, which is little. */
function watch(pid: number): () => Usage {
  let last: Usage = { cpuSeconds: 0, mainThreadCpuSeconds: undefined, peakRssMiB: 0, memory: undefined };
  const look = (): void => {
    try {
      const now = usageOf(pid);
      last = { ...now, peakRssMiB: Math.max(last.peakRssMiB, now.peakRssMiB) };
    } catch {
      // It has just ended.
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return () => {
    clearInterval(timer);
    return last;
  };
}

function usageOf(pid: number): Usage {
  const cpuSeconds = cpuSecondsOf(readFileSync(`/proc/${pid}/stat`, "utf8"), true);
  const peakRssMiB = Math.max(...familyOf(pid).map(peakKib)) / 1024;
  return { cpuSeconds, mainThreadCpuSeconds: undefined, peakRssMiB, memory: undefined };
}

function peakKib(pid: number): number {
  const [, peak = "0"] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(peak);
}

/** A program may be started through another one that waits for it. */
function familyOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return [
    pid,
    ...children
      .split(" ")
      .filter(Boolean)
      .flatMap((child) => familyOf(Number(child))),
  ];
}
