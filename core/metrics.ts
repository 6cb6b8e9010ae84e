/**
 * Names, units and dimensions of all metrics, and the CloudWatch embedded metric format (EMF) they are written in.
 *
 * Read by worker and starter (which emit), and by dashboard and alarms (which refer): a metric that is not here does not exist.
 */
import type { ErrorClass } from "./errors";

export const NAMESPACE = "S3ExpressSync";

/** CloudWatch's spelling of units. */
export type Unit = "Seconds" | "Count" | "Bytes" | "None";

/** Every metric, who emits it and what it says. All have the dimension Queue, some a second one (`by`). */
export const METRICS = {
  SyncLagSeconds: {
    unit: "Seconds",
    from: "worker",
    about: "From the event to the clean check, per key; live events only.",
  },
  CanaryLagSeconds: {
    unit: "Seconds",
    from: "worker",
    about: "The same for the canary object, which goes the whole way every few minutes.",
  },
  ObjectsCopied: { unit: "Count", from: "worker", about: "Objects written to the destination." },
  BytesCopied: { unit: "Bytes", from: "worker", about: "Their sizes." },
  ObjectsDeleted: { unit: "Count", from: "worker", about: "Objects deleted from the destination." },
  Skipped: { unit: "Count", from: "worker", by: "Reason", about: "Work units that needed no write, and why." },
  CoalescedEvents: { unit: "Count", from: "worker", about: "Events answered by a reconcile that ran anyway." },
  KeysListed: { unit: "Count", from: "worker", about: "Keys of the source that backfills listed." },
  KeysEnqueued: { unit: "Count", from: "worker", about: "Keys that they queued because they differ." },
  Throttles: { unit: "Count", from: "worker", about: "Requests that S3 answered with SlowDown." },
  Retries: { unit: "Count", from: "worker", about: "Attempts beyond the first." },
  PutBacks: { unit: "Count", from: "worker", about: "Keys put back to the queue." },
  Handoffs: { unit: "Count", from: "worker", about: "Keys handed to the next worker on drain." },
  UnstableKeys: { unit: "Count", from: "worker", about: "Keys that change faster than they can be copied." },
  BreakerOpen: { unit: "Count", from: "worker", about: "Times a systemic failure stopped the worker." },
  Failures: { unit: "Count", from: "worker", by: "Class", about: "Given-up attempts at a key, by class of error." },
  DeadLetters: { unit: "Count", from: "worker", about: "Keys sent to the dead-letter queue." },
  SlotsInUse: { unit: "Count", from: "worker", about: "Most copy requests in flight at once in a minute." },
  Visible: { unit: "Count", from: "starter", about: "Messages waiting in the queue." },
  InFlight: { unit: "Count", from: "starter", about: "Messages held by workers." },
  Running: { unit: "Count", from: "starter", about: "Workers, those on their way included." },
  Launched: { unit: "Count", from: "starter", about: "Workers launched by this look." },
  SpotShortage: { unit: "None", from: "starter", about: "1 while Spot capacity is short." },
  CrashLoop: { unit: "None", from: "starter", about: "1 while workers die as fast as they start." },
  Drift: { unit: "Count", from: "verify", about: "Keys of which the two buckets were not equal." },
  Unsyncable: { unit: "Count", from: "verify", about: "Keys that cannot be synced, as verify finds them." },
  VerifyFailures: { unit: "Count", from: "verify", about: "Runs of verify that came to no result." },
} as const satisfies Record<string, MetricTraits>;

interface MetricTraits {
  readonly unit: Unit;
  readonly from: "worker" | "starter" | "verify";
  /** A second dimension beside Queue; its values are a closed set, since each costs a metric. */
  readonly by?: "Reason" | "Class";
  readonly about: string;
}

export type MetricName = keyof typeof METRICS;

/** Values of the dimension Reason. */
export const SKIP_REASONS = ["in-sync", "outside-prefix", "other-bucket", "test-event", "archived"] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** Values of the dimension Class. */
export const FAILURE_CLASSES = [
  "transient",
  "throttled",
  "systemic",
  "key",
  "raced",
] as const satisfies readonly ErrorClass[];

/** One number, or the samples of one period (CloudWatch makes percentiles of them). */
export type MetricValues = { readonly [M in MetricName]?: number | readonly number[] };

/** Names and values; they are how a metric is found again, so keep them few and closed. */
export type Dimensions = Readonly<Record<string, string>>;

/** The dimension every metric has: the name of the queue, which both worker and starter know. */
export function queueDimension(queueUrl: string): { readonly Queue: string } {
  return { Queue: queueUrl.slice(queueUrl.lastIndexOf("/") + 1) };
}

/** One EMF document; written as one JSON line to the log it becomes metrics without any API call. */
export interface Emf {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: Unit }[];
    }[];
  };
  readonly [field: string]: unknown;
}

/** CloudWatch EMF specification: values in one array, metrics in one directive, dimensions in one set. */
export const MAX_EMF_SAMPLES = 100;
export const MAX_EMF_METRICS = 100;
export const MAX_EMF_DIMENSIONS = 30;

/**
 * The metrics of one moment under one set of dimensions. Undefined when nothing happened: values that are missing, 0 or not
 * finite are left out, so that an idle system writes nothing and costs nothing. At most {@link MAX_EMF_SAMPLES} samples per
 * metric are taken, evenly spread with both ends of the sorted samples among them.
 * @param timestampMs epoch milliseconds
 */
export function emf(
  namespace: string,
  timestampMs: number,
  dimensions: Dimensions,
  values: MetricValues,
): Emf | undefined {
  const names = Object.keys(dimensions);
  if (names.length > MAX_EMF_DIMENSIONS) throw new Error(`${names.length} dimensions, EMF has ${MAX_EMF_DIMENSIONS}`);
  const happened = (Object.keys(METRICS) as MetricName[])
    .map((name) => [name, worthTelling(values[name])] as const)
    .filter(([, value]) => value !== undefined);
  if (happened.length === 0) return undefined;
  return {
    _aws: {
      Timestamp: timestampMs,
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [names],
          Metrics: happened.slice(0, MAX_EMF_METRICS).map(([Name]) => ({ Name, Unit: METRICS[Name].unit })),
        },
      ],
    },
    ...dimensions,
    ...Object.fromEntries(happened),
  };
}

function worthTelling(value: number | readonly number[] | undefined): number | readonly number[] | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number") return Number.isFinite(value) && value !== 0 ? value : undefined;
  const finite = value.filter(Number.isFinite);
  return finite.length === 0 ? undefined : sample(finite);
}

function sample(values: readonly number[]): readonly number[] {
  if (values.length <= MAX_EMF_SAMPLES) return values;
  const sorted = [...values].sort((a, b) => a - b);
  const step = (sorted.length - 1) / (MAX_EMF_SAMPLES - 1);
  return Array.from({ length: MAX_EMF_SAMPLES }, (_, index) => sorted[Math.round(index * step)] ?? 0);
}
