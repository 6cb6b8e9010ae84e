/** UploadPart, UploadPartCopy and ListParts. API pages of the same names; UG qfacts for the limits. */
import type { Reply } from "../http/service";
import { encryptionHeaders } from "./attributes";
import { slice, type Extents } from "./blobs";
import { PAYLOAD_BYTES, storeBody } from "./body";
import type { Call } from "./call";
import { checksumElements, checksumHeader, digestOf, requestAlgorithm, type Checksum } from "./checksums";
import { copying, resolveSource } from "./copy-source";
import { s3Error } from "./errors";
import type { Part, Upload } from "./model";
import { MAX_PARTS, uploadOf } from "./multipart";
import { positiveInteger } from "./paging";
import { count, randomEtag } from "./world";
import { document, group, text } from "./xml";

/** A range can only be copied of a source above 5 MiB. API UploadPartCopy, CopySourceRange ("greater than 5 MB"). */
const RANGE_SOURCE_BYTES = 5 * 1024 ** 2;

export async function uploadPart(call: Call): Promise<Reply> {
  const number = partNumber(call);
  const upload = uploadOf(call);
  checkAlgorithm(call, upload);
  const body = await storeBody(call, call.rules.etag === "md5", upload.checksum?.algorithm);
  const part = putPart(call, upload, {
    number,
    etag: call.rules.etag === "md5" && body.md5 !== undefined ? body.md5 : randomEtag(call.world),
    size: body.size,
    extents: body.extents,
    checksum: body.checksum,
  });
  const { checksum } = part;
  return {
    status: 200,
    headers: {
      etag: `"${part.etag}"`,
      ...encryptionHeaders(upload.attributes.encryption),
      ...(checksum?.value === undefined ? {} : { [checksumHeader(checksum.algorithm)]: checksum.value }),
    },
  };
}

/** A part that is a range of another object's blobs: no bytes move. */
export async function uploadPartCopy(call: Call): Promise<Reply> {
  const { world } = call;
  const number = partNumber(call);
  const upload = uploadOf(call);
  const { bucket, object } = resolveSource(call);
  const { start, end } = sourceRange(call.header("x-amz-copy-source-range"), object.size);
  const extents = slice(object.extents, start, end);
  world.blobs.retain(extents);
  let etag: string;
  let checksum: Checksum | undefined;
  try {
    checksum = await checksumOfPart(call, upload, extents);
    etag =
      call.rules.etag === "md5" ? (await digestOf(world.blobs, extents, "MD5")).toString("hex") : randomEtag(world);
    await copying(call, end - start);
  } catch (error) {
    world.blobs.release(extents);
    throw error;
  }
  const part = putPart(call, upload, { number, etag, size: end - start, extents, checksum });
  count(world, "bytesCopied", part.size);
  return {
    status: 200,
    headers: {
      "content-type": "application/xml",
      ...encryptionHeaders(upload.attributes.encryption),
      ...(bucket.versioning === undefined ? {} : { "x-amz-copy-source-version-id": object.versionId }),
    },
    body: document(
      "CopyPartResult",
      [
        text("LastModified", isoSeconds(part.lastModifiedMs)),
        text("ETag", `"${part.etag}"`),
        ...checksumElements(checksum, false),
      ],
      true,
    ),
  };
}

export function listParts(call: Call): Reply {
  const upload = uploadOf(call);
  const marker = positiveInteger(call.query("part-number-marker"), "part-number-marker", 0);
  const max = Math.min(positiveInteger(call.query("max-parts"), "max-parts", 1000), 1000);
  const behind = [...upload.parts.values()].filter((part) => part.number > marker).sort((a, b) => a.number - b.number);
  const page = behind.slice(0, max);
  const isTruncated = max > 0 && behind.length > max;
  const owner = [text("ID", call.world.accountId), text("DisplayName", call.world.accountId)];
  const elements = [
    text("Bucket", call.bucketName),
    text("Key", upload.key),
    text("UploadId", upload.uploadId),
    text("PartNumberMarker", marker),
    text("NextPartNumberMarker", page.at(-1)?.number ?? 0),
    text("MaxParts", max),
    text("IsTruncated", isTruncated),
    ...page.map((part) =>
      group("Part", [
        text("PartNumber", part.number),
        text("LastModified", isoSeconds(part.lastModifiedMs)),
        text("ETag", `"${part.etag}"`),
        text("Size", part.size),
        ...checksumElements(part.checksum, false),
      ]),
    ),
    group("Initiator", owner),
    group("Owner", owner),
    text("StorageClass", upload.attributes.storageClass),
    text("ChecksumAlgorithm", upload.checksum?.algorithm),
    text("ChecksumType", upload.checksum?.type),
  ];
  return {
    status: 200,
    headers: { "content-type": "application/xml" },
    body: document("ListPartsResult", elements, true),
  };
}

/** S3's times in documents: whole seconds. */
export function isoSeconds(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString();
}

/** Takes the part into its upload, in place of an earlier one of that number, unless the upload has ended meanwhile. */
function putPart(call: Call, upload: Upload, part: Omit<Part, "lastModifiedMs">): Part {
  const { world } = call;
  if (call.world.buckets.get(call.bucketName)?.uploads.get(upload.uploadId) !== upload) {
    world.blobs.release(part.extents);
    throw s3Error("NoSuchUpload", undefined, { details: { UploadId: upload.uploadId } });
  }
  const replaced = upload.parts.get(part.number);
  const stored: Part = { ...part, lastModifiedMs: world.clock.now() };
  upload.parts.set(part.number, stored);
  world.journal.part(call.bucket(), upload.uploadId, stored);
  if (replaced !== undefined) world.blobs.release(replaced.extents);
  return stored;
}

function partNumber(call: Call): number {
  const number = Number(call.query("partNumber"));
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS) {
    throw s3Error("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive", {
      details: { ArgumentName: "partNumber", ArgumentValue: call.query("partNumber") ?? "" },
    });
  }
  return number;
}

/** A part's checksum must be of the algorithm the upload was created with. Where none was chosen, any is verified and kept. */
function checkAlgorithm(call: Call, upload: Upload): void {
  const algorithm = requestAlgorithm(call.request.headers);
  const expected = upload.checksum?.algorithm;
  if (algorithm === undefined || expected === undefined || algorithm === expected) return;
  throw s3Error(
    "InvalidRequest",
    `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${algorithm.toLowerCase()}`,
  );
}

async function checksumOfPart(call: Call, upload: Upload, extents: Extents): Promise<Checksum | undefined> {
  if (upload.checksum === undefined) return undefined;
  const { algorithm } = upload.checksum;
  const value = (await digestOf(call.world.blobs, extents, algorithm)).toString("base64");
  return { algorithm, type: "FULL_OBJECT", value };
}

/**
 * `bytes=first-last`, both included.
 * @throws InvalidArgument for another form or a range beyond the end, InvalidRequest for a range of a source of 5 MiB or less, or a part
 * above 5 GiB. API UploadPartCopy. (The words of the first two are S3's as clients report them.)
 */
function sourceRange(header: string | undefined, size: number): { start: number; end: number } {
  if (header === undefined) {
    checkPartSize(size);
    return { start: 0, end: size };
  }
  const match = /^bytes=(\d+)-(\d+)$/.exec(header);
  const start = Number(match?.[1] ?? NaN);
  const end = Number(match?.[2] ?? NaN) + 1;
  if (!(start < end)) {
    throw s3Error(
      "InvalidArgument",
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
    );
  }
  if (end > size) throw s3Error("InvalidArgument", `Range specified is not valid for source object of size: ${size}`);
  if (size <= RANGE_SOURCE_BYTES)
    throw s3Error("InvalidRequest", "The specified copy source is not supported as a byte-range copy source");
  checkPartSize(end - start);
  return { start, end };
}

function checkPartSize(size: number): void {
  if (size <= PAYLOAD_BYTES) return;
  throw s3Error(
    "InvalidRequest",
    `The specified copy source is larger than the maximum allowable size for a copy source: ${PAYLOAD_BYTES}`,
  );
}
