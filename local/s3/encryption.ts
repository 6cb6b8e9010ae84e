/** Who may read or write encrypted objects, and archived ones. */
import type { Call } from "./call";
import { s3Error } from "./errors";
import type { Encryption, StoredObject } from "./model";

/** @throws AccessDenied when the object's encryption needs KMS and the caller may not use it; the 403 says nothing more. API CopyObject. */
export function requireKms(call: Call, encryption: Encryption): void {
  if (encryption.kind === "aws:kms" && call.world.kmsDenied.has(call.request.principal.name))
    throw s3Error("AccessDenied");
}

/**
 * SSE-C: the key must come with the request.
 * @param prefix `x-amz-` on GET and HEAD, `x-amz-copy-source-` for the source of a copy
 * @throws InvalidRequest (400) without the key, AccessDenied with another one. UG ServerSideEncryptionCustomerKeys.
 */
export function requireCustomerKey(call: Call, object: StoredObject, prefix: "x-amz-" | "x-amz-copy-source-"): void {
  if (object.encryption.kind !== "customer") return;
  const md5 = call.header(`${prefix}server-side-encryption-customer-key-md5`);
  if (md5 === undefined || call.header(`${prefix}server-side-encryption-customer-key`) === undefined) {
    throw s3Error(
      "InvalidRequest",
      "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.",
    );
  }
  if (md5 !== object.encryption.keyMd5) throw s3Error("AccessDenied");
}

/** @throws InvalidObjectState for an archived object that has not been restored. API GetObject, CopyObject. */
export function requireRestored(object: StoredObject): void {
  const isArchived = object.storageClass === "GLACIER" || object.storageClass === "DEEP_ARCHIVE";
  if (isArchived && !object.restored) {
    throw s3Error("InvalidObjectState", undefined, { details: { StorageClass: object.storageClass } });
  }
}
