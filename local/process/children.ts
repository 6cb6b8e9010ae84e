/**
 * Child processes that never outlive the cloud: each leads a process group of its own, and whatever is left is killed when the cloud's own
 * process exits or is told to. Only a SIGKILL of the cloud's process itself cannot be caught.
 */
import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";

const live = new Set<ChildProcess>();
let guarded = false;

export interface ChildOptions {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** "ignore" gives no channel; "ipc" opens one. */
  readonly channel?: "ipc" | "ignore";
}

/** Starts a process. A program that does not exist shows as the child's "error" event. */
export function startChild(options: ChildOptions): ChildProcess {
  guard();
  const [program = "", ...args] = options.command;
  const stdio: StdioOptions =
    options.channel === "ipc" ? ["ignore", "pipe", "pipe", "ipc"] : ["ignore", "pipe", "pipe"];
  const child = spawn(program, args, {
    env: { ...options.env },
    stdio,
    detached: true,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  live.add(child);
  child.once("exit", () => live.delete(child));
  child.once("error", () => live.delete(child));
  return child;
}

/** Signals the child and everything it started. False if it is gone. */
export function signalChild(child: ChildProcess, signal: NodeJS.Signals): boolean {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return false;
  try {
    process.kill(-child.pid, signal);
    return true;
  } catch {
    return child.kill(signal);
  }
}

/** Kills the child and resolves when it is gone. */
export function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    signalChild(child, "SIGKILL");
  });
}

/** How many children of this process are alive. */
export function liveChildren(): number {
  return live.size;
}

function guard(): void {
  if (guarded) return;
  guarded = true;
  process.on("exit", killAll);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.prependListener(signal, onSignal);
}

/** Asked first, so that a handler added with `once` still counts. If nobody else handles the signal, does what would have happened without this handler: ends the process. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  killAll();
  process.removeListener(signal, onSignal);
  process.kill(process.pid, signal);
}

function killAll(): void {
  for (const child of live) signalChild(child, "SIGKILL");
}
