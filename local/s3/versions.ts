/** The versions of a key: which is current, what a write and a delete do to them. Every change is one synchronous step. UG Versioning. */
import { s3Error } from "./errors";
import type { Bucket, StoredObject, StoredVersion } from "./model";
import { count, randomId, type World } from "./world";

const NULL_VERSION = "null";

export function currentVersion(bucket: Bucket, key: string): StoredVersion | undefined {
  return bucket.objects.get(key)?.[0];
}

/** The current object, if there is one and it is no delete marker. */
export function currentObject(bucket: Bucket, key: string): StoredObject | undefined {
  const version = currentVersion(bucket, key);
  return version?.isDeleteMarker === false ? version : undefined;
}

/**
 * The object that a read is for.
 * @throws NoSuchKey (also when the current version is a delete marker), NoSuchVersion, or MethodNotAllowed when the version named is a delete
 * marker. API GetObject, HeadObject.
 */
export function objectForRead(bucket: Bucket, key: string, versionId: string | undefined): StoredObject {
  const version =
    versionId === undefined
      ? currentVersion(bucket, key)
      : bucket.objects.get(key)?.find((one) => one.versionId === versionId);
  if (version === undefined) {
    throw versionId === undefined
      ? s3Error("NoSuchKey", undefined, { details: { Key: key } })
      : s3Error("NoSuchVersion", undefined, { details: { Key: key, VersionId: versionId } });
  }
  if (!version.isDeleteMarker) return version;
  const headers = { "x-amz-delete-marker": "true", "x-amz-version-id": version.versionId };
  if (versionId === undefined) throw s3Error("NoSuchKey", undefined, { details: { Key: key }, headers });
  throw s3Error("MethodNotAllowed", undefined, {
    headers: { ...headers, "last-modified": new Date(version.lastModifiedMs).toUTCString(), allow: "DELETE" },
  });
}

/** Makes an object the current version of its key. The world takes over the caller's reference to the extents. */
export function commit(world: World, bucket: Bucket, object: Omit<StoredObject, "versionId">): StoredObject {
  const stored: StoredObject = { ...object, versionId: newVersionId(world, bucket) };
  pushVersion(world, bucket, stored);
  return stored;
}

export interface Removal {
  /** Of the version that was removed or the delete marker that was made; undefined in a bucket that never had versioning. */
  readonly versionId: string | undefined;
  /** The version that was removed, or made, is a delete marker. */
  readonly isDeleteMarker: boolean;
  /** Undefined: there was nothing to delete. */
  readonly event: "Delete" | "DeleteMarkerCreated" | undefined;
}

/** DELETE: removes the version named; without one, the object or, in a bucket with versioning, puts a delete marker on top. API DeleteObject. */
export function remove(world: World, bucket: Bucket, key: string, versionId: string | undefined): Removal {
  if (versionId !== undefined) {
    const versions = bucket.objects.get(key);
    const victim = versions?.find((one) => one.versionId === versionId);
    if (victim !== undefined) dropVersion(world, bucket, victim);
    return {
      versionId: bucket.versioning === undefined ? undefined : versionId,
      isDeleteMarker: victim?.isDeleteMarker ?? false,
      event: victim === undefined ? undefined : "Delete",
    };
  }
  if (bucket.versioning === undefined) {
    const current = currentVersion(bucket, key);
    if (current !== undefined) dropVersion(world, bucket, current);
    return { versionId: undefined, isDeleteMarker: false, event: current === undefined ? undefined : "Delete" };
  }
  const marker = newVersionId(world, bucket);
  pushVersion(world, bucket, { isDeleteMarker: true, key, versionId: marker, lastModifiedMs: world.clock.now() });
  return { versionId: marker, isDeleteMarker: true, event: "DeleteMarkerCreated" };
}

/** The version id as a header: only buckets that have, or had, versioning show one. */
export function versionHeader(bucket: Bucket, version: StoredVersion): Record<string, string> {
  return bucket.versioning === undefined ? {} : { "x-amz-version-id": version.versionId };
}

function newVersionId(world: World, bucket: Bucket): string {
  return bucket.versioning === "Enabled" ? randomId(world, 24) : NULL_VERSION;
}

/** Without versioning, and while it is suspended, a new version takes the place of the null version. */
function pushVersion(world: World, bucket: Bucket, version: StoredVersion): void {
  const versions = bucket.objects.get(version.key);
  if (version.versionId === NULL_VERSION) {
    const replaced = versions?.find((one) => one.versionId === NULL_VERSION);
    if (replaced !== undefined) {
      versions?.splice(versions.indexOf(replaced), 1);
      releaseVersion(world, replaced);
    }
  }
  if (versions === undefined) {
    bucket.objects.set(version.key, [version]);
    bucket.index.add(version.key);
  } else versions.unshift(version);
  world.journal.key(bucket, version.key);
  if (!version.isDeleteMarker) count(world, "bytesStored", version.size);
}

function dropVersion(world: World, bucket: Bucket, version: StoredVersion): void {
  const left = (bucket.objects.get(version.key) ?? []).filter((one) => one !== version);
  if (left.length === 0) {
    bucket.objects.delete(version.key);
    bucket.index.remove(version.key);
  } else bucket.objects.set(version.key, left);
  world.journal.key(bucket, version.key);
  releaseVersion(world, version);
}

function releaseVersion(world: World, version: StoredVersion): void {
  if (version.isDeleteMarker) return;
  world.blobs.release(version.extents);
  count(world, "bytesStored", -version.size);
}
