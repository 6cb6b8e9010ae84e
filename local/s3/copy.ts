/** CopyObject. API CopyObject; UG copy-object; UG directory-buckets-objects-copy. */
import type { Reply } from "../http/service";
import {
  attributesFrom,
  checkRefused,
  encryptionFrom,
  encryptionHeaders,
  metadataFrom,
  storageClassFrom,
  systemHeadersFrom,
  tagsFrom,
} from "./attributes";
import type { Call } from "./call";
import { checksumElements, checksumValue, digestOf, parseAlgorithm, type Checksum } from "./checksums";
import { checkWrite } from "./conditions";
import { copying, resolveSource, type Source } from "./copy-source";
import { requireKms } from "./encryption";
import { s3Error } from "./errors";
import type { ObjectAttributes, StoredObject } from "./model";
import { commit, currentVersion, versionHeader } from "./versions";
import { count, randomEtag } from "./world";
import { document, text } from "./xml";

/** Largest source of one CopyObject. API CopyObject. */
const SOURCE_BYTES = 5_368_709_120;

export async function copyObject(call: Call): Promise<Reply> {
  const { world, key } = call;
  const bucket = call.bucket();
  const source = resolveSource(call);
  const { object: original } = source;
  if (original.size > SOURCE_BYTES) {
    throw s3Error(
      "InvalidRequest",
      `The specified copy source is larger than the maximum allowable size for a copy source: ${SOURCE_BYTES}`,
    );
  }
  const attributes = attributesOfCopy(call, source);
  requireKms(call, attributes.encryption);
  const wanted = parseAlgorithm(call.header("x-amz-checksum-algorithm"));
  const guard = checkWrite(call.request.headers, currentVersion(bucket, key));

  world.blobs.retain(original.extents);
  let checksum: Checksum;
  let etag: string;
  try {
    checksum = checksumOfCopy(original, wanted);
    if (wanted !== undefined) await checksumValue(world.blobs, checksum, original.extents);
    etag = call.rules.etag === "md5" ? await md5Of(call, original) : randomEtag(world);
    await copying(call, original.size);
    call.bucket();
    guard(currentVersion(bucket, key));
  } catch (error) {
    world.blobs.release(original.extents);
    throw error;
  }
  const copy = commit(world, bucket, {
    ...attributes,
    isDeleteMarker: false,
    key,
    etag,
    size: original.size,
    lastModifiedMs: world.clock.now(),
    extents: original.extents,
    checksum,
    md5: original.md5,
    parts: undefined,
    restored: false,
    currentTags: attributes.tags,
  });
  count(world, "bytesCopied", copy.size);
  world.notifier.created(call.request, bucket, copy, "Copy");
  return {
    status: 200,
    headers: {
      "content-type": "application/xml",
      ...versionHeader(bucket, copy),
      ...(source.bucket.versioning === undefined ? {} : { "x-amz-copy-source-version-id": original.versionId }),
      ...encryptionHeaders(copy.encryption),
    },
    body: document(
      "CopyObjectResult",
      [
        text("LastModified", new Date(Math.floor(copy.lastModifiedMs / 1000) * 1000).toISOString()),
        text("ETag", `"${copy.etag}"`),
        ...checksumElements(checksum),
      ],
      true,
    ),
  };
}

/** Directives, and the rules about tags and about copying an object onto itself. */
function attributesOfCopy(call: Call, source: Source): ObjectAttributes {
  const { headers } = call.request;
  const { object } = source;
  checkRefused(withoutTagging(headers), call.rules);
  const replacesMetadata = directive(call, "x-amz-metadata-directive") === "REPLACE";
  const replacesTags = directive(call, "x-amz-tagging-directive") === "REPLACE";
  const isUnchanged =
    !replacesMetadata &&
    headers["x-amz-storage-class"] === undefined &&
    headers["x-amz-server-side-encryption"] === undefined;
  if (source.bucket.name === call.bucketName && object.key === call.key && isUnchanged && isCurrent(source)) {
    throw s3Error(
      "InvalidRequest",
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const { encryption } = call.bucket();
  const tags = replacesTags ? tagsFrom(call.header("x-amz-tagging")) : object.currentTags;
  if (tags.length > 0 && !call.rules.tags) throw s3Error("NotImplemented");
  if (replacesMetadata) return { ...attributesFrom(withoutTagging(headers), call.rules, encryption), tags };
  const { "x-amz-website-redirect-location": _notCopied, ...system } = object.headers;
  // The storage class and the encryption are never carried over. API CopyObject.
  metadataFrom(headers);
  return {
    headers: { ...systemHeadersFrom({}), ...system },
    metadata: object.metadata,
    tags,
    storageClass: storageClassFrom(headers, call.rules),
    encryption: encryptionFrom(headers, encryption),
  };
}

/** Tags of a copy have rules of their own; the rule about the header on writes must not strike first. */
function withoutTagging(headers: Call["request"]["headers"]): Call["request"]["headers"] {
  const { "x-amz-tagging": _tagging, "x-amz-tagging-directive": _directive, ...others } = headers;
  return others;
}

function directive(call: Call, name: string): "COPY" | "REPLACE" {
  const value = call.header(name) ?? "COPY";
  if (value === "COPY" || value === "REPLACE") return value;
  throw s3Error(
    "InvalidArgument",
    `Unknown ${name === "x-amz-metadata-directive" ? "metadata" : "tagging"} directive.`,
  );
}

function isCurrent({ bucket, object }: Source): boolean {
  return currentVersion(bucket, object.key) === object;
}

/**
 * The algorithm asked for, else the source's, else CRC64NVME. Always over the full object: a copy is a single-part object, so a composite
 * checksum of the source is not carried over as it is. UG checking-object-integrity, "copying".
 */
function checksumOfCopy(source: StoredObject, wanted: Checksum["algorithm"] | undefined): Checksum {
  const algorithm = wanted ?? source.checksum?.algorithm ?? "CRC64NVME";
  const same =
    source.checksum?.algorithm === algorithm && source.checksum.type === "FULL_OBJECT"
      ? source.checksum.value
      : undefined;
  return { algorithm, type: "FULL_OBJECT", ...(same === undefined ? {} : { value: same }) };
}

async function md5Of(call: Call, source: StoredObject): Promise<string> {
  return (source.md5 ??= (await digestOf(call.world.blobs, source.extents, "MD5")).toString("hex"));
}
