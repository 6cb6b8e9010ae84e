/** Which process was busy while a benchmark ran, and which of them that makes the limit. Pure. */
import type { Run } from "./result";

export interface Busy {
  readonly process: "worker" | "verify" | "local cloud";
  readonly cpuSeconds: number;
  /** Undefined where the system does not tell threads apart. */
  readonly mainThreadSeconds: number | undefined;
  /** V8's helpers, which compile and collect garbage, and libuv's pool. */
  readonly otherThreadsSeconds: number | undefined;
  /** CPU of the main thread, of the whole process where that is unknown, per second of wall: 1 is all it can. */
  readonly ofWall: number;
}

type Times = Pick<
  Run,
  "wallSeconds" | "cpuSeconds" | "mainThreadCpuSeconds" | "cloudCpuSeconds" | "cloudMainThreadCpuSeconds"
>;

/** Both processes; of one worker. */
export function busyOf(run: Times, what: "worker" | "verify" = "worker"): readonly [Busy, Busy] {
  const of = (process: Busy["process"], cpuSeconds: number, mainThreadSeconds: number | undefined): Busy => ({
    process,
    cpuSeconds,
    mainThreadSeconds,
    // The two come from clocks of different grain.
    otherThreadsSeconds: mainThreadSeconds === undefined ? undefined : Math.max(0, cpuSeconds - mainThreadSeconds),
    ofWall: (mainThreadSeconds ?? cpuSeconds) / run.wallSeconds,
  });
  return [
    of(what, run.cpuSeconds, run.mainThreadCpuSeconds),
    of("local cloud", run.cloudCpuSeconds, run.cloudMainThreadCpuSeconds),
  ];
}

/** CPU of both processes per second of wall and core: 1 is all that the machine can. */
export function coresBusy({ wallSeconds, cpuSeconds, cloudCpuSeconds }: Times, cores: number): number {
  return (cpuSeconds + cloudCpuSeconds) / wallSeconds / cores;
}

/** From here on a thread, or the cores together, count as the limit: what is left goes to waking up and to waiting for the other. */
const NEAR = 0.8;

/**
 * | worker near 1 | cloud near 1 | cores near 1 | the limit           |
 * | ------------- | ------------ | ------------ | ------------------- |
 * | yes           | yes          | any          | both                |
 * | yes           | no           | any          | the worker          |
 * | no            | yes          | any          | the local cloud     |
 * | no            | no           | yes          | the cores           |
 * | no            | no           | no           | the wait for answers |
 */
export function limitOf(run: Times, cores: number, what: "worker" | "verify" = "worker"): string {
  const [worker, cloud] = busyOf(run, what);
  const part = (value: number): string => value.toFixed(2);
  const name = what === "verify" ? "verify" : "the worker";
  const seen = `In a second of wall ${name} computed for ${part(worker.ofWall)} s, the local cloud for ${part(cloud.ofWall)} s`;
  const both = coresBusy(run, cores);
  if (worker.ofWall >= NEAR && cloud.ofWall >= NEAR)
    return `${seen}: both are near all that one thread can do, and each is a limit.`;
  if (worker.ofWall >= NEAR) return `${seen}: ${name} is the limit.`;
  if (cloud.ofWall >= NEAR) return `${seen}: the local cloud is the limit, ${name} waits for it.`;
  if (both >= NEAR)
    return `${seen}. Their threads together used ${part(both)} of the ${cores} cores: the machine is the limit, they wait for a core.`;
  return `${seen}: neither is the limit. What is left is waiting for answers, and for a core that another program has.`;
}
