/** The source of CopyObject and UploadPartCopy: found, allowed, readable, and as the request's conditions want it. */
import { parseCopySource, checkKey } from "./addressing";
import { hidingMissingKeys, requireSourceRead, type Call } from "./call";
import { checkCopySource } from "./conditions";
import { requireCustomerKey, requireKms, requireRestored } from "./encryption";
import { s3Error } from "./errors";
import type { Bucket, StoredObject } from "./model";
import { copyTime, IDLE } from "./timing";
import { objectForRead } from "./versions";
import { bucketOf, pause } from "./world";

export interface Source {
  readonly bucket: Bucket;
  readonly object: StoredObject;
}

/**
 * A snapshot: what happens to the key afterwards does not change the copy. The caller must retain the extents before it waits for anything.
 * @throws NoSuchBucket, NoSuchKey, NoSuchVersion, AccessDenied, PreconditionFailed, InvalidObjectState, InvalidRequest
 */
export function resolveSource(call: Call): Source {
  const { bucket: name, key, versionId } = parseCopySource(call.header("x-amz-copy-source") ?? "");
  checkKey(key);
  const bucket = bucketOf(call.world, name);
  requireSourceRead(call, name, key, versionId);
  const object = hidingMissingKeys(call, name, () => readSource(bucket, key, versionId));
  checkCopySource(call.request.headers, object);
  requireRestored(object);
  requireKms(call, object.encryption);
  requireCustomerKey(call, object, "x-amz-copy-source-");
  return { bucket, object };
}

/** Time that copying so many bytes takes. */
export function copying(call: Call, bytes: number): Promise<void> {
  const { world, bucketName } = call;
  const { ms, load } = copyTime(world.latency, world.loads.get(bucketName) ?? IDLE, bytes, world.clock.now());
  world.loads.set(bucketName, load);
  return pause(world, ms);
}

/** A delete marker that is named by its version is a 400 for a copy, not the 405 of GET. API CopyObject, UploadPartCopy. */
function readSource(bucket: Bucket, key: string, versionId: string | undefined): StoredObject {
  try {
    return objectForRead(bucket, key, versionId);
  } catch (error) {
    if ((error as { code?: string }).code !== "MethodNotAllowed") throw error;
    throw s3Error(
      "InvalidRequest",
      "The source of a copy request may not specifically refer to a delete marker by version id.",
    );
  }
}
