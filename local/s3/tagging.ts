/** Object tags and RestoreObject. API PutObjectTagging, GetObjectTagging, DeleteObjectTagging, RestoreObject. */
import type { Reply } from "../http/service";
import { checkTags } from "./attributes";
import { readBytes, readXml } from "./body";
import { supported } from "./buckets";
import { hidingMissingKeys, type Call } from "./call";
import { s3Error } from "./errors";
import type { Bucket, StoredObject } from "./model";
import { objectForRead, versionHeader } from "./versions";
import { child, children, childText, document, group, text } from "./xml";

export async function putObjectTagging(call: Call): Promise<Reply> {
  const { bucket, object } = taggable(call);
  const root = await readXml(call);
  const elements = children(child(root, "TagSet"), "Tag");
  if (root.name !== "Tagging") throw s3Error("MalformedXML");
  object.currentTags = checkTags(
    elements.map((tag) => ({ key: childText(tag, "Key") ?? "", value: childText(tag, "Value") ?? "" })),
  );
  call.world.journal.key(bucket, object.key);
  return { status: 200, headers: versionHeader(bucket, object) };
}

export function getObjectTagging(call: Call): Reply {
  const { bucket, object } = taggable(call);
  const tags = object.currentTags.map(({ key, value }) => group("Tag", [text("Key", key), text("Value", value)]));
  return {
    status: 200,
    headers: { "content-type": "application/xml", ...versionHeader(bucket, object) },
    body: document("Tagging", [group("TagSet", tags)], true),
  };
}

export function deleteObjectTagging(call: Call): Reply {
  const { bucket, object } = taggable(call);
  object.currentTags = [];
  call.world.journal.key(bucket, object.key);
  return { status: 204, headers: versionHeader(bucket, object) };
}

/** The restore is accepted (202) and completed at once, with its notification. */
export async function restoreObject(call: Call): Promise<Reply> {
  await readBytes(call);
  const bucket = call.bucket();
  supported(call.rules.restores);
  const object = hidingMissingKeys(call, bucket.name, () => objectForRead(bucket, call.key, call.query("versionId")));
  if (object.restored) return { status: 200 };
  restore(object);
  call.world.journal.key(bucket, object.key);
  call.world.notifier.restored(bucket, object);
  return { status: 202 };
}

/** @throws InvalidObjectState for an object that is not archived */
export function restore(object: StoredObject): void {
  if (object.storageClass !== "GLACIER" && object.storageClass !== "DEEP_ARCHIVE") {
    throw s3Error("InvalidObjectState", "Restore is not allowed for the object's current storage class");
  }
  object.restored = true;
}

function taggable(call: Call): { bucket: Bucket; object: StoredObject } {
  const bucket = call.bucket();
  if (!call.rules.tags) throw s3Error("NotImplemented", "Object tagging is not supported for directory buckets");
  return {
    bucket,
    object: hidingMissingKeys(call, bucket.name, () => objectForRead(bucket, call.key, call.query("versionId"))),
  };
}
