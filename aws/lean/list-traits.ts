/** What a look at each byte of a key or an ETag finds in it, so that most of them are used as they stand. */

/** ASCII without an entity, and nothing that is encoded. */
export const PLAIN_KEY = 1;
/** A quote, ASCII without an entity, a quote; both as S3 writes them. */
export const PLAIN_ETAG = 2;
export const DASH_IN_ETAG = 4;

/** As S3 writes it. */
export const QUOTE = "&quot;";
const QUOTE_BYTES = Buffer.from(QUOTE);

const AMPERSAND = 38;
const PERCENT = 37;
const PLUS = 43;
const DASH = 45;
const LAST_ASCII = 0x7f;

/** @param isEncoded whether it is URL-encoded */
export function keyTraitsOf(bytes: Buffer, from: number, to: number, isEncoded: boolean): number {
  for (let at = from; at < to; at += 1) {
    const code = bytes[at] ?? 0;
    if (code === AMPERSAND || code > LAST_ASCII || (isEncoded && (code === PERCENT || code === PLUS))) return 0;
  }
  return PLAIN_KEY;
}

export function etagTraitsOf(bytes: Buffer, from: number, to: number): number {
  const [inner, outer] = [from + QUOTE_BYTES.length, to - QUOTE_BYTES.length];
  if (outer <= inner) return 0;
  for (let at = 0; at < QUOTE_BYTES.length; at += 1) {
    if (bytes[from + at] !== QUOTE_BYTES[at] || bytes[outer + at] !== QUOTE_BYTES[at]) return 0;
  }
  let traits = PLAIN_ETAG;
  for (let at = inner; at < outer; at += 1) {
    const code = bytes[at] ?? 0;
    if (code === AMPERSAND || code > LAST_ASCII) return 0;
    if (code === DASH) traits |= DASH_IN_ETAG;
  }
  return traits;
}
