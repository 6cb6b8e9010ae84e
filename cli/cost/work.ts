/**
 * What work uses: requests and bytes of objects, time of workers, and what there is every month without any work. Pure; the
 * assumptions are constants with a name, because every one of them is printed.
 */
import {
  DAYS_PER_MONTH,
  HEADS_PER_EVENT,
  HOURS_PER_MONTH,
  LOG_BYTES_PER_OBJECT,
  METRICS_WHEN_WORKING,
  POLLS_PER_WORKER,
  QUEUE_REQUESTS_PER_EVENT,
} from "../../core/cost";
import { DEFAULTS } from "../../core/env";
import { type CopySizes, GIB, planCopy } from "../../core/parts";
import { sum, times, type Usage } from "./usage";

/** So many objects of one size, in bytes. */
export interface SizeGroup {
  readonly objects: number;
  readonly bytes: number;
}

/** `event`: each by an event of its own. `backfill`: found by listings, many keys in one message, the replica looked at first. */
export type Cause = "event" | "backfill";

export const SIZES: CopySizes = { partSize: DEFAULTS.partSize, multipartThreshold: DEFAULTS.multipartThreshold };

export { DAYS_PER_MONTH, HOURS_PER_MONTH, METRICS_WHEN_WORKING };

export const ASSUMED = {
  /** One worker is bound by its CPU with small objects and by S3 with large ones. */
  objectsPerSecond: 300,
  bytesPerSecond: 2 * GIB,
  /** Image pull and start, which Fargate bills too. */
  startSeconds: 40,
  /** Keys of one backfill message. */
  keysPerMessage: 100,
  logBytesPerObject: LOG_BYTES_PER_OBJECT,
  /** Of one look of the starter, Lambda's own lines included. */
  logBytesPerLook: 700,
  /** Seconds of one invocation of the starter, at 128 MB. */
  lookSeconds: 0.5,
  logDaysKept: 30,
  /** Of the worker's image, compressed. */
  imageGb: 0.1,
} as const;

/** Seconds a worker still waits for work: so many empty long polls. */
export const IDLE_TAIL_SECONDS = DEFAULTS.longPollSeconds * DEFAULTS.emptyPollsBeforeExit;
/** Fargate bills a minute at least; a worker that finds nothing lives longer than that. */
export const RUN_OVERHEAD_SECONDS = ASSUMED.startSeconds + IDLE_TAIL_SECONDS;

/** Task of the defaults: 2 vCPU, 4 GB; four of five on Spot. */
const TASK = { vcpu: 2, gb: 4 };
const SPOT_SHARE = DEFAULTS.spotWeight / (DEFAULTS.spotWeight + DEFAULTS.onDemandWeight);

/** Requests, bytes, messages and log lines of copying these objects once. */
export function copying(groups: readonly SizeGroup[], cause: Cause, sizes: CopySizes = SIZES): Usage {
  return sum(...groups.map((group) => copyingGroup(group, cause, sizes)));
}

function copyingGroup({ objects, bytes }: SizeGroup, cause: Cause, sizes: CopySizes): Usage {
  const each: Usage = {
    expressWrites: copyRequests(bytes, sizes),
    expressUpload: bytes / GIB,
    sourceReads: HEADS_PER_EVENT,
    expressReads: cause === "backfill" ? 1 : 0,
    queueRequests: QUEUE_REQUESTS_PER_EVENT / (cause === "backfill" ? ASSUMED.keysPerMessage : 1),
    // A page of a listing has 1,000 keys; both sides are listed.
    sourceLists: cause === "backfill" ? 1 / 1000 : 0,
    ...logs(ASSUMED.logBytesPerObject),
  };
  const listing: Usage = cause === "backfill" ? { expressWrites: 1 / 1000 } : {};
  return times(objects, sum(each, listing));
}

/** One CopyObject; or create, the parts, complete. */
function copyRequests(bytes: number, sizes: CopySizes): number {
  const plan = planCopy(bytes, sizes);
  if (plan === undefined) throw new RangeError(`an object of ${bytes} bytes is larger than S3 can hold`);
  return plan.kind === "single" ? 1 : plan.partCount + 2;
}

/** HEADs before and after a delete, the delete, its message. */
export function deleting(objects: number): Usage {
  return times(objects, {
    sourceReads: HEADS_PER_EVENT,
    expressDeletes: 1,
    queueRequests: QUEUE_REQUESTS_PER_EVENT,
    ...logs(ASSUMED.logBytesPerObject),
  });
}

/** Seconds one worker needs for these objects, without its start and its end. */
export function copySeconds(groups: readonly SizeGroup[]): number {
  return groups.reduce(
    (total, { objects, bytes }) =>
      total + Math.max(objects / ASSUMED.objectsPerSecond, (objects * bytes) / ASSUMED.bytesPerSecond),
    0,
  );
}

export interface WorkerTime {
  /** Workers started. */
  readonly runs: number;
  /** Seconds that all of them lived, together. */
  readonly seconds: number;
}

/** What workers cost by being there, whatever they do. */
export function workers({ runs, seconds }: WorkerTime, spotShare: number = SPOT_SHARE): Usage {
  const hours = seconds / 3600;
  return sum({
    spotCpu: hours * spotShare * TASK.vcpu,
    spotMemory: hours * spotShare * TASK.gb,
    onDemandCpu: hours * (1 - spotShare) * TASK.vcpu,
    onDemandMemory: hours * (1 - spotShare) * TASK.gb,
    publicAddress: hours,
    queueRequests: (POLLS_PER_WORKER * seconds) / DEFAULTS.longPollSeconds,
    metrics: metricMonths(hours, runs),
  });
}

/** Every run touches an hour of its own at worst; there are no more than the month has. */
function metricMonths(hours: number, runs: number): number {
  return (METRICS_WHEN_WORKING.length * Math.min(HOURS_PER_MONTH, hours + runs)) / HOURS_PER_MONTH;
}

/**
 * Worker time of a day on which `perDay` objects come evenly spread: each alone in a run of its own as long as they come
 * farther apart than a run lasts, then one worker that never leaves, then as many as the copying itself needs.
 */
export function spreadOverDay(perDay: number, bytes: number): WorkerTime {
  const work = copySeconds([{ objects: perDay, bytes }]);
  const alone = perDay * RUN_OVERHEAD_SECONDS + work;
  const day = 24 * 3600;
  if (alone <= day) return { runs: perDay, seconds: alone };
  return { runs: Math.max(1, Math.ceil(work / day)), seconds: Math.max(day, work) };
}

/** What there is every month without a single event: no compute beyond the starter's look every minute. */
export function standing(alarms: number): Usage {
  const invocations = (HOURS_PER_MONTH * 3600) / DEFAULTS.pollIntervalSeconds;
  return sum(starter({ invocations, looks: invocations, seconds: invocations * ASSUMED.lookSeconds }), {
    alarms,
    image: ASSUMED.imageGb,
  });
}

export interface StarterTime {
  readonly invocations: number;
  /** An invocation looks once or several times. */
  readonly looks: number;
  /** Of all invocations together, at 128 MB; between two looks an invocation waits, and is billed. */
  readonly seconds: number;
}

/** What the starter uses, whatever it launches. */
export function starter({ invocations, looks, seconds }: StarterTime): Usage {
  return sum(
    { starterCalls: invocations, starterTime: seconds * 0.125, scheduleEvents: invocations },
    times(looks, { queueRequests: 1, ...logs(ASSUMED.logBytesPerLook) }),
  );
}

/** Keeping replicas for a month. */
export function keeping(bytes: number): Usage {
  return { expressStorage: bytes / GIB };
}

function logs(bytes: number): Usage {
  return { logsWritten: bytes / GIB, logsKept: ((bytes / GIB) * ASSUMED.logDaysKept) / DAYS_PER_MONTH };
}
