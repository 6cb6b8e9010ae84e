/** What pause and resume ask CloudWatch: the age of the backlog, and when the schedule last ran. Both may be unknown. */
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { readMetrics } from "../../aws/operator/metrics";
import { queueDimension } from "../../core/metrics";

const RECENT_MS = 15 * 60_000;
/** CloudWatch keeps points of an hour for 15 months, of a minute for 15 days. */
const HOUR_SECONDS = 3600;

/** Seconds; undefined when the last quarter of an hour has no point. */
export async function oldestMessageSeconds(
  cloudWatch: CloudWatchClient,
  queueUrl: string,
  now: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const oldest = {
    namespace: "AWS/SQS",
    metric: "ApproximateAgeOfOldestMessage",
    dimensions: { QueueName: queueDimension(queueUrl).Queue },
    stat: "Maximum",
    periodSeconds: 60,
  };
  const points = await readMetrics(cloudWatch, { oldest }, { from: now - RECENT_MS, to: now }, signal);
  return points.oldest.at(-1)?.value;
}

/** Epoch milliseconds, to the hour; undefined when the rule did not run within `lookBackSeconds`. */
export async function lastInvocation(
  cloudWatch: CloudWatchClient,
  rule: string,
  { now, lookBackSeconds }: { readonly now: number; readonly lookBackSeconds: number },
  signal: AbortSignal,
): Promise<number | undefined> {
  const invocations = {
    namespace: "AWS/Events",
    metric: "Invocations",
    dimensions: { RuleName: rule },
    stat: "Sum",
    periodSeconds: HOUR_SECONDS,
  };
  const points = await readMetrics(
    cloudWatch,
    { invocations },
    { from: now - lookBackSeconds * 1000, to: now },
    signal,
  );
  return points.invocations.filter(({ value }) => value > 0).at(-1)?.at;
}
