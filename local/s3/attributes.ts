/** The headers that belong to an object: taken from a write, given back on a read. UG usingmetadata. */
import type { IncomingHttpHeaders } from "node:http";
import type { BucketRules } from "./bucket-rules";
import { single } from "./conditions";
import { s3Error } from "./errors";
import type { Encryption, ObjectAttributes, StoredObject, Tag } from "./model";

const SYSTEM_HEADERS = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
  "x-amz-website-redirect-location",
] as const;
const META = "x-amz-meta-";
/** All names (without the prefix) and values, in bytes of UTF-8. */
const METADATA_BYTES = 2048;

/**
 * The attributes a write asks for, checked against the rules of its bucket.
 * @throws MetadataTooLarge, InvalidStorageClass, NotImplemented (what directory buckets do not have), InvalidArgument.
 */
export function attributesFrom(
  headers: IncomingHttpHeaders,
  bucketRules: BucketRules,
  bucketEncryption: Encryption,
): ObjectAttributes {
  checkRefused(headers, bucketRules);
  return {
    headers: systemHeadersFrom(headers),
    metadata: metadataFrom(headers),
    tags: tagsFrom(single(headers["x-amz-tagging"])),
    storageClass: storageClassFrom(headers, bucketRules),
    encryption: encryptionFrom(headers, bucketEncryption),
  };
}

/** @throws NotImplemented for a header this kind of bucket does not have; AccessControlListNotSupported for an ACL. */
export function checkRefused(headers: IncomingHttpHeaders, bucketRules: BucketRules): void {
  for (const name of Object.keys(headers)) {
    // An empty tag set is allowed everywhere: API CopyObject, Tagging.
    if (name === "x-amz-tagging" && headers[name] === "") continue;
    if (bucketRules.refusedHeaders.some((refused) => refused.test(name))) {
      throw s3Error("NotImplemented", undefined, { details: { Header: name } });
    }
    if (name.startsWith("x-amz-grant-")) throw s3Error("AccessControlListNotSupported");
  }
  if (headers["x-amz-write-offset-bytes"] !== undefined) {
    throw s3Error("NotImplemented", "Appending to objects is not part of this cloud");
  }
  const acl = headers["x-amz-acl"];
  if (acl !== undefined && acl !== "bucket-owner-full-control" && acl !== "private")
    throw s3Error("AccessControlListNotSupported");
}

/** Kept verbatim: `Expires` even when it is no date. `aws-chunked` is the framing of one request, not part of the object. */
export function systemHeadersFrom(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const name of SYSTEM_HEADERS) {
    let value = single(headers[name]);
    if (name === "content-encoding" && value !== undefined) {
      const codings = value.split(",").map((coding) => coding.trim());
      if (codings.includes("aws-chunked")) value = codings.filter((coding) => coding !== "aws-chunked").join(",");
    }
    if (value !== undefined && value !== "") kept[name] = value;
  }
  kept["content-type"] ??= "binary/octet-stream";
  return kept;
}

/**
 * Values are kept as the latin1 text they arrive as. UG usingmetadata shows what S3 does with bytes above 0x7f: it reads them as ISO-8859-1
 * and answers an RFC 2047 word of their UTF-8; a word that arrives as one is plain ASCII and comes back verbatim.
 */
export function metadataFrom(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(META) || value === undefined) continue;
    const own = name.slice(META.length);
    metadata[own] = single(value) ?? "";
    bytes += Buffer.byteLength(own) + Buffer.byteLength(metadata[own]);
  }
  if (bytes > METADATA_BYTES) {
    throw s3Error("MetadataTooLarge", undefined, {
      details: { Size: String(bytes), MaxSizeAllowed: String(METADATA_BYTES) },
    });
  }
  return metadata;
}

/** Everything GET and HEAD say about an object but its length and checksum. */
export function responseHeaders(object: StoredObject): Record<string, string> {
  const headers: Record<string, string> = {
    "accept-ranges": "bytes",
    etag: `"${object.etag}"`,
    "last-modified": new Date(object.lastModifiedMs).toUTCString(),
    ...object.headers,
    ...encryptionHeaders(object.encryption),
  };
  for (const [name, value] of Object.entries(object.metadata)) {
    headers[META + name] =
      Buffer.byteLength(value) === value.length ? value : `=?UTF-8?B?${Buffer.from(value).toString("base64")}?=`;
  }
  if (object.storageClass !== "STANDARD") headers["x-amz-storage-class"] = object.storageClass;
  if (object.restored)
    headers["x-amz-restore"] = 'ongoing-request="false", expiry-date="Fri, 31 Dec 2100 00:00:00 GMT"';
  return headers;
}

/** @throws InvalidStorageClass (400) for a class this kind of bucket does not have. */
export function storageClassFrom(headers: IncomingHttpHeaders, bucketRules: BucketRules): string {
  const named = single(headers["x-amz-storage-class"]) ?? bucketRules.defaultStorageClass;
  if (!bucketRules.storageClasses.includes(named)) throw s3Error("InvalidStorageClass");
  return named;
}

/** Without headers, the bucket's default. UG default-bucket-encryption. */
export function encryptionFrom(headers: IncomingHttpHeaders, bucketEncryption: Encryption): Encryption {
  if (headers["x-amz-server-side-encryption-customer-algorithm"] !== undefined) {
    const key = single(headers["x-amz-server-side-encryption-customer-key"]);
    const md5 = single(headers["x-amz-server-side-encryption-customer-key-md5"]);
    if (key === undefined || md5 === undefined) {
      throw s3Error(
        "InvalidArgument",
        "Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key.",
      );
    }
    return { kind: "customer", keyMd5: md5 };
  }
  const named = single(headers["x-amz-server-side-encryption"]);
  if (named === undefined) return bucketEncryption;
  if (named === "AES256") return { kind: "AES256" };
  if (named === "aws:kms")
    return { kind: "aws:kms", keyId: single(headers["x-amz-server-side-encryption-aws-kms-key-id"]) };
  throw s3Error("InvalidArgument", "The encryption method specified is not supported");
}

export function encryptionHeaders(encryption: Encryption): Record<string, string> {
  if (encryption.kind === "customer") {
    return {
      "x-amz-server-side-encryption-customer-algorithm": "AES256",
      "x-amz-server-side-encryption-customer-key-md5": encryption.keyMd5,
    };
  }
  const headers: Record<string, string> = { "x-amz-server-side-encryption": encryption.kind };
  if (encryption.kind === "aws:kms" && encryption.keyId !== undefined) {
    headers["x-amz-server-side-encryption-aws-kms-key-id"] = encryption.keyId;
  }
  return headers;
}

/** `x-amz-tagging`: tags as URL query parameters. UG object-tagging: at most 10, keys 128 and values 256 characters. */
export function tagsFrom(header: string | undefined): readonly Tag[] {
  const tags = [...new URLSearchParams(header ?? "")].map(([key, value]) => ({ key, value }));
  return checkTags(tags);
}

export function checkTags(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length > 10) throw s3Error("InvalidRequest", "Object tags cannot be greater than 10");
  const isBad = tags.some(({ key, value }) => key === "" || key.length > 128 || value.length > 256);
  if (isBad || new Set(tags.map(({ key }) => key)).size < tags.length)
    throw s3Error("InvalidArgument", "The tag provided was not a valid tag");
  return tags;
}
