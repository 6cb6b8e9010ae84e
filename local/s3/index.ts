/**
 * The S3 of the local cloud: general purpose and directory buckets behind S3's own REST protocol. Knows nothing of what uses it.
 * Behaviour is held to AWS by the contract suite in `__tests__/contracts/s3`.
 */
import { join } from "node:path";
import type { Clock } from "../http/clock";
import type { Service, SessionCredentials } from "../http/service";
import { makeAdmin, type S3Admin } from "./admin";
import { BlobStore } from "./blobs";
import { authorize, makeCall, type Call, type Operation } from "./call";
import { seededRandom } from "../http/random";
import { Delivery } from "./delivery";
import { errorReply, s3Error } from "./errors";
import { beginJournal, NO_JOURNAL, readJournal } from "./journal";
import type { Bucket } from "./model";
import { Notifier } from "./notifications";
import { bytesIn, restoredBucket } from "./restore";
import { OPERATIONS, routeOf, type OperationName } from "./routing";
import { Sessions } from "./sessions";
import { admit, IDLE, NO_LATENCY, prefixLimit, prefixOf, requestMs } from "./timing";
import { clockFrom, count, pause, type World } from "./world";

export type { AdminVersion, OpenUpload, S3Admin } from "./admin";
export type { AdminObject, Content, PutOptions } from "./admin-objects";
export type { DeliveryMode } from "./delivery";
export type { Latency, Policy } from "./world";

export interface S3Options {
  /** Objects live here; the directory `s3` is made in it and removed on close, unless `keep`. */
  readonly directory: string;
  /** Buckets and what is in them are found again by the next S3 on this directory. Default false. */
  readonly keep?: boolean;
  readonly region: string;
  readonly accountId: string;
  /** Milliseconds since the epoch; a whole Clock also decides when delays are over. Default: the machine's. */
  readonly clock?: Clock | (() => number);
  /** Seeded; ETags, ids and delivery faults come from it. Default Math.random. */
  readonly random?: () => number;
  /** Takes a notification to a queue; what it throws on a TestEvent refuses the configuration. */
  readonly deliver: (queueArn: string, body: string) => void | Promise<void>;
  /** Takes an event of a bucket whose configuration says EventBridge. */
  readonly deliverToEventBridge?: (event: unknown) => void | Promise<void>;
  /** Lifetime of CreateSession's credentials. Default 300, as AWS. */
  readonly sessionSeconds?: number;
}

export interface S3 extends Service {
  readonly name: "s3";
  /** The same S3 without HTTP: for tests, the demo and the lab. */
  readonly admin: S3Admin;
  sessionPrincipal(accessKeyId: string): SessionCredentials | "expired" | undefined;
  /** Drops undelivered notifications and removes all data that is not kept. */
  close(): Promise<void>;
}

/** @throws Error when what was kept in the directory cannot be read */
export function makeS3(options: S3Options): S3 {
  const clock = clockFrom(options.clock);
  const blobs = new BlobStore(join(options.directory, "s3"));
  const { buckets, starts, journal } = options.keep === true ? found(options.directory, blobs) : nothingFound();
  const random = another(options.random ?? Math.random, starts);
  const delivery = new Delivery({
    clock,
    random,
    deliver: options.deliver,
    deliverToEventBridge: options.deliverToEventBridge,
  });
  const world: World = {
    region: options.region,
    accountId: options.accountId,
    clock,
    random,
    buckets,
    blobs,
    journal,
    sessions: new Sessions(clock, (options.sessionSeconds ?? 300) * 1000),
    notifier: new Notifier({ region: options.region, accountId: options.accountId, clock, random, delivery }),
    policies: new Map(),
    kmsDenied: new Set(),
    counters: new Map(),
    latency: NO_LATENCY,
    loads: new Map(),
  };
  for (const bucket of buckets.values()) count(world, "bytesStored", bytesIn(bucket));
  return {
    name: "s3",
    admin: makeAdmin(world, delivery),
    route: routeOf,
    async handle(request, route) {
      const call = makeCall(world, request, route);
      count(world, route.operation);
      throttle(call);
      const ms = requestMs(world.latency, route.operation);
      if (ms > 0) await pause(world, ms);
      wake(world, call.bucketName);
      authorize(call);
      const operation: Operation = OPERATIONS[route.operation as OperationName];
      return operation(call);
    },
    errorReply,
    sessionPrincipal: (accessKeyId) => world.sessions.find(accessKeyId),
    async close() {
      delivery.close();
      journal.close();
      await blobs.close(options.keep);
    },
  };
}

/**
 * General purpose buckets take so many requests a second below a prefix; directory buckets have no such limit.
 * @throws SlowDown
 */
function throttle({ world, operation, bucketName, key, rules }: Call): void {
  const perSecond = prefixLimit(world.latency, operation);
  if (perSecond <= 0 || !rules.requestRateLimits) return;
  const name = `${bucketName}/${prefixOf(key)} ${perSecond}`;
  const { taken, load } = admit(perSecond, world.loads.get(name) ?? IDLE, world.clock.now());
  world.loads.set(name, load);
  if (!taken) throw s3Error("SlowDown");
}

function nothingFound() {
  return { buckets: new Map<string, Bucket>(), starts: 0, journal: NO_JOURNAL };
}

/** What an S3 before this one kept there, and the journal that goes on from it. */
function found(directory: string, blobs: BlobStore) {
  const place = join(directory, "s3");
  const written = readJournal(place);
  const buckets = new Map<string, Bucket>();
  for (const [name, content] of written.buckets) buckets.set(name, restoredBucket(content, blobs));
  blobs.settle();
  return { buckets, starts: written.starts, journal: beginJournal(place, written.starts + 1, buckets.values()) };
}

/** The same randomness again would make the ids and ETags that are there already. */
function another(random: () => number, starts: number): () => number {
  return starts === 0 ? random : seededRandom(Math.floor(random() * 2 ** 32) ^ Math.imul(starts, 0x9e3779b1));
}

/** A directory bucket that was idle for 90 days answers 503 from the first access until it is awake. UG directory-buckets-overview. */
function wake(world: World, bucketName: string): void {
  const bucket = world.buckets.get(bucketName);
  const sleep = bucket?.sleep;
  if (bucket === undefined || sleep === undefined) return;
  const now = world.clock.now();
  sleep.touchedMs ??= now;
  if (now < sleep.touchedMs + sleep.ms) throw s3Error("ServiceUnavailable");
  bucket.sleep = undefined;
}
