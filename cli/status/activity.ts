/** Lag, throughput and what it cost from CloudWatch: which numbers are asked for, and what they say. Pure. */
import type { MetricQuery, Point } from "../../aws/operator/metrics";
import { LIST_PRICES } from "../../core/cost";
import { type MetricName, NAMESPACE, queueDimension } from "../../core/metrics";
import { billOf } from "../cost/bill";
import { usageOf, workerSeconds } from "../cost/last-run";
import type { Activity } from "./situation";

/** Sums are of this long. */
export const WINDOW_SECONDS = 900;
/** Rates are of this long: what a worker did a quarter of an hour ago says little about the next minute. */
const RATE_SECONDS = 300;
const PERIOD_SECONDS = 60;

export type ActivityPoints = Readonly<Record<keyof ReturnType<typeof activityQueries>, readonly Point[]>>;

export function activityQueries(queueUrl: string) {
  const dimensions = queueDimension(queueUrl);
  const own = (metric: MetricName, stat: string): MetricQuery => ({
    namespace: NAMESPACE,
    metric,
    dimensions,
    stat,
    periodSeconds: PERIOD_SECONDS,
  });
  const sqs = (metric: string, stat: string): MetricQuery => ({
    namespace: "AWS/SQS",
    metric,
    dimensions: { QueueName: dimensions.Queue },
    stat,
    periodSeconds: PERIOD_SECONDS,
  });
  return {
    oldest: sqs("ApproximateAgeOfOldestMessage", "Maximum"),
    messagesDone: sqs("NumberOfMessagesDeleted", "Sum"),
    lagP50: own("SyncLagSeconds", "p50"),
    lagP99: own("SyncLagSeconds", "p99"),
    lagCount: own("SyncLagSeconds", "SampleCount"),
    lagMax: own("SyncLagSeconds", "Maximum"),
    copied: own("ObjectsCopied", "Sum"),
    bytesCopied: own("BytesCopied", "Sum"),
    deleted: own("ObjectsDeleted", "Sum"),
    retries: own("Retries", "Sum"),
    running: own("Running", "Maximum"),
    launched: own("Launched", "Sum"),
  };
}

/** @param now epoch milliseconds */
export function activityOf(points: ActivityPoints, now: number): Activity {
  const oldest = points.oldest.at(-1);
  const rate = ratePerSecond(points.messagesDone, now);
  return {
    windowSeconds: WINDOW_SECONDS,
    ...(oldest === undefined ? {} : { oldest: { seconds: oldest.value, at: oldest.at } }),
    ...lagOf(points),
    ...measured("copied", sum(points.copied)),
    ...measured("bytesCopied", sum(points.bytesCopied)),
    ...measured("deleted", sum(points.deleted)),
    ...measured("messagesDone", sum(points.messagesDone)),
    ...measured("messagesPerSecond", rate),
    ...measured("dollars", dollarsOf(points)),
  };
}

/** Undefined when neither work nor a worker was measured. */
function dollarsOf({ copied, bytesCopied, deleted, retries, running, launched }: ActivityPoints): number | undefined {
  if ([copied, deleted, running, launched].every((points) => points.length === 0)) return undefined;
  const usage = usageOf({
    copied: sum(copied) ?? 0,
    bytes: sum(bytesCopied) ?? 0,
    deleted: sum(deleted) ?? 0,
    retries: sum(retries) ?? 0,
    workers: { runs: sum(launched) ?? 0, seconds: workerSeconds(running, launched) },
  });
  return billOf(usage, LIST_PRICES.dollars).dollars;
}

/** CloudWatch has percentiles by minute: the median minute, weighed by its keys, and the worst minute's p99. */
function lagOf({ lagP50, lagP99, lagMax, lagCount }: ActivityPoints): Pick<Activity, "lag"> {
  const p50Seconds = weighedMedian(lagP50, lagCount);
  if (p50Seconds === undefined || lagMax.length === 0) return {};
  const highest = (points: readonly Point[]): number => Math.max(...points.map(({ value }) => value));
  return {
    lag: {
      p50Seconds,
      p99Seconds: lagP99.length === 0 ? highest(lagMax) : highest(lagP99),
      maxSeconds: highest(lagMax),
    },
  };
}

function weighedMedian(points: readonly Point[], counts: readonly Point[]): number | undefined {
  const countAt = new Map(counts.map(({ at, value }) => [at, value]));
  const sorted = points
    .map(({ at, value }) => ({ value, count: countAt.get(at) ?? 1 }))
    .sort((a, b) => a.value - b.value);
  let left = sorted.reduce((total, { count }) => total + count, 0) / 2;
  return sorted.find(({ count }) => (left -= count) <= 0)?.value;
}

/** Undefined when nothing was measured, which is not 0. */
function sum(points: readonly Point[]): number | undefined {
  return points.length === 0 ? undefined : points.reduce((total, { value }) => total + value, 0);
}

/** From the first minute that is known to now; at least a minute, so that a burst of a second is no rate. */
function ratePerSecond(points: readonly Point[], now: number): number | undefined {
  const recent = points.filter(({ at }) => now - at <= RATE_SECONDS * 1000);
  const [first] = recent;
  if (first === undefined) return undefined;
  return (sum(recent) ?? 0) / Math.max(PERIOD_SECONDS, (now - first.at) / 1000);
}

function measured<K extends keyof Activity>(name: K, value: number | undefined): { readonly [P in K]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [P in K]?: number });
}
