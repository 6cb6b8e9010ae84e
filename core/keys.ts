/**
 * Object keys on their way in (event records) and out (request paths, CopySource), and their directories.
 *
 * Keys are UTF-8, so a string with a lone surrogate names no object. Messages with such keys are refused on the way in;
 * the encoders still take them: they write the surrogate's own three bytes, which S3 refuses, and not U+FFFD, which would
 * be the name of another object.
 */

/** Longest key, in bytes of UTF-8 (User Guide, object keys). */
export const MAX_KEY_BYTES = 1024;

/**
 * The key of an S3 event record, which is form-URL-encoded: `+` is a space, the rest is percent-encoded UTF-8
 * (User Guide, event message structure). Undefined when it is malformed. Decodes once: `a%2520b` is the key `a%20b`.
 */
export function decodeEventKey(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

/** A key the way S3 writes it into event records; the inverse of {@link decodeEventKey}. */
export function encodeEventKey(key: string): string {
  return encodePath(key).replaceAll("%20", "+");
}

/**
 * The CopySource header: `bucket/key`, percent-encoded by the caller because no SDK does it (API CopyObject: "The value must
 * be URL-encoded"). An unencoded `+` would be read as a space, a raw `?` would begin a version id.
 */
export function encodeCopySource(bucket: string, key: string): string {
  return `${bucket}/${encodePath(key)}`;
}

/** Percent-encodes every segment the way Signature Version 4 does (unreserved characters stay); slashes stay. Never throws. */
export function encodePath(key: string): string {
  if (PLAIN_PATH.test(key)) return key;
  return key.split("/").map(encodeSegment).join("/");
}

/** Most keys need no encoding. */
const PLAIN_PATH = /^[A-Za-z0-9\-._~/]*$/;

/** "" contains every key. A prefix is any text, not only a directory. */
export function isUnderPrefix(key: string, prefix: string): boolean {
  return key.startsWith(prefix);
}

/**
 * What to list to see everything under `prefix`: directory buckets only take prefixes that end in `/` (API ListObjectsV2),
 * so the listing may hold more than asked for; filter with {@link isUnderPrefix}.
 */
export function listingPrefix(prefix: string): string {
  return directoryOf(prefix);
}

/** The prefix under which ListMultipartUploads of a directory bucket shows the uploads of `key`; "" for the top directory. */
export function uploadsPrefix(key: string): string {
  return directoryOf(key);
}

/** Whether the text is Unicode (no lone surrogates), as every key of an object is. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function directoryOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/") + 1);
}

/** encodeURIComponent leaves `!'()*` alone, which Signature Version 4 does not; and it throws on a lone surrogate. */
function encodeSegment(segment: string): string {
  return segment
    .split(/(\p{Surrogate}|[!'()*])/u)
    .map((part, index) => (index % 2 === 0 ? encodeURIComponent(part) : encodeBytes(part.charCodeAt(0))))
    .join("");
}

/** One UTF-16 code unit as percent-encoded bytes: ASCII, or the three bytes a surrogate would have. */
function encodeBytes(unit: number): string {
  const bytes = unit < 0x80 ? [unit] : [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)];
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}
