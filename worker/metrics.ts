/**
 * What the worker did, as metrics in its log stream: CloudWatch's embedded format needs no API call and no permission, and
 * costs nothing when nothing happens. Names and units are in core/metrics.ts.
 */
import type { ErrorClass } from "../core/errors";
import { emf, type MetricName, type MetricValues, NAMESPACE, queueDimension, type SkipReason } from "../core/metrics";
import type { CancelSignal, Clock, Log } from "../core/ports";
import { isAborted } from "./controller";
import type { Tally, TallyName } from "./tally";

export interface Metrics {
  /** Seconds from the event to the clean check. */
  lag(seconds: number): void;
  /** The same of the canary object. */
  canaryLag(seconds: number): void;
  skipped(reason: SkipReason): void;
  failed(errorClass: ErrorClass): void;
  /** Writes what happened since the last flush; nothing when nothing did. */
  flush(): void;
  /** Flushes once a minute until `signal` aborts. */
  flushEvery(signal: CancelSignal): Promise<void>;
}

export interface MetricsDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly tally: Tally;
  readonly queueUrl: string;
  /** The most since it was last asked: a worker may be gone before a minute is over. */
  readonly slotsInUse: () => number;
}

/** CloudWatch's standard resolution. */
const PERIOD_MS = 60_000;
/** Samples kept between two flushes: enough for percentiles, and bounded however busy the worker is. */
const MAX_LAG_SAMPLES = 2_000;

/** Counts that are metrics of their own. */
const FROM_TALLY = {
  copies: "ObjectsCopied",
  bytesCopied: "BytesCopied",
  deletes: "ObjectsDeleted",
  coalesced: "CoalescedEvents",
  listed: "KeysListed",
  enqueued: "KeysEnqueued",
  throttles: "Throttles",
  retries: "Retries",
  putBacks: "PutBacks",
  handoffs: "Handoffs",
  unstable: "UnstableKeys",
  breakerOpened: "BreakerOpen",
  deadLetters: "DeadLetters",
} as const satisfies Partial<Record<TallyName, MetricName>>;

export function makeMetrics({ clock, log, tally, queueUrl, slotsInUse }: MetricsDeps): Metrics {
  const queue = queueDimension(queueUrl);
  let told: Readonly<Record<TallyName, number>> = { ...tally.totals };
  let lags: number[] = [];
  let canaryLags: number[] = [];
  let seen = 0;
  let skips = new Map<SkipReason, number>();
  let failures = new Map<ErrorClass, number>();

  function write(dimensions: Readonly<Record<string, string>>, values: MetricValues): void {
    const document = emf(NAMESPACE, clock.wallMs(), { ...queue, ...dimensions }, values);
    if (document !== undefined) log.info("metrics", document);
  }

  function flush(): void {
    const now = { ...tally.totals };
    const counts = Object.entries(FROM_TALLY).map(([name, metric]) => {
      const key = name as keyof typeof FROM_TALLY;
      return [metric, now[key] - told[key]];
    });
    write({}, {
      ...Object.fromEntries(counts),
      SyncLagSeconds: lags,
      CanaryLagSeconds: canaryLags,
      SlotsInUse: slotsInUse(),
    } as MetricValues);
    for (const [Reason, count] of skips) write({ Reason }, { Skipped: count });
    for (const [Class, count] of failures) write({ Class }, { Failures: count });
    told = now;
    lags = [];
    canaryLags = [];
    seen = 0;
    skips = new Map();
    failures = new Map();
  }

  return {
    lag(seconds) {
      // Once the samples are full the newest replace the oldest.
      if (lags.length < MAX_LAG_SAMPLES) lags.push(seconds);
      else lags[seen % MAX_LAG_SAMPLES] = seconds;
      seen++;
    },
    canaryLag: (seconds) => void canaryLags.push(seconds),
    skipped: (reason) => void skips.set(reason, (skips.get(reason) ?? 0) + 1),
    failed: (errorClass) => void failures.set(errorClass, (failures.get(errorClass) ?? 0) + 1),
    flush,
    async flushEvery(signal) {
      while (!isAborted(signal)) {
        await clock.sleep(PERIOD_MS, signal);
        if (!isAborted(signal)) flush();
      }
    },
  };
}
