/**
 * One listed object as a few bytes: the form in which keys wait for their counterpart, in memory and on disk alike.
 *
 *     0 side | 1 form of the ETag | 2 length of the key (2) | 4 LastModified (4) | 8 size (8) | 16 key | ETag
 *
 * Little-endian. An MD5, which most ETags of a general purpose bucket are, takes 16 bytes instead of 32.
 */
import type { ListedRows } from "../../core/listed-rows";

export const SOURCE = 0;
export const DESTINATION = 1;
export type Side = typeof SOURCE | typeof DESTINATION;

/** What a listing says about a key, as far as it is kept. */
export interface Facts {
  /** Bytes. */
  readonly size: number;
  /** Epoch seconds. */
  readonly lastModified: number;
  /** "" where it was not kept. */
  readonly etag: string;
}

const HEADER_BYTES = 16;
/** S3's longest is 1,024 (User Guide, object keys). */
const LONGEST_KEY = 3 * 1024;
const LONGEST_ETAG = 0xfd;
/** Forms of the ETag: its length as it is, or the digest packed. */
const PACKED_MD5 = 0xff;
const MD5_BYTES = 16;
const MD5 = /^[0-9a-f]{32}$/;
/** Looked up once: it is called for every byte of every key. */
const { imul } = Math;
const LATEST_TIME = 0xffff_ffff;

/** Room for any record. */
export function newScratch(): Buffer {
  return Buffer.allocUnsafeSlow(HEADER_BYTES + LONGEST_KEY + LONGEST_ETAG);
}

/**
 * Writes a record to the beginning of `scratch` and returns its length.
 * @param keepEtag without it the record's ETag is ""
 * @throws RangeError on a key or an ETag longer than anything S3 has
 */
export function writeRecord(scratch: Buffer, side: Side, rows: ListedRows, index: number, keepEtag: boolean): number {
  const keyLength = rows.copyKey(index, scratch, HEADER_BYTES, LONGEST_KEY);
  const etag = keepEtag ? rows.etag(index) : "";
  if (etag.length > LONGEST_ETAG) throw new RangeError(`an ETag of ${etag.length} characters`);
  scratch[0] = side;
  scratch.writeUInt16LE(keyLength, 2);
  scratch.writeUInt32LE(Math.min(LATEST_TIME, Math.max(0, rows.lastModified(index))), 4);
  scratch.writeDoubleLE(rows.size(index), 8);
  const end = HEADER_BYTES + keyLength;
  if (etag === "") {
    scratch[1] = 0;
    return end;
  }
  if (MD5.test(etag)) {
    scratch[1] = PACKED_MD5;
    return end + scratch.write(etag, end, MD5_BYTES, "hex");
  }
  scratch[1] = etag.length;
  return end + scratch.write(etag, end, LONGEST_ETAG, "latin1");
}

export function sideOf(bytes: Buffer, at: number): Side {
  return bytes[at] === DESTINATION ? DESTINATION : SOURCE;
}

export function keyOf(bytes: Buffer, at: number): string {
  return bytes.toString("utf8", at + HEADER_BYTES, at + HEADER_BYTES + bytes.readUInt16LE(at + 2));
}

export function factsOf(bytes: Buffer, at: number): Facts {
  return { size: bytes.readDoubleLE(at + 8), lastModified: bytes.readUInt32LE(at + 4), etag: etagOf(bytes, at) };
}

function etagOf(bytes: Buffer, at: number): string {
  const form = bytes[at + 1] ?? 0;
  if (form === 0) return "";
  const start = at + HEADER_BYTES + bytes.readUInt16LE(at + 2);
  return form === PACKED_MD5
    ? bytes.toString("hex", start, start + MD5_BYTES)
    : bytes.toString("latin1", start, start + form);
}

/** Bytes of the whole record, or undefined when `end` cuts it off. */
export function lengthOf(bytes: Buffer, at: number, end = Infinity): number | undefined {
  if (at + HEADER_BYTES > end) return undefined;
  const form = bytes[at + 1] ?? 0;
  const length = HEADER_BYTES + bytes.readUInt16LE(at + 2) + (form === PACKED_MD5 ? MD5_BYTES : form);
  return at + length > end ? undefined : length;
}

/** FNV-1a over the key, well mixed (the finaliser of MurmurHash3); another seed is another function. */
export function hashOf(bytes: Buffer, at: number, seed: number): number {
  const start = at + HEADER_BYTES;
  const end = start + bytes.readUInt16LE(at + 2);
  let hash = 0x811c9dc5 ^ seed;
  for (let index = start; index < end; index++) hash = imul(hash ^ (bytes[index] ?? 0), 0x01000193);
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export function sameKey(a: Buffer, atA: number, b: Buffer, atB: number): boolean {
  const length = a.readUInt16LE(atA + 2);
  if (b.readUInt16LE(atB + 2) !== length) return false;
  for (let index = HEADER_BYTES; index < HEADER_BYTES + length; index++) {
    if (a[atA + index] !== b[atB + index]) return false;
  }
  return true;
}
