/** What a forecast is about: the job, the settings of the product, and what the world outside is taken to be like. */
import type { StarterConfig, WorkerConfig } from "../../core/config";
import type { Cause } from "../../cli/cost/work";

/** Everything is there at once: queued by a backfill, or by events that all came in one moment. */
export interface Backlog {
  readonly kind: "backlog";
  readonly objects: number;
  /** Of each. */
  readonly objectBytes: number;
}

/** Objects that arrive at random, independently of each other. */
export interface Stream {
  readonly kind: "stream";
  readonly perSecond: number;
  readonly objectBytes: number;
  readonly hours: number;
  /** 1: evenly. 10: everything of ten minutes comes within the first minute of them. */
  readonly burst: number;
}

export type Job = Backlog | Stream;

/** The product's own settings that matter here, under their own names. */
export type ForecastSettings = Pick<
  StarterConfig,
  "maxWorkers" | "messagesPerWorker" | "scalingRule" | "spotWeight" | "onDemandWeight" | "pollIntervalSeconds"
> &
  Pick<
    WorkerConfig,
    "copyConcurrency" | "partSize" | "multipartThreshold" | "longPollSeconds" | "emptyPollsBeforeExit"
  >;

/** What the product does not decide. Times are milliseconds where the name says nothing else. */
export interface World {
  /** From RunTask to the first receive: median, and the factor of one standard deviation (lognormal). */
  readonly startSeconds: number;
  readonly startSpread: number;
  /** Of each Spot worker, per hour; the warning comes first, as Spot gives it. */
  readonly spotInterruptionsPerHour: number;
  /** A request without bytes: HEAD, create, complete. */
  readonly requestMs: number;
  /** A copy request: the fixed time without bytes, the fixed time from {@link FULL_FIXED_BYTES} on, and its bandwidth. */
  readonly copyMs: number;
  readonly copyFixedMs: number;
  readonly streamBytesPerSecond: number;
  /** One call of SQS. */
  readonly queueMs: number;
  /** From the write at the source to the message in the queue. */
  readonly notificationMs: number;
  /** From the beginning of a look of the starter to the answer of its RunTask. */
  readonly lookMs: number;
  /** CPU of the worker for one request, all in. */
  readonly requestCpuMs: number;
  /** Prefixes that S3 has partitioned the source's keys into. */
  readonly prefixes: number;
  /** HEAD and read of a copy, per second and prefix of the source. */
  readonly sourceReadsPerSecond: number;
  /** Of the directory bucket. */
  readonly expressReadsPerSecond: number;
  readonly expressWritesPerSecond: number;
  /** The local cloud's schedule: any period, one look each. Undefined: AWS's, whose invocations begin at a random time of their period. */
  readonly schedule?: { readonly firstMs: number; readonly everyMs: number };
}

export interface Scenario {
  readonly job: Job;
  readonly cause: Cause;
  readonly settings: ForecastSettings;
  readonly world: World;
  readonly seed: number;
}

export function objectsOf(job: Job): number {
  return job.kind === "backlog" ? job.objects : Math.max(1, Math.round(job.perSecond * job.hours * 3600));
}
