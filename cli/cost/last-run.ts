/** The last run out of the metrics: when it was, what it did, how long workers lived, and what that used. Pure. */
import { sum, type Usage } from "./usage";
import { copying, deleting, type SizeGroup, workers, type WorkerTime } from "./work";

/** A metric's value over one minute. */
export interface MinutePoint {
  /** Start of the minute, epoch milliseconds. */
  readonly at: number;
  readonly value: number;
}

/** The metrics that tell of a run, with the statistic each is read with. */
export const RUN_METRICS = {
  ObjectsCopied: "Sum",
  BytesCopied: "Sum",
  ObjectsDeleted: "Sum",
  Retries: "Sum",
  Running: "Maximum",
  Launched: "Sum",
} as const;

export type RunMetrics = Readonly<Record<keyof typeof RUN_METRICS, readonly MinutePoint[]>>;

export interface Run {
  /** Epoch milliseconds; `to` is the end of its last minute. */
  readonly from: number;
  readonly to: number;
  readonly copied: number;
  readonly bytes: number;
  readonly deleted: number;
  readonly retries: number;
  readonly workers: WorkerTime;
}

const MINUTE_MS = 60_000;
/** Silence that ends a run: longer than a worker waits for more work. */
const GAP_MS = 10 * MINUTE_MS;

/** Undefined when there is no sign of one. */
export function lastRun(metrics: RunMetrics): Run | undefined {
  const minutes = [...new Set(Object.values(metrics).flatMap((points) => points.filter(happened).map(({ at }) => at)))];
  minutes.sort((a, b) => a - b);
  const last = minutes.at(-1);
  if (last === undefined) return undefined;
  let from = last;
  for (const at of minutes.reverse()) {
    if (from - at > GAP_MS) break;
    from = at;
  }
  const within = (points: readonly MinutePoint[]): readonly MinutePoint[] => points.filter(({ at }) => at >= from);
  const total = (name: keyof RunMetrics): number => within(metrics[name]).reduce((all, { value }) => all + value, 0);
  return {
    from,
    to: last + MINUTE_MS,
    copied: total("ObjectsCopied"),
    bytes: total("BytesCopied"),
    deleted: total("ObjectsDeleted"),
    retries: total("Retries"),
    workers: { runs: total("Launched"), seconds: workerSeconds(within(metrics.Running), within(metrics.Launched)) },
  };
}

/** What it used. The sizes of the objects are not in the metrics, only their sum: all count as one size. */
export function usageOf({ copied, bytes, deleted, retries, workers: time }: Omit<Run, "from" | "to">): Usage {
  const groups: readonly SizeGroup[] = copied === 0 ? [] : [{ objects: copied, bytes: bytes / copied }];
  // A retry repeats one request; the copy is the dearest of them.
  return sum(copying(groups, "event"), deleting(deleted), { expressWrites: retries }, workers(time));
}

/** A look counts the workers it finds and the ones it launches: they live at least until the next look, a minute at most apart. */
export function workerSeconds(running: readonly MinutePoint[], launched: readonly MinutePoint[]): number {
  const perMinute = [...running, ...launched].reduce((all, { value }) => all + value, 0);
  return (perMinute * MINUTE_MS) / 1000;
}

function happened({ value }: MinutePoint): boolean {
  return value > 0;
}
