/**
 * What a key looks like at the source and at the destination.
 *
 * Two source states are *the same* when everything in {@link SourceIdentity} is equal. The ETag alone is not enough: a
 * metadata-only self-copy keeps the ETag of a simple object, and LastModified has a resolution of one second.
 */

/** The system headers that are carried over; their wire names in lower case. Values are kept verbatim, `expires` also when it is no date. */
export const CARRIED_HEADERS = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
] as const;

export type CarriedHeader = (typeof CARRIED_HEADERS)[number];

export type Headers = { readonly [K in CarriedHeader]?: string };

/** User metadata: lower-case names without `x-amz-meta-`, values as S3 returns them (non-ASCII possibly as RFC 2047 words). */
export type Metadata = Readonly<Record<string, string>>;

export type ChecksumAlgorithm = "CRC32" | "CRC32C" | "CRC64NVME";

/** A checksum over the whole object (never a composite one), base64. */
export interface FullObjectChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
}

/** What decides whether two looks at the source saw the same object. */
export interface SourceIdentity {
  /** Without quotes. */
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** Epoch seconds: HEAD has no finer resolution. */
  readonly lastModified: number;
  /** Absent on a bucket that never had versioning. */
  readonly versionId?: string;
  readonly headers: Headers;
  /** Without our own fingerprint key. */
  readonly metadata: Metadata;
}

export interface SourceObject extends SourceIdentity {
  readonly kind: "object";
  readonly checksum?: FullObjectChecksum;
  /** In an archive tier and not restored: HEAD works, copying answers InvalidObjectState. */
  readonly archived?: boolean;
}

export interface Absent {
  readonly kind: "absent";
}

export type SourceState = SourceObject | Absent;

export const ABSENT: Absent = { kind: "absent" };

/** The destination's object as far as it matters to us. */
export interface DestinationObject {
  readonly kind: "object";
  readonly size: number;
  /** Random on directory buckets; only good for conditional requests. */
  readonly etag: string;
  readonly headers: Headers;
  /** Including our fingerprint, if it has one. */
  readonly metadata: Metadata;
  readonly checksum?: FullObjectChecksum;
}

export type DestinationState = DestinationObject | Absent;

/** Whether two looks at the source saw the same state. */
export function sameState(a: SourceState, b: SourceState): boolean {
  if (a.kind === "absent" || b.kind === "absent") return a.kind === b.kind;
  return (
    a.etag === b.etag &&
    a.size === b.size &&
    a.lastModified === b.lastModified &&
    (a.versionId ?? "") === (b.versionId ?? "") &&
    sameContent(a, b)
  );
}

/** Whether two objects carry the same headers and metadata. */
export function sameContent(
  a: Pick<SourceIdentity, "headers" | "metadata">,
  b: Pick<SourceIdentity, "headers" | "metadata">,
): boolean {
  return sameRecord(a.headers, b.headers) && sameRecord(a.metadata, b.metadata);
}

function sameRecord(
  a: Readonly<Record<string, string | undefined>>,
  b: Readonly<Record<string, string | undefined>>,
): boolean {
  const keysOf = (record: typeof a): string[] => Object.keys(record).filter((key) => record[key] !== undefined);
  const keys = keysOf(a);
  return keys.length === keysOf(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}
