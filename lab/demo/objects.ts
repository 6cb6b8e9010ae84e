/** The objects of the demo as data: what a bucket of strangers holds, odd keys and all. Seeded, so that one seed is one demo. */
import { createCipheriv, createHash } from "node:crypto";
import { Readable } from "node:stream";
import { MIB } from "../../core/parts";
import type { Random } from "../../local/http/random";

export interface DemoObject {
  readonly key: string;
  readonly bytes: number;
  /** Makes the content: equal seeds and sizes are equal bytes. */
  readonly seed: number;
  /** System headers by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** The checksum the uploader left; "none" as on objects from before December 2024. */
  readonly checksum: "CRC64NVME" | "CRC32" | "CRC32C" | "none";
}

/** Keys that break naive encodings, joins and normalisations. The last one has 1,024 bytes, S3's limit. */
export const ODD_KEYS: readonly string[] = [
  "odd/with space and  two",
  "odd/plus+plus",
  "odd/100%",
  "odd/a%20b",
  "odd/日本/ü.txt",
  "odd/🚀✨.bin",
  "odd//double//slash",
  "odd/a/../b",
  "odd/x?y#z&w",
  "odd/folder/",
  `odd/${"k".repeat(1020)}`,
];

/** Every header that is carried over; `Expires` also when it is no date. */
const ALL_HEADERS = {
  "cache-control": "max-age=31536000, immutable",
  "content-disposition": 'attachment; filename="report.pdf"',
  "content-encoding": "gzip",
  "content-language": "de-CH, en",
  "content-type": "application/pdf",
  expires: "Wed, 21 Oct 2065 07:28:00 GMT",
};
const NO_DATE = { ...ALL_HEADERS, expires: "not a date, but somebody set it" };
const METADATA = { owner: "ops", city: "Zürich", title: "名前 🚀" };
const TAGS = { team: "storage", "cost centre": "42" };
const CHECKSUMS = ["CRC64NVME", "CRC32", "CRC32C", "none"] as const;

/**
 * `count` objects from 0 bytes to `largestBytes`: the largest, a few big ones, the odd keys, and small ones of every size.
 * The order is the order of their upload.
 */
export function makeObjects(count: number, largestBytes: number, random: Random): readonly DemoObject[] {
  const big = [1, 4, 4, 8, 16, 32].map((part) => Math.floor(largestBytes / part));
  const odd = ODD_KEYS.slice(0, count);
  return Array.from({ length: count }, (_, index) => {
    const key = odd[index] ?? `data/${String(index % 7)}/object-${String(index).padStart(4, "0")}.bin`;
    const bytes = key.endsWith("/") ? 0 : (big[index - odd.length] ?? smallSize(random, largestBytes));
    return objectOf(key, bytes, index, random);
  });
}

/** The same key with other bytes, and with another size half of the time. */
export function changed(object: DemoObject, random: Random): DemoObject {
  const bytes = random() < 0.5 ? object.bytes : Math.floor(object.bytes / 2) + 1;
  return { ...object, bytes, seed: newSeed(random) };
}

/** One object above the multipart threshold, uploaded in parts as large objects are. */
export function multipartObject(bytes: number, random: Random): DemoObject {
  return {
    key: "models/weights.safetensors",
    bytes,
    seed: newSeed(random),
    headers: { "content-type": "application/octet-stream", "cache-control": "no-cache" },
    metadata: { revision: "7f3c", licence: "MIT" },
    tags: {},
    checksum: "none",
  };
}

function objectOf(key: string, bytes: number, index: number, random: Random): DemoObject {
  return {
    key,
    bytes,
    seed: newSeed(random),
    headers: index % 4 === 0 ? ALL_HEADERS : index % 4 === 1 ? NO_DATE : { "content-type": "application/octet-stream" },
    metadata: index % 3 === 0 ? METADATA : {},
    tags: index % 5 === 0 ? TAGS : {},
    checksum: CHECKSUMS[index % CHECKSUMS.length] ?? "none",
  };
}

/** Every magnitude is as likely, zero bytes now and then. */
function smallSize(random: Random, largestBytes: number): number {
  if (random() < 0.05) return 0;
  return Math.floor(2 ** (random() * Math.log2(Math.min(largestBytes, MIB))));
}

function newSeed(random: Random): number {
  return Math.floor(random() * 2 ** 31);
}

/** Large, for every chunk is a turn of the event loop, which others want, too. */
const CHUNK_BYTES = 2 * MIB;

/** The bytes of an object: a cipher's key stream, so nothing about them repeats. @throws the signal's reason while reading */
export function contentOf({ seed, bytes }: Pick<DemoObject, "seed" | "bytes">, signal?: AbortSignal): Readable {
  const key = createHash("sha256")
    .update(`demo object ${String(seed)}`)
    .digest()
    .subarray(0, 16);
  const cipher = createCipheriv("aes-128-ctr", key, Buffer.alloc(16));
  function* chunks(): Generator<Buffer> {
    for (let left = bytes; left > 0; left -= CHUNK_BYTES) {
      signal?.throwIfAborted();
      yield cipher.update(Buffer.alloc(Math.min(left, CHUNK_BYTES)));
    }
  }
  return Readable.from(chunks(), { objectMode: false });
}
