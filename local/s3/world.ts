/** Everything the operations share: one simulated S3. */
import { systemClock, type Clock } from "../http/clock";
import { randomHex, type Random } from "../http/random";
import type { BlobStore } from "./blobs";
import { rulesOf, type BucketKind, type BucketRules } from "./bucket-rules";
import { s3Error } from "./errors";
import type { Journal } from "./journal";
import { hashedOrder, KeyIndex, utf8Order } from "./key-index";
import type { Bucket } from "./model";
import type { Notifier } from "./notifications";
import type { Sessions } from "./sessions";
import type { Latency, Load } from "./timing";

export type { Latency } from "./timing";

/** Whether a principal may do something. `action` is an IAM action ("s3:GetObject", "s3express:CreateSession"). */
export type Policy = (action: string, bucket: string, key: string | undefined) => boolean;

export interface World {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly buckets: Map<string, Bucket>;
  readonly blobs: BlobStore;
  /** Every change of a bucket, a key or an upload is told to it in the same step. */
  readonly journal: Journal;
  readonly sessions: Sessions;
  readonly notifier: Notifier;
  readonly policies: Map<string, Policy>;
  /** Names of principals that may not use KMS keys. */
  readonly kmsDenied: Set<string>;
  readonly counters: Map<string, number>;
  latency: Latency;
  /** What the latency model remembers, by bucket and by prefix. */
  readonly loads: Map<string, Load>;
}

/** A clock from what the options give: a whole one, or only a reading of the time. */
export function clockFrom(clock: Clock | (() => number) | undefined): Clock {
  if (clock === undefined) return systemClock;
  return typeof clock === "function" ? { now: clock, after: (ms, run) => systemClock.after(ms, run) } : clock;
}

/** Waits on the world's clock. */
export function pause(world: World, ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => void world.clock.after(ms, resolve));
}

/** @throws NoSuchBucket */
export function bucketOf(world: World, name: string): Bucket {
  const bucket = world.buckets.get(name);
  if (bucket === undefined) throw s3Error("NoSuchBucket", undefined, { details: { BucketName: name } });
  return bucket;
}

export function makeBucket(name: string, kind: BucketKind, createdMs: number): Bucket {
  const order = rulesOf(kind).listingOrder === "utf-8" ? utf8Order : hashedOrder(name);
  return {
    name,
    kind,
    createdMs,
    versioning: undefined,
    objects: new Map(),
    index: new KeyIndex(order),
    uploads: new Map(),
    notifications: { queues: [], eventBridge: false },
    policy: undefined,
    encryption: { kind: "AES256" },
    lifecycle: [],
    sleep: undefined,
  };
}

export function rules(bucket: Bucket): BucketRules {
  return rulesOf(bucket.kind);
}

/** An ETag that says nothing about the content: 32 lower-case letters and digits, in directory buckets. */
export function randomEtag(world: World): string {
  return randomHex(world.random, 32);
}

/** An identifier that looks like S3's version and upload ids. */
export function randomId(world: World, bytes: number): string {
  return Buffer.from(randomHex(world.random, bytes * 2), "hex").toString("base64url");
}

/** Counts something that happened, for `admin.counters()`. */
export function count(world: World, name: string, by = 1): void {
  world.counters.set(name, (world.counters.get(name) ?? 0) + by);
}
