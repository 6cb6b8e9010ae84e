/** Lag and throughput from CloudWatch: which numbers are asked for, and what they say. Pure. */
import type { MetricQuery, Point } from "../../aws/operator/metrics";
import { type MetricName, NAMESPACE, queueDimension } from "../../core/metrics";
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
    lagSum: own("SyncLagSeconds", "Sum"),
    lagCount: own("SyncLagSeconds", "SampleCount"),
    lagMax: own("SyncLagSeconds", "Maximum"),
    copied: own("ObjectsCopied", "Sum"),
    bytesCopied: own("BytesCopied", "Sum"),
    deleted: own("ObjectsDeleted", "Sum"),
  };
}

/** @param now epoch milliseconds */
export function activityOf(points: ActivityPoints, now: number): Activity {
  const oldest = points.oldest.at(-1);
  const samples = sum(points.lagCount);
  const rate = ratePerSecond(points.messagesDone, now);
  return {
    windowSeconds: WINDOW_SECONDS,
    ...(oldest === undefined ? {} : { oldest: { seconds: oldest.value, at: oldest.at } }),
    ...(samples === undefined || samples === 0
      ? {}
      : {
          lag: {
            averageSeconds: (sum(points.lagSum) ?? 0) / samples,
            maxSeconds: Math.max(...points.lagMax.map(({ value }) => value)),
          },
        }),
    ...measured("copied", sum(points.copied)),
    ...measured("bytesCopied", sum(points.bytesCopied)),
    ...measured("deleted", sum(points.deleted)),
    ...measured("messagesDone", sum(points.messagesDone)),
    ...measured("messagesPerSecond", rate),
  };
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
