/** CPU time out of Linux's /proc. */
import { readFileSync } from "node:fs";

/** Clock ticks per second of /proc: 100 on every Linux that Node runs on (proc(5), sysconf(_SC_CLK_TCK)). */
const TICKS = 100;
/** utime and stime, the 14th and 15th field of proc(5), counted from behind the name. */
const OWN = [11, 12];
/** cutime and cstime. */
const OF_CHILDREN = [13, 14];

/**
 * User and system seconds of a process or a thread. Pure.
 * @param stat the text of /proc/PID/stat or /proc/PID/task/TID/stat
 */
export function cpuSecondsOf(stat: string, withChildren = false): number {
  // The name, in brackets, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const counted = withChildren ? [...OWN, ...OF_CHILDREN] : OWN;
  return counted.reduce((sum, index) => sum + Number(fields[index]), 0) / TICKS;
}

/**
 * User and system seconds of this process's main thread, which runs its JavaScript; the threads beside it compile, collect garbage and serve
 * files and names. Undefined where there is no /proc.
 */
export function mainThreadCpuSeconds(): number | undefined {
  if (process.platform !== "linux") return undefined;
  return cpuSecondsOf(readFileSync(`/proc/self/task/${process.pid}/stat`, "utf8"));
}
