/**
 * How long requests take, and which are too many: a model of S3's speed, as pure functions of a description and the time. What is
 * remembered between requests is a `Load`, which the caller keeps.
 */

/** Milliseconds and bytes per second of the clock. 0 (and what is not named) = no time at all, no limit. */
export interface Latency {
  /** Of every request, before it does anything. */
  readonly perRequestMs: number;
  /** By API operation, in place of `perRequestMs`. */
  readonly operationMs: Readonly<Record<string, number>>;
  /** Of every CopyObject and UploadPartCopy by itself. */
  readonly copyBytesPerSecond: number;
  /** Of all copies into one bucket together. */
  readonly bucketBytesPerSecond: number;
  /** GET and HEAD per second below one prefix of a general purpose bucket; more are SlowDown. UG optimizing-performance: 5,500. */
  readonly prefixReadsPerSecond: number;
  /** PUT, COPY, POST and DELETE likewise. UG optimizing-performance: 3,500. */
  readonly prefixWritesPerSecond: number;
  /** Time compression: everything takes a so-many-th of the time, and limits are so many times higher. */
  readonly speed: number;
}

export const NO_LATENCY: Latency = {
  perRequestMs: 0,
  operationMs: {},
  copyBytesPerSecond: 0,
  bucketBytesPerSecond: 0,
  prefixReadsPerSecond: 0,
  prefixWritesPerSecond: 0,
  speed: 1,
};

/** How long a request takes before it does anything, in milliseconds. */
export function requestMs({ perRequestMs, operationMs, speed }: Latency, operation: string): number {
  return (operationMs[operation] ?? perRequestMs) / speed;
}

/** What is remembered of one bucket or prefix. */
export interface Load {
  /** When the copies accepted so far have gone through the bucket's bandwidth. */
  readonly copiesUntilMs: number;
  /** Requests that may still come at once, and when that was so. */
  readonly tokens: number;
  readonly atMs: number;
}

export const IDLE: Load = { copiesUntilMs: 0, tokens: Number.POSITIVE_INFINITY, atMs: 0 };

/** How long copying so many bytes takes that begins now: by its own stream, or behind the others in the bucket. */
export function copyTime(
  latency: Latency,
  load: Load,
  bytes: number,
  nowMs: number,
): { readonly ms: number; readonly load: Load } {
  const { copyBytesPerSecond, bucketBytesPerSecond, speed } = latency;
  const own = copyBytesPerSecond > 0 ? (bytes / copyBytesPerSecond / speed) * 1000 : 0;
  if (bucketBytesPerSecond <= 0) return { ms: own, load };
  const copiesUntilMs = Math.max(nowMs, load.copiesUntilMs) + (bytes / bucketBytesPerSecond / speed) * 1000;
  return { ms: Math.max(own, copiesUntilMs - nowMs), load: { ...load, copiesUntilMs } };
}

/** Whether one more request is taken: a bucket of tokens that holds one second's worth. */
export function admit(perSecond: number, load: Load, nowMs: number): { readonly taken: boolean; readonly load: Load } {
  const earned = load.tokens + (Math.max(0, nowMs - load.atMs) / 1000) * perSecond;
  const tokens = Math.min(perSecond, earned);
  const taken = tokens >= 1;
  return { taken, load: { ...load, tokens: taken ? tokens - 1 : tokens, atMs: Math.max(load.atMs, nowMs) } };
}

const READS: ReadonlySet<string> = new Set(["HeadObject", "GetObject", "GetObjectAttributes", "ListObjectsV2"]);

/** The limit that counts for an operation, per second and prefix; 0 = none. */
export function prefixLimit(latency: Latency, operation: string): number {
  return (READS.has(operation) ? latency.prefixReadsPerSecond : latency.prefixWritesPerSecond) * latency.speed;
}

/** S3 partitions by key; a directory stands for a partition here. */
export function prefixOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/") + 1);
}
