/** DeleteObject and DeleteObjects. API pages of the same names. */
import type { Reply } from "../http/service";
import { readXml } from "./body";
import { isAllowed, type Call } from "./call";
import { checkKey } from "./addressing";
import { checkDelete, type DeleteConditions } from "./conditions";
import { s3Error, S3Error } from "./errors";
import { currentVersion, remove, type Removal } from "./versions";
import { children, childText, document, group, text, type XmlElement } from "./xml";

const KEYS_PER_REQUEST = 1000;

export function deleteObject(call: Call): Reply {
  const removal = removeKey(call, call.key, call.query("versionId"), {
    etag: call.header("if-match"),
    lastModifiedTime: call.header("x-amz-if-match-last-modified-time"),
    size: call.header("x-amz-if-match-size"),
  });
  return {
    status: 204,
    headers: {
      ...(removal.versionId === undefined ? {} : { "x-amz-version-id": removal.versionId }),
      ...(removal.isDeleteMarker ? { "x-amz-delete-marker": "true" } : {}),
    },
  };
}

/** Up to 1,000 keys; what went wrong with a key is inside the 200. */
export async function deleteObjects(call: Call): Promise<Reply> {
  call.bucket();
  const hasDigest = Object.keys(call.request.headers).some(
    (name) => name === "content-md5" || name.startsWith("x-amz-checksum-"),
  );
  if (!hasDigest && call.header("x-amz-trailer") === undefined) {
    throw s3Error("InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
  }
  const root = await readXml(call);
  const objects = children(root, "Object");
  if (root.name !== "Delete" || objects.length === 0 || objects.length > KEYS_PER_REQUEST)
    throw s3Error("MalformedXML");
  const isQuiet = childText(root, "Quiet")?.trim() === "true";
  const results = objects.map((object) => deleteOne(call, object, isQuiet));
  return { status: 200, headers: { "content-type": "application/xml" }, body: document("DeleteResult", results, true) };
}

function deleteOne(call: Call, object: XmlElement, isQuiet: boolean): string {
  const key = childText(object, "Key") ?? "";
  const versionId = childText(object, "VersionId");
  try {
    if (key === "") throw s3Error("MalformedXML");
    checkKey(key);
    if (call.rules.strictKeysInDeleteObjects && isOddKey(key)) throw s3Error("InvalidArgument", "Invalid key");
    const action = versionId === undefined ? "s3:DeleteObject" : "s3:DeleteObjectVersion";
    if (call.rules.onlyAction === undefined && !isAllowed(call, action, call.bucketName, key))
      throw s3Error("AccessDenied");
    const removal = removeKey(call, key, versionId, {
      etag: childText(object, "ETag"),
      lastModifiedTime: childText(object, "LastModifiedTime"),
      size: childText(object, "Size"),
    });
    if (isQuiet) return "";
    return group("Deleted", [
      text("Key", key),
      text("VersionId", versionId),
      removal.isDeleteMarker ? text("DeleteMarker", true) + text("DeleteMarkerVersionId", removal.versionId) : "",
    ]);
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return group("Error", [
      text("Key", key),
      text("VersionId", versionId),
      text("Code", error.code),
      text("Message", error.message),
    ]);
  }
}

function removeKey(call: Call, key: string, versionId: string | undefined, conditions: DeleteConditions): Removal {
  const bucket = call.bucket();
  if (versionId !== undefined && !call.rules.versioning && versionId !== "null")
    throw s3Error("InvalidArgument", "Invalid version id specified");
  checkDelete(conditions, currentVersion(bucket, key), call.rules);
  const removal = remove(call.world, bucket, key, versionId);
  if (removal.event !== undefined)
    call.world.notifier.removed(call.request, bucket, key, removal.versionId, removal.event);
  return removal;
}

function isOddKey(key: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  return key.trim() === "" || /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(key);
}
