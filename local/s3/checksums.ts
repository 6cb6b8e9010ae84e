/**
 * The checksums S3 keeps beside an object. Values are base64. Source: S3 User Guide "Checking object integrity in Amazon S3".
 * A value that nobody asked for yet is computed from the (immutable) bytes when somebody does.
 */
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { phantomIdentity, type BlobStore, type Extents } from "./blobs";
import { crc32, crc32c, crc64nvme } from "./crc";
import { s3Error } from "./errors";
import { text } from "./xml";

export const CHECKSUM_ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];
export type ChecksumType = "FULL_OBJECT" | "COMPOSITE";

/** The checksum of an object or of a part. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
  /** Undefined = not computed yet. */
  value?: string;
}

export interface Hasher {
  update(chunk: Buffer): unknown;
  digest(): Buffer;
}

export function makeHasher(algorithm: ChecksumAlgorithm | "MD5"): Hasher {
  switch (algorithm) {
    case "CRC32":
      return crc32();
    case "CRC32C":
      return crc32c();
    case "CRC64NVME":
      return crc64nvme();
    case "SHA1":
    case "SHA256":
    case "MD5":
      return createHash(algorithm.toLowerCase());
  }
}

/** `x-amz-checksum-crc32` and so on. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** An algorithm's name as a client wrote it. @throws InvalidRequest for one that is not known here. */
export function parseAlgorithm(name: string | undefined): ChecksumAlgorithm | undefined {
  if (name === undefined) return undefined;
  const known = CHECKSUM_ALGORITHMS.find((one) => one === name.toUpperCase());
  if (known === undefined) {
    throw s3Error(
      "InvalidRequest",
      "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
    );
  }
  return known;
}

/** The algorithm a request with a payload uses: named by its checksum header, its trailer, or `x-amz-sdk-checksum-algorithm`. */
export function requestAlgorithm(headers: IncomingHttpHeaders): ChecksumAlgorithm | undefined {
  const sent = CHECKSUM_ALGORITHMS.filter((one) => headers[checksumHeader(one)] !== undefined);
  if (sent.length > 1) {
    throw s3Error(
      "InvalidRequest",
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  }
  if (sent[0] !== undefined) return sent[0];
  const trailer = String(headers["x-amz-trailer"] ?? "")
    .trim()
    .toLowerCase();
  const trailed = CHECKSUM_ALGORITHMS.find((one) => trailer === checksumHeader(one));
  if (trailed !== undefined) return trailed;
  const named = headers["x-amz-sdk-checksum-algorithm"];
  return typeof named === "string" ? parseAlgorithm(named) : undefined;
}

/**
 * The value the client announced, in a header or in the trailer, checked for its form.
 * @throws InvalidRequest when it cannot be a value of that algorithm.
 */
export function announcedChecksum(
  algorithm: ChecksumAlgorithm,
  headers: IncomingHttpHeaders,
  trailers: Readonly<Record<string, string>>,
): string | undefined {
  const name = checksumHeader(algorithm);
  const value = headers[name] ?? trailers[name];
  if (typeof value !== "string") return undefined;
  if (Buffer.from(value, "base64").length !== makeHasher(algorithm).digest().length) {
    throw s3Error("InvalidRequest", `Value for ${name} header is invalid.`);
  }
  return value;
}

/** @throws BadDigest when both are there and differ. */
export function compareChecksum(algorithm: ChecksumAlgorithm, announced: string | undefined, actual: string): void {
  if (announced === undefined || announced === actual) return;
  throw s3Error("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
}

/** Hashes content that is stored already. For phantom bytes the digest is made from what they are, not from reading them. */
export async function digestOf(
  blobs: BlobStore,
  extents: Extents,
  algorithm: ChecksumAlgorithm | "MD5",
): Promise<Buffer> {
  const hasher = makeHasher(algorithm);
  const identity = phantomIdentity(extents);
  if (identity !== undefined) hasher.update(Buffer.from(identity));
  else {
    const content = blobs.read(extents);
    if (Buffer.isBuffer(content)) hasher.update(content);
    else for await (const chunk of content as AsyncIterable<Buffer>) hasher.update(chunk);
  }
  return hasher.digest();
}

/** The value of an object's checksum, computed and remembered when it is not there yet. */
export async function checksumValue(blobs: BlobStore, checksum: Checksum, extents: Extents): Promise<string> {
  return (checksum.value ??= (await digestOf(blobs, extents, checksum.algorithm)).toString("base64"));
}

/** Checksum of the parts' checksums: the composite value of a multipart object, without its `-N`. */
export function compositeOf(algorithm: ChecksumAlgorithm, partValues: readonly string[]): string {
  const hasher = makeHasher(algorithm);
  for (const value of partValues) hasher.update(Buffer.from(value, "base64"));
  return `${hasher.digest().toString("base64")}-${partValues.length}`;
}

/** `<ChecksumCRC32>...` and `<ChecksumType>`, for documents that answer a checksum. */
export function checksumElements(checksum: Checksum | undefined, withType = true): string[] {
  if (checksum?.value === undefined) return [];
  return [text(`Checksum${checksum.algorithm}`, checksum.value), withType ? text("ChecksumType", checksum.type) : ""];
}
