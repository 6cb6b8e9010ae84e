/** What the answer to a HEAD says about an object. Pure; shared by every transport. */
import { withoutFingerprint } from "../core/fingerprint";
import {
  CARRIED_HEADERS,
  type CarriedHeader,
  type ChecksumAlgorithm,
  type DestinationObject,
  type FullObjectChecksum,
  type Headers,
  type Metadata,
  type SourceObject,
} from "../core/state";
import type { RawHeaders } from "./wire-headers";

/**
 * Throws an `Error` when a header is missing that every object has.
 *
 * `versionId` is kept as given: on a bucket with suspended versioning it is the string "null", without versioning absent.
 */
export function sourceObjectOf(headers: RawHeaders): SourceObject {
  const versionId = headers["x-amz-version-id"];
  const checksum = checksumOf(headers);
  return {
    kind: "object",
    etag: unquoted(required(headers, "etag")),
    size: sizeOf(headers),
    lastModified: lastModifiedOf(headers),
    ...(versionId === undefined ? {} : { versionId }),
    headers: carriedHeadersOf(headers),
    metadata: withoutFingerprint(metadataOf(headers)),
    ...(checksum === undefined ? {} : { checksum }),
    ...(isArchived(headers) ? { archived: true } : {}),
  };
}

/** Throws like {@link sourceObjectOf}. */
export function destinationObjectOf(headers: RawHeaders): DestinationObject {
  const checksum = checksumOf(headers);
  return {
    kind: "object",
    etag: unquoted(required(headers, "etag")),
    size: sizeOf(headers),
    headers: carriedHeadersOf(headers),
    metadata: metadataOf(headers),
    ...(checksum === undefined ? {} : { checksum }),
  };
}

/** ETags travel quoted; ports carry them without. */
export function unquoted(etag: string): string {
  return etag.length >= 2 && etag.startsWith('"') && etag.endsWith('"') ? etag.slice(1, -1) : etag;
}

export function quoted(etag: string): string {
  return `"${unquoted(etag)}"`;
}

const CHECKSUM_HEADERS: readonly (readonly [ChecksumAlgorithm, string])[] = [
  ["CRC32", "x-amz-checksum-crc32"],
  ["CRC32C", "x-amz-checksum-crc32c"],
  ["CRC64NVME", "x-amz-checksum-crc64nvme"],
];

/** A composite checksum (of the parts' checksums) says nothing about the object's bytes as a whole. */
export function checksumOf(headers: RawHeaders): FullObjectChecksum | undefined {
  const type = headers["x-amz-checksum-type"];
  for (const [algorithm, name] of CHECKSUM_HEADERS) {
    const value = headers[name];
    if (value !== undefined && isFullObject(type, value)) return { algorithm, value };
  }
  return undefined;
}

/** Where the type is missing, a composite value shows by its "-N" (number of parts), which base64 never ends in. */
export function isFullObject(type: string | undefined, value: string): boolean {
  return type === undefined ? !/-\d+$/.test(value) : type === "FULL_OBJECT";
}

function carriedHeadersOf(headers: RawHeaders): Headers {
  const carried: { [K in CarriedHeader]?: string } = {};
  for (const name of CARRIED_HEADERS) {
    const value = headers[name];
    if (value !== undefined) carried[name] = value;
  }
  return carried;
}

const METADATA_PREFIX = "x-amz-meta-";

function metadataOf(headers: RawHeaders): Metadata {
  const metadata: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    if (!name.startsWith(METADATA_PREFIX)) continue;
    const key = name.slice(METADATA_PREFIX.length);
    // Not assigned: `__proto__` is a name like any other.
    Object.defineProperty(metadata, key, {
      value: headers[name],
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return metadata;
}

const ARCHIVES: ReadonlySet<string> = new Set(["GLACIER", "DEEP_ARCHIVE"]);

/** `x-amz-archive-status` is what Intelligent-Tiering says instead of a storage class. */
function isArchived(headers: RawHeaders): boolean {
  const isInArchive =
    ARCHIVES.has(headers["x-amz-storage-class"] ?? "") || headers["x-amz-archive-status"] !== undefined;
  return isInArchive && !(headers["x-amz-restore"] ?? "").includes('ongoing-request="false"');
}

function sizeOf(headers: RawHeaders): number {
  const text = required(headers, "content-length");
  if (!/^\d+$/.test(text)) throw new Error(`content-length is ${text}`);
  return Number(text);
}

function lastModifiedOf(headers: RawHeaders): number {
  const text = required(headers, "last-modified");
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new Error(`last-modified is ${text}`);
  return Math.floor(ms / 1000);
}

function required(headers: RawHeaders, name: string): string {
  const value = headers[name];
  if (value === undefined) throw new Error(`the answer has no ${name}`);
  return value;
}
