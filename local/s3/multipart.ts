/** CreateMultipartUpload, CompleteMultipartUpload and AbortMultipartUpload. API pages of the same names; UG mpuoverview. */
import type { Reply } from "../http/service";
import { attributesFrom, encryptionHeaders } from "./attributes";
import { coalesce } from "./blobs";
import { readXml } from "./body";
import type { Call } from "./call";
import {
  announcedChecksum,
  CHECKSUM_ALGORITHMS,
  checksumElements,
  checksumValue,
  compareChecksum,
  compositeOf,
  makeHasher,
  parseAlgorithm,
  type Checksum,
  type ChecksumAlgorithm,
  type ChecksumType,
} from "./checksums";
import { checkWrite } from "./conditions";
import { requireKms } from "./encryption";
import { s3Error } from "./errors";
import type { Bucket, Part, Upload } from "./model";
import { commit, currentVersion, versionHeader } from "./versions";
import { count, randomEtag, randomId, type World } from "./world";
import { children, childText, document, text, type XmlElement } from "./xml";

export const MAX_PARTS = 10_000;
const PART_BYTES_MIN = 5 * 1024 ** 2;

export function createMultipartUpload(call: Call): Reply {
  const { world, key } = call;
  const bucket = call.bucket();
  const attributes = attributesFrom(call.request.headers, call.rules, bucket.encryption);
  requireKms(call, attributes.encryption);
  const algorithm = parseAlgorithm(call.header("x-amz-checksum-algorithm"));
  const upload: Upload = {
    uploadId: randomId(world, 48),
    key,
    initiatedMs: world.clock.now(),
    attributes,
    checksum:
      algorithm === undefined
        ? undefined
        : { algorithm, type: checksumType(algorithm, call.header("x-amz-checksum-type")) },
    parts: new Map(),
  };
  bucket.uploads.set(upload.uploadId, upload);
  world.journal.upload(bucket, upload);
  return {
    status: 200,
    headers: {
      "content-type": "application/xml",
      ...encryptionHeaders(attributes.encryption),
      ...(upload.checksum === undefined
        ? {}
        : { "x-amz-checksum-algorithm": upload.checksum.algorithm, "x-amz-checksum-type": upload.checksum.type }),
    },
    body: document(
      "InitiateMultipartUploadResult",
      [text("Bucket", bucket.name), text("Key", key), text("UploadId", upload.uploadId)],
      true,
    ),
  };
}

export async function completeMultipartUpload(call: Call): Promise<Reply> {
  const { world, key, rules } = call;
  const bucket = call.bucket();
  const root = await readXml(call);
  const upload = uploadOf(call);
  const parts = chosenParts(call, upload, root);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  checkObjectSize(call, size);
  requireKms(call, upload.attributes.encryption);
  const guard = checkWrite(call.request.headers, currentVersion(bucket, key));
  const extents = coalesce(parts.flatMap((part) => part.extents));
  world.blobs.retain(extents);
  let checksum: Checksum;
  try {
    checksum = await checksumOfUpload(call, upload, parts, extents);
    if (uploadOf(call) !== upload) throw s3Error("NoSuchUpload");
    guard(currentVersion(bucket, key));
  } catch (error) {
    world.blobs.release(extents);
    throw error;
  }
  const object = commit(world, bucket, {
    ...upload.attributes,
    isDeleteMarker: false,
    key,
    etag: rules.etag === "md5" ? etagOfParts(parts) : randomEtag(world),
    size,
    lastModifiedMs: rules.multipartLastModified === "initiation" ? upload.initiatedMs : world.clock.now(),
    extents,
    checksum,
    md5: undefined,
    parts: parts.map((part) => ({ number: part.number, size: part.size, checksum: part.checksum })),
    restored: false,
    currentTags: upload.attributes.tags,
  });
  dropUpload(world, bucket, upload);
  count(world, "uploadsCompleted");
  world.notifier.created(call.request, bucket, object, "CompleteMultipartUpload");
  return {
    status: 200,
    headers: {
      "content-type": "application/xml",
      ...versionHeader(bucket, object),
      ...encryptionHeaders(object.encryption),
    },
    body: document(
      "CompleteMultipartUploadResult",
      [
        text("Location", `http://${call.header("host") ?? "localhost"}/${bucket.name}/${encodeURIComponent(key)}`),
        text("Bucket", bucket.name),
        text("Key", key),
        text("ETag", `"${object.etag}"`),
        ...checksumElements(object.checksum),
      ],
      true,
    ),
  };
}

export function abortMultipartUpload(call: Call): Reply {
  const upload = uploadOf(call);
  dropUpload(call.world, call.bucket(), upload);
  count(call.world, "uploadsAborted");
  return { status: 204 };
}

/** The upload a request names. @throws NoSuchUpload, also for another key's upload */
export function uploadOf(call: Call): Upload {
  const upload = call.bucket().uploads.get(call.query("uploadId") ?? "");
  if (upload?.key !== call.key)
    throw s3Error("NoSuchUpload", undefined, { details: { UploadId: call.query("uploadId") ?? "" } });
  return upload;
}

export function dropUpload(world: World, bucket: Bucket, upload: Upload): void {
  bucket.uploads.delete(upload.uploadId);
  world.journal.uploadGone(bucket, upload.uploadId);
  for (const part of upload.parts.values()) world.blobs.release(part.extents);
}

/** CRC64NVME is only ever over the full object, the SHAs only composite; the other CRCs are composite unless asked. UG checking-object-integrity. */
function checksumType(algorithm: ChecksumAlgorithm, asked: string | undefined): ChecksumType {
  const isSha = algorithm.startsWith("SHA");
  const type = asked ?? (algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE");
  if (type === "FULL_OBJECT" && !isSha) return type;
  if (type === "COMPOSITE" && algorithm !== "CRC64NVME") return type;
  throw s3Error(
    "InvalidRequest",
    `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  );
}

/**
 * The parts the client lists, each checked against what was uploaded.
 * @throws MalformedXML, InvalidPartOrder (on a directory bucket also for numbers that do not run 1, 2, 3, ...), InvalidPart, EntityTooSmall
 */
function chosenParts(call: Call, upload: Upload, root: XmlElement): Part[] {
  const listed = children(root, "Part");
  if (root.name !== "CompleteMultipartUpload" || listed.length === 0 || listed.length > MAX_PARTS)
    throw s3Error("MalformedXML");
  let previous = 0;
  const parts = listed.map((element) => {
    const number = Number(childText(element, "PartNumber") ?? NaN);
    if (!Number.isInteger(number)) throw s3Error("MalformedXML");
    if (number <= previous || (call.rules.consecutiveParts && number !== previous + 1))
      throw s3Error("InvalidPartOrder");
    previous = number;
    const etag = (childText(element, "ETag") ?? "").trim().replaceAll('"', "");
    const part = upload.parts.get(number);
    if (part?.etag !== etag || !hasListedChecksum(part, element)) {
      throw s3Error("InvalidPart", undefined, {
        details: { UploadId: upload.uploadId, PartNumber: String(number), ETag: etag },
      });
    }
    return part;
  });
  const small = parts.slice(0, -1).find((part) => part.size < PART_BYTES_MIN);
  if (small !== undefined) {
    throw s3Error("EntityTooSmall", undefined, {
      details: {
        PartNumber: String(small.number),
        ProposedSize: String(small.size),
        MinSizeAllowed: String(PART_BYTES_MIN),
        ETag: small.etag,
      },
    });
  }
  return parts;
}

function hasListedChecksum(part: Part, element: XmlElement): boolean {
  return CHECKSUM_ALGORITHMS.every((algorithm) => {
    const listed = childText(element, `Checksum${algorithm}`);
    return listed === undefined || part.checksum?.algorithm !== algorithm || part.checksum.value === listed;
  });
}

/** `x-amz-mp-object-size`. API CompleteMultipartUpload, MpuObjectSize: 400 InvalidRequest. */
function checkObjectSize(call: Call, size: number): void {
  const announced = call.header("x-amz-mp-object-size");
  if (announced !== undefined && Number(announced) !== size) {
    throw s3Error(
      "InvalidRequest",
      `The provided 'x-amz-mp-object-size' header value ${announced} does not match what was computed: ${size}`,
    );
  }
}

/** The object's checksum; what the client announced for it is compared. Without a chosen algorithm it is a CRC64NVME, computed when asked for. */
async function checksumOfUpload(
  call: Call,
  upload: Upload,
  parts: readonly Part[],
  extents: Part["extents"],
): Promise<Checksum> {
  const type = call.header("x-amz-checksum-type");
  if (upload.checksum === undefined) return { algorithm: "CRC64NVME", type: "FULL_OBJECT" };
  const { algorithm } = upload.checksum;
  if (type !== undefined && type !== upload.checksum.type) {
    throw s3Error("BadDigest", "The checksum type does not match the one of the upload.");
  }
  const checksum: Checksum = { ...upload.checksum };
  if (checksum.type === "COMPOSITE") {
    checksum.value = compositeOf(
      algorithm,
      parts.map((part) => part.checksum?.value ?? ""),
    );
    const announced = call.header(`x-amz-checksum-${algorithm.toLowerCase()}`);
    if (announced !== undefined && announced.replace(/-\d+$/, "") !== checksum.value.replace(/-\d+$/, ""))
      throw s3Error("BadDigest");
    return checksum;
  }
  const value = await checksumValue(call.world.blobs, checksum, extents);
  compareChecksum(algorithm, announcedChecksum(algorithm, call.request.headers, {}), value);
  return checksum;
}

/** MD5 of the parts' MD5s, and their number. */
function etagOfParts(parts: readonly Part[]): string {
  const hasher = makeHasher("MD5");
  for (const part of parts) hasher.update(Buffer.from(part.etag, "hex"));
  return `${hasher.digest().toString("hex")}-${parts.length}`;
}
