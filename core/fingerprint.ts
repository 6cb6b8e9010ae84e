/**
 * The fingerprint: what a copy leaves in the destination's user metadata so that "already in sync" is a fact.
 *
 * A directory bucket's ETags are random and LastModified of a multipart source is the time of its initiation, so neither an
 * ETag rule nor a time rule can tell. The fingerprint names the source state that was copied. Its format outlives
 * deployments: an unknown version proves nothing, it never means "different".
 */
import { encodePath } from "./keys";
import { CARRIED_HEADERS, type Metadata, type SourceIdentity } from "./state";

/** User metadata key (sent as `x-amz-meta-s3es-source`). */
export const FINGERPRINT_KEY = "s3es-source";

export const FINGERPRINT_VERSION = "1";

/** Hashes text (as UTF-8) to a short printable string without `;`. The worker passes SHA-256 in base64url. */
export type Digest = (text: string) => string;

/** The object a fingerprint is about. */
export interface SourceName {
  readonly bucket: string;
  readonly key: string;
}

/**
 * `1;etag;size;lastModified;versionId;digest`: the digest covers the carried headers, the metadata and the object's name.
 * Every field is percent-encoded where needed, so the text is printable ASCII and splits unambiguously.
 */
export function fingerprintOf(source: SourceIdentity, name: SourceName, digest: Digest): string {
  const fields = [
    FINGERPRINT_VERSION,
    encodeField(source.etag),
    String(source.size),
    String(source.lastModified),
    encodeField(source.versionId ?? ""),
    digest(digestInput(source, name)),
  ];
  return fields.join(";");
}

export interface ParsedFingerprint {
  readonly etag: string;
  readonly size: number;
  /** Epoch seconds. */
  readonly lastModified: number;
  readonly versionId?: string;
  readonly digest: string;
}

/** Undefined for anything that is not a fingerprint of a version we know: then nothing is proven. */
export function parseFingerprint(text: string | undefined): ParsedFingerprint | undefined {
  const fields = text?.split(";") ?? [];
  const [version, etag, size, lastModified, versionId, digest] = fields;
  if (fields.length !== 6 || version !== FINGERPRINT_VERSION) return undefined;
  if (!/^\d{1,15}$/.test(size ?? "") || !/^-?\d{1,12}$/.test(lastModified ?? "") || !digest) return undefined;
  const decodedEtag = decodeField(etag ?? "");
  const decodedVersion = decodeField(versionId ?? "");
  if (!decodedEtag || decodedVersion === undefined) return undefined;
  return {
    etag: decodedEtag,
    size: Number(size),
    lastModified: Number(lastModified),
    ...(decodedVersion === "" ? {} : { versionId: decodedVersion }),
    digest,
  };
}

/** Source metadata without our own key: a source that is itself a replica must not carry a stale fingerprint along. */
export function withoutFingerprint(metadata: Metadata): Metadata {
  if (metadata[FINGERPRINT_KEY] === undefined) return metadata;
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== FINGERPRINT_KEY));
}

/** S3's limit for user metadata: the sum of the UTF-8 bytes of all names and values. */
export const USER_METADATA_LIMIT_BYTES = 2048;

/** Whether the fingerprint still fits beside the source's own metadata. */
export function fingerprintFits(metadata: Metadata, fingerprint: string): boolean {
  const { [FINGERPRINT_KEY]: replaced } = metadata;
  const others = metadataBytes(metadata) - (replaced === undefined ? 0 : sizeOf(FINGERPRINT_KEY, replaced));
  return others + sizeOf(FINGERPRINT_KEY, fingerprint) <= USER_METADATA_LIMIT_BYTES;
}

/** Bytes S3 counts against {@link USER_METADATA_LIMIT_BYTES}. */
export function metadataBytes(metadata: Metadata): number {
  let bytes = 0;
  for (const key of Object.keys(metadata)) bytes += sizeOf(key, metadata[key] ?? "");
  return bytes;
}

function sizeOf(key: string, value: string): number {
  return utf8Length(key) + utf8Length(value);
}

/** UTF-8 length without encoding: core/ has neither Buffer nor TextEncoder. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    // A pair of surrogates is one character.
    if (code >= 0x10000) at++;
  }
  return bytes;
}

function digestInput(source: SourceIdentity, name: SourceName): string {
  const headers = CARRIED_HEADERS.map((header) => source.headers[header] ?? null);
  const metadata = Object.entries(source.metadata);
  if (metadata.length > 1) metadata.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return JSON.stringify([name.bucket, name.key, headers, metadata]);
}

/** `%`, `;` and everything outside printable ASCII: such characters could not travel in a header. */
function encodeField(text: string): string {
  return text.replace(/[^\x21-\x7e]|[%;]/gu, encodePath);
}

function decodeField(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
