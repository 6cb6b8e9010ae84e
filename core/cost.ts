/**
 * With what the command line's `cost` and the dashboard turn work into dollars: AWS's list prices of one Region, a dated copy, and what both
 * take for granted. Where each price was found: `s3-express-sync cost --show-prices`.
 */
import type { MetricName } from "./metrics";

/** As a share of On-Demand: the dear end of what Spot was seen at. */
export const ASSUMED_SPOT_SHARE = 0.5;
const FARGATE_CPU_HOUR = 0.03238;
const FARGATE_GB_HOUR = 0.00356;

/** US dollars without taxes and discounts: for 1,000 requests to S3, a million to SQS, Lambda and EventBridge, else for one unit. */
export const LIST_PRICES = {
  region: "us-east-1",
  dated: "2026-10-04",
  dollars: {
    expressWrites: 0.00113,
    // On every byte since 2025-04-10; pages that say "above 512 KB" are older.
    expressUpload: 0.0032,
    expressReads: 0.00003,
    expressDeletes: 0,
    sourceReads: 0.0004,
    sourceLists: 0.005,
    queueRequests: 0.4,
    spotCpu: FARGATE_CPU_HOUR * ASSUMED_SPOT_SHARE,
    spotMemory: FARGATE_GB_HOUR * ASSUMED_SPOT_SHARE,
    onDemandCpu: FARGATE_CPU_HOUR,
    onDemandMemory: FARGATE_GB_HOUR,
    publicAddress: 0.005,
    starterCalls: 0.2,
    starterTime: 0.0000133334,
    scheduleEvents: 0,
    expressStorage: 0.11,
    logsWritten: 0.5,
    logsKept: 0.03,
    metrics: 0.3,
    alarms: 0.1,
    image: 0.1,
  },
} as const;

export const HOURS_PER_MONTH = 730;
export const DAYS_PER_MONTH = 30;
/** Bytes of log per object: its line, and its share of the metrics. */
export const LOG_BYTES_PER_OBJECT = 500;
/** Sent, received, deleted; a worker receives and deletes up to ten at once, but not when events are rare. */
export const QUEUE_REQUESTS_PER_EVENT = 3;
/** Before and after a write: the convergence rule. */
export const HEADS_PER_EVENT = 2;
/** Receives in parallel of one worker. */
export const POLLS_PER_WORKER = 2;

/** CloudWatch bills a custom metric for every hour in which it has a value; these have one whenever something is copied. */
export const METRICS_WHEN_WORKING = [
  "SyncLagSeconds",
  "ObjectsCopied",
  "BytesCopied",
  "SlotsInUse",
  "Visible",
  "InFlight",
  "Running",
  "Launched",
] as const satisfies readonly MetricName[];
