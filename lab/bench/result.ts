/** From runs to a result: medians, spreads and the document that `--json` prints. Pure. */
import type { MemorySplit } from "./memory-split";
import type { WallParts } from "./wall-parts";
import type { Name } from "./workloads";

export interface Run {
  readonly wallSeconds: number;
  /** From the start of the process to its first request. */
  readonly startSeconds: number;
  /** Of the workers alone, user and system, start-up and leaving included. */
  readonly cpuSeconds: number;
  /** Of it the main threads'; undefined where there is no /proc. */
  readonly mainThreadCpuSeconds: number | undefined;
  readonly cpuSecondsPer1000: number;
  readonly cloudCpuSeconds: number;
  readonly cloudMainThreadCpuSeconds: number | undefined;
  readonly requests: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  /** Copy requests; lists where nothing is copied. */
  readonly maxInFlight: number;
  /** Part of the slots that were busy from the first copy request to the last. */
  readonly slotsBusy: number;
  /** Of one worker that copies. */
  readonly wallParts: WallParts | undefined;
  readonly peakRssMiB: number;
  /** Of the process with the highest peak. */
  readonly memory: MemorySplit | undefined;
  readonly dollars: number;
  readonly failedObjects: number;
  readonly copiesPerKeyAndSecond: number;
  readonly workers: number;
  /** That the source took below one prefix; 0: any number. */
  readonly readsPerSecond: number;
  readonly objects: number;
}

export interface PeerResult {
  readonly name: string;
  readonly version: string;
  readonly wallSeconds: number;
  readonly cpuSecondsPer1000: number;
  readonly peakRssMiB: number;
  readonly failedObjects: number;
}

export interface BenchResult {
  readonly name: Name;
  readonly wallSeconds: number;
  readonly idealSeconds: number;
  readonly cpuSecondsPer1000: number;
  readonly requests: Readonly<Record<string, number>>;
  readonly maxInFlight: number;
  readonly peakRssMiB: number;
  readonly dollars: number;
  readonly runs: readonly Run[];
  readonly peers: readonly PeerResult[];
}

/** Medians of everything, of a fleet those of the most workers without a limit; requests are those of the run whose wall time is the median. @throws RangeError without a run */
export function resultOf(
  name: Name,
  idealSeconds: number,
  runs: readonly Run[],
  peers: readonly PeerResult[],
): BenchResult {
  const most = Math.max(...runs.map((run) => run.workers));
  const counted = runs.filter((run) => run.workers === most && run.readsPerSecond === 0);
  const typical = typicalRun(counted);
  if (typical === undefined) throw new RangeError("no run to make a result of");
  const middle = (pick: (run: Run) => number): number => median(counted.map(pick));
  return {
    name,
    wallSeconds: rounded(middle((run) => run.wallSeconds)),
    idealSeconds: rounded(idealSeconds),
    cpuSecondsPer1000: rounded(middle((run) => run.cpuSecondsPer1000)),
    requests: typical.requests,
    maxInFlight: middle((run) => run.maxInFlight),
    peakRssMiB: rounded(middle((run) => run.peakRssMiB)),
    dollars: rounded(middle((run) => run.dollars)),
    runs,
    peers,
  };
}

/** The one whose wall time is in the middle, of an even number the faster of the two. */
export function typicalRun(runs: readonly Run[]): Run | undefined {
  return [...runs].sort((a, b) => a.wallSeconds - b.wallSeconds)[Math.floor((runs.length - 1) / 2)];
}

/** Of an even number the lower of the two in the middle and the higher, halved. NaN without a value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

/** Smallest and largest. */
export function spread(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** Four digits that count. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
