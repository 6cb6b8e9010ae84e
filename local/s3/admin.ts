/** The simulated S3 without HTTP: what tests, the demo and the lab set up, look at and provoke. Errors are the same CloudErrors. */
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { putDirectly, shown, type AdminObject, type Content, type PutOptions } from "./admin-objects";
import { phantomIdentity, type Extents } from "./blobs";
import { configureBucket } from "./bucket-config";
import { rulesOf } from "./bucket-rules";
import { addBucket, dropBucket } from "./buckets";
import { digestOf } from "./checksums";
import type { Delivery, DeliveryMode } from "./delivery";
import { s3Error } from "./errors";
import { utf8Order } from "./key-index";
import type { Bucket, StoredObject, StoredVersion } from "./model";
import { dropUpload } from "./multipart";
import { restore } from "./tagging";
import { currentObject, currentVersion, objectForRead, remove } from "./versions";
import { bucketOf, type Latency, type Policy, type World } from "./world";

export interface AdminVersion {
  readonly key: string;
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
  readonly isLatest: boolean;
  readonly size: number;
}

export interface OpenUpload {
  readonly uploadId: string;
  readonly key: string;
  readonly initiatedMs: number;
  readonly parts: readonly { readonly number: number; readonly size: number; readonly etag: string }[];
}

export interface S3Admin {
  createBucket(name: string, options?: { readonly versioning?: "Enabled" | "Suspended" }): void;
  /** Empties the bucket first when `force`; no events. @throws BucketNotEmpty */
  deleteBucket(name: string, options?: { readonly force?: boolean }): void;
  buckets(): readonly string[];
  setVersioning(bucket: string, status: "Enabled" | "Suspended"): void;
  /** Policy, default encryption and lifecycle rules, as GetBucketPolicy and its like show them. Replaces what is given. */
  configure(bucket: string, change: Parameters<typeof configureBucket>[1]): void;
  put(bucket: string, key: string, content: Content, options?: PutOptions): Promise<AdminObject>;
  /** @throws NoSuchBucket, NoSuchKey, NoSuchVersion */
  get(bucket: string, key: string, versionId?: string): Promise<Buffer>;
  read(bucket: string, key: string, versionId?: string): Readable;
  /** Undefined: no such object, or its current version is a delete marker. */
  head(bucket: string, key: string): AdminObject | undefined;
  /** As a client's DELETE without a version; events included. */
  delete(bucket: string, key: string): void;
  /** All current objects in UTF-8 order of their keys, whatever the kind of bucket. */
  list(bucket: string, prefix?: string): AdminObject[];
  versions(bucket: string, key?: string): AdminVersion[];
  openUploads(bucket: string): OpenUpload[];
  /** SHA-256 of the content. For phantoms of what they are: equal when the bytes are. */
  digest(bucket: string, key: string): Promise<string>;
  /** As a lifecycle rule would: LifecycleExpiration events instead of ObjectRemoved. */
  expire(bucket: string, key: string): void;
  /** Ends an archived object's restore, with its event. */
  restore(bucket: string, key: string): void;
  /** What a principal may do, by IAM action; undefined = everything. */
  setPolicy(principalName: string, policy: Policy | undefined): void;
  /** Takes the use of KMS keys from a principal, or gives it back. */
  denyKms(principalName: string, denied?: boolean): void;
  deliveryMode(): DeliveryMode;
  /** Replaces the whole mode. */
  setDelivery(mode: DeliveryMode): void;
  pendingDeliveries(): number;
  /** Hands over all notifications that wait. */
  flushDeliveries(): Promise<void>;
  latency(): Latency;
  setLatency(latency: Partial<Latency>): void;
  /** Makes a directory bucket idle: from the first access on it answers 503 for `ms`. @throws NoSuchBucket, InvalidRequest */
  sleep(bucket: string, ms: number): void;
  /** Ends the sessions of a bucket, or all: their next request is ExpiredToken. @throws NoSuchBucket */
  expireSessions(bucket?: string): void;
  /**
   * Requests handled by operation; bytesCopied, bytesStored, uploadsCompleted, uploadsAborted; eventsSent, eventsDuplicated (delivered
   * twice), eventsOvertaken (delivered after a later one).
   */
  counters(): Readonly<Record<string, number>>;
}

export function makeAdmin(world: World, delivery: Delivery): S3Admin {
  const find = (bucket: string, key: string, versionId?: string) =>
    objectForRead(bucketOf(world, bucket), key, versionId);
  const read = (extents: Extents): Readable => {
    const content = world.blobs.read(extents);
    return Buffer.isBuffer(content) ? Readable.from([content], { objectMode: false }) : content;
  };
  const changed = (bucket: Bucket, change: Partial<Pick<Bucket, "versioning">>): void => {
    Object.assign(bucket, change);
    world.journal.bucket(bucket);
  };
  return {
    createBucket: (name, options) => changed(addBucket(world, name), { versioning: options?.versioning }),
    deleteBucket(name, options) {
      const bucket = bucketOf(world, name);
      if (options?.force === true) emptyBucket(world, bucket);
      dropBucket(world, bucket);
    },
    buckets: () => [...world.buckets.keys()].sort(),
    setVersioning: (bucket, versioning) => changed(bucketOf(world, bucket), { versioning }),
    configure(name, change) {
      const bucket = bucketOf(world, name);
      configureBucket(bucket, change);
      changed(bucket, {});
    },
    put: (bucket, key, content, options) => putDirectly(world, bucketOf(world, bucket), key, content, options ?? {}),
    get: (bucket, key, versionId) => buffer(read(find(bucket, key, versionId).extents)),
    read: (bucket, key, versionId) => read(find(bucket, key, versionId).extents),
    head(bucket, key) {
      const object = currentObject(bucketOf(world, bucket), key);
      return object === undefined ? undefined : shown(object);
    },
    delete(name, key) {
      const bucket = bucketOf(world, name);
      const { event, versionId } = remove(world, bucket, key, undefined);
      if (event !== undefined) world.notifier.removed(undefined, bucket, key, versionId, event);
    },
    list: (bucket, prefix = "") => currentObjects(bucketOf(world, bucket), prefix).map(shown),
    versions: (bucket, key) => versionsOf(bucketOf(world, bucket), key),
    openUploads: (bucket) =>
      [...bucketOf(world, bucket).uploads.values()].map(({ uploadId, key, initiatedMs, parts }) => ({
        uploadId,
        key,
        initiatedMs,
        parts: [...parts.values()]
          .map(({ number, size, etag }) => ({ number, size, etag }))
          .sort((a, b) => a.number - b.number),
      })),
    async digest(bucket, key) {
      const { extents } = find(bucket, key);
      return phantomIdentity(extents) ?? (await digestOf(world.blobs, extents, "SHA256")).toString("hex");
    },
    expire(name, key) {
      const bucket = bucketOf(world, name);
      const { event, versionId } = remove(world, bucket, key, undefined);
      if (event !== undefined) world.notifier.expired(bucket, key, versionId, event);
    },
    restore(name, key) {
      const object = find(name, key);
      const bucket = bucketOf(world, name);
      restore(object);
      world.journal.key(bucket, object.key);
      world.notifier.restored(bucket, object);
    },
    setPolicy(principalName, policy) {
      if (policy === undefined) world.policies.delete(principalName);
      else world.policies.set(principalName, policy);
    },
    denyKms(principalName, denied = true) {
      if (denied) world.kmsDenied.add(principalName);
      else world.kmsDenied.delete(principalName);
    },
    deliveryMode: () => delivery.currentMode,
    setDelivery: (mode) => delivery.setMode(mode),
    pendingDeliveries: () => delivery.waiting,
    flushDeliveries: () => delivery.flush(),
    latency: () => world.latency,
    setLatency: (latency) => void (world.latency = { ...world.latency, ...latency }),
    sleep(name, ms) {
      const bucket = bucketOf(world, name);
      if (!rulesOf(bucket.kind).sleeps) throw s3Error("InvalidRequest", `${name}: only directory buckets sleep`);
      bucket.sleep = { ms, touchedMs: undefined };
    },
    expireSessions(bucket) {
      if (bucket !== undefined) bucketOf(world, bucket);
      world.sessions.expire(bucket);
    },
    counters: () => ({ ...Object.fromEntries(world.counters), ...delivery.counters() }),
  };
}

function currentObjects(bucket: Bucket, prefix: string): StoredObject[] {
  const objects: { order: string; object: StoredObject }[] = [];
  for (const key of bucket.objects.keys()) {
    const object = key.startsWith(prefix) ? currentObject(bucket, key) : undefined;
    if (object !== undefined) objects.push({ order: utf8Order(key), object });
  }
  return objects.sort((a, b) => (a.order < b.order ? -1 : 1)).map(({ object }) => object);
}

function versionsOf(bucket: Bucket, key: string | undefined): AdminVersion[] {
  const versions: StoredVersion[] =
    key === undefined ? [...bucket.objects.values()].flat() : (bucket.objects.get(key) ?? []);
  return versions.map((version) => ({
    key: version.key,
    versionId: version.versionId,
    isDeleteMarker: version.isDeleteMarker,
    isLatest: currentVersion(bucket, version.key) === version,
    size: version.isDeleteMarker ? 0 : version.size,
  }));
}

function emptyBucket(world: World, bucket: Bucket): void {
  for (const versions of [...bucket.objects.values()]) {
    for (const version of [...versions]) remove(world, bucket, version.key, version.versionId);
  }
  for (const upload of [...bucket.uploads.values()]) dropUpload(world, bucket, upload);
}
