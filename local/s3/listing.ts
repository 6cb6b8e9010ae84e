/** ListObjectsV2 and ListObjectVersions. API pages of the same names; the rules that differ are in bucket-rules.ts. */
import type { Reply } from "../http/service";
import type { Call } from "./call";
import { s3Error } from "./errors";
import { AFTER_ALL, byOrder, lowerBound } from "./key-index";
import type { Bucket, StoredObject, StoredVersion } from "./model";
import { formEncode, positiveInteger, takePage, type Entry, type Source } from "./paging";
import { isoSeconds } from "./parts";
import { currentObject } from "./versions";
import { document, group, text } from "./xml";

const MAX_KEYS = 1000;

export function listObjectsV2(call: Call): Reply {
  const bucket = call.bucket();
  const { rules } = call;
  const prefix = call.query("prefix") ?? "";
  const delimiter = call.query("delimiter");
  const startAfter = call.query("start-after");
  const token = call.query("continuation-token");
  checkListing(call, prefix, delimiter);
  if (startAfter !== undefined && startAfter !== "" && !rules.startAfter) {
    throw s3Error("NotImplemented", "A parameter you provided implies functionality that is not implemented");
  }
  const max = Math.min(positiveInteger(call.query("max-keys"), "max-keys", MAX_KEYS), MAX_KEYS);
  const startOrder = startAfter === undefined || startAfter === "" ? undefined : bucket.index.orderOf(startAfter);
  const page = takePage(objectsOf(bucket, delimiter !== undefined && rules.uploadsShowAsCommonPrefixes), {
    prefix,
    delimiter,
    after: token === undefined ? startOrder : positionOf(token, bucket),
    noPrefixUpTo: startOrder,
    max,
  });
  const encode = encoder(call);
  const fetchOwner = call.query("fetch-owner") === "true";
  const elements = [
    text("Name", bucket.name),
    text("Prefix", encode(prefix)),
    startAfter === undefined ? "" : text("StartAfter", encode(startAfter)),
    text("ContinuationToken", token),
    page.isTruncated && page.last !== undefined ? text("NextContinuationToken", tokenOf(page.last, bucket)) : "",
    text("KeyCount", page.entries.length + page.commonPrefixes.length),
    text("MaxKeys", max),
    delimiter === undefined ? "" : text("Delimiter", encode(delimiter)),
    text("EncodingType", call.query("encoding-type")),
    text("IsTruncated", page.isTruncated),
    ...page.entries.map(({ item }) =>
      contents("Contents", item, encode, fetchOwner ? call.world.accountId : undefined),
    ),
    ...page.commonPrefixes.map((one) => group("CommonPrefixes", [text("Prefix", encode(one))])),
  ];
  return {
    status: 200,
    headers: { "content-type": "application/xml" },
    body: document("ListBucketResult", elements, true),
  };
}

/** General purpose buckets only. Versions of a key: the newest first. */
export function listObjectVersions(call: Call): Reply {
  if (!call.rules.versioning) throw s3Error("NotImplemented", "S3 Versioning is not supported for directory buckets");
  const bucket = call.bucket();
  const prefix = call.query("prefix") ?? "";
  const delimiter = call.query("delimiter");
  const keyMarker = call.query("key-marker") ?? "";
  const versionMarker = call.query("version-id-marker") ?? "";
  const max = Math.min(positiveInteger(call.query("max-keys"), "max-keys", MAX_KEYS), MAX_KEYS);
  const page = takePage(versionsOf(bucket), {
    prefix,
    delimiter,
    after: markerPosition(bucket, keyMarker, versionMarker),
    max,
  });
  const encode = encoder(call);
  const last = page.entries.at(-1)?.item;
  const next = [
    text("NextKeyMarker", encode(page.lastName ?? "")),
    text("NextVersionIdMarker", last?.key === page.lastName ? last?.versionId : undefined),
  ];
  const elements = [
    text("Name", bucket.name),
    text("Prefix", encode(prefix)),
    text("KeyMarker", encode(keyMarker)),
    text("VersionIdMarker", versionMarker),
    ...(page.isTruncated ? next : []),
    text("MaxKeys", max),
    delimiter === undefined ? "" : text("Delimiter", encode(delimiter)),
    text("EncodingType", call.query("encoding-type")),
    text("IsTruncated", page.isTruncated),
    ...page.entries.map(({ item }) => versionElement(bucket, item, encode, call.world.accountId)),
    ...page.commonPrefixes.map((one) => group("CommonPrefixes", [text("Prefix", encode(one))])),
  ];
  return {
    status: 200,
    headers: { "content-type": "application/xml" },
    body: document("ListVersionsResult", elements, true),
  };
}

/**
 * What both kinds of listing of a directory bucket refuse. API ListObjectsV2, ListMultipartUploads.
 * @throws InvalidArgument
 */
export function checkListing(call: Call, prefix: string, delimiter: string | undefined): void {
  const { rules } = call;
  if (call.query("encoding-type") !== undefined && call.query("encoding-type") !== "url") {
    throw s3Error("InvalidArgument", "Invalid Encoding Method specified in Request");
  }
  if (rules.prefixEndsInDelimiter && prefix !== "" && !prefix.endsWith("/")) {
    throw s3Error(
      "InvalidArgument",
      "This bucket does not support a prefix that does not end in a delimiter. Specify a prefix that ends with a delimiter.",
    );
  }
  if (
    rules.onlyDelimiter !== undefined &&
    delimiter !== undefined &&
    delimiter !== "" &&
    delimiter !== rules.onlyDelimiter
  ) {
    throw s3Error("InvalidArgument", "This bucket does not support a delimiter other than '/'.");
  }
}

/** Encodes names when the client asked for `encoding-type=url`. */
export function encoder(call: Call): (value: string) => string {
  return call.query("encoding-type") === "url" ? formEncode : (value) => value;
}

/** Opaque to clients; good for this bucket only. */
export function tokenOf(position: string, bucket: Bucket): string {
  return Buffer.from(JSON.stringify([bucket.name, position])).toString("base64");
}

/** @throws InvalidArgument */
export function positionOf(token: string, bucket: Bucket): string {
  try {
    const [name, position] = JSON.parse(Buffer.from(token, "base64").toString()) as unknown[];
    if (name === bucket.name && typeof position === "string") return position;
  } catch {
    // Not one of ours: refused below.
  }
  throw s3Error("InvalidArgument", "The continuation token provided is incorrect");
}

/** Current objects, and where asked for the keys of open uploads as entries without an item. */
function objectsOf(bucket: Bucket, withUploads: boolean): Source<StoredObject> {
  const { index } = bucket;
  const uploads = withUploads
    ? [...new Set([...bucket.uploads.values()].map(({ key }) => key))]
        .map((key) => ({ order: index.orderOf(key), key }))
        .sort(byOrder)
    : [];
  return {
    orderOf: (key) => index.orderOf(key),
    *from(position, exclusive) {
      let next = lowerBound(uploads, position, exclusive);
      for (const { order, key } of index.from(position, exclusive)) {
        for (let one = uploads[next]; one !== undefined && one.order <= order; one = uploads[++next])
          yield { ...one, item: undefined };
        const item = currentObject(bucket, key);
        if (item !== undefined) yield { order, key, item };
      }
      for (let one = uploads[next]; one !== undefined; one = uploads[++next]) yield { ...one, item: undefined };
    },
  };
}

function versionsOf(bucket: Bucket): Source<StoredVersion> {
  const { index } = bucket;
  return {
    orderOf: (key) => index.orderOf(key),
    *from(position, exclusive) {
      // Positions of versions are the key's position and a serial number behind a NUL; start at the key.
      const keyPosition = position.split("\0")[0] ?? "";
      for (const { order, key } of index.from(keyPosition, exclusive && keyPosition.endsWith(AFTER_ALL))) {
        const versions = bucket.objects.get(key) ?? [];
        for (const [i, item] of versions.entries()) {
          const own = `${order}\0${String(i).padStart(9, "0")}`;
          if (own > position || (own === position && !exclusive))
            yield { order: own, key, item } satisfies Entry<StoredVersion>;
        }
      }
    },
  };
}

/** Behind all versions of the marker's key, or behind the version named. */
function markerPosition(bucket: Bucket, keyMarker: string, versionMarker: string): string | undefined {
  if (keyMarker === "") return undefined;
  const order = bucket.index.orderOf(keyMarker);
  if (versionMarker === "")
    return keyMarker.endsWith("/") && !bucket.objects.has(keyMarker) ? order + AFTER_ALL : `${order}\0:`;
  const at = bucket.objects.get(keyMarker)?.findIndex((one) => one.versionId === versionMarker) ?? -1;
  return `${order}\0${at < 0 ? ":" : String(at).padStart(9, "0")}`;
}

function contents(
  name: string,
  item: StoredObject,
  encode: (value: string) => string,
  owner: string | undefined,
): string {
  return group(name, [
    text("Key", encode(item.key)),
    text("LastModified", isoSeconds(item.lastModifiedMs)),
    text("ETag", `"${item.etag}"`),
    text("ChecksumAlgorithm", item.checksum?.algorithm),
    text("ChecksumType", item.checksum?.type),
    text("Size", item.size),
    text("StorageClass", item.storageClass),
    owner === undefined ? "" : group("Owner", [text("ID", owner), text("DisplayName", owner)]),
  ]);
}

function versionElement(bucket: Bucket, item: StoredVersion, encode: (value: string) => string, owner: string): string {
  const common = [
    text("Key", encode(item.key)),
    text("VersionId", item.versionId),
    text("IsLatest", bucket.objects.get(item.key)?.[0] === item),
    text("LastModified", isoSeconds(item.lastModifiedMs)),
    group("Owner", [text("ID", owner), text("DisplayName", owner)]),
  ];
  if (item.isDeleteMarker) return group("DeleteMarker", common);
  return group("Version", [
    ...common,
    text("ETag", `"${item.etag}"`),
    text("Size", item.size),
    text("StorageClass", item.storageClass),
  ]);
}
