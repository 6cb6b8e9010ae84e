/** ListMultipartUploads. API ListMultipartUploads. */
import type { Reply } from "../http/service";
import type { Call } from "./call";
import { s3Error } from "./errors";
import { AFTER_ALL, byOrder, lowerBound } from "./key-index";
import { checkListing, encoder, positionOf, tokenOf } from "./listing";
import type { Bucket, Upload } from "./model";
import { positiveInteger, takePage, type Entry, type Source } from "./paging";
import { isoSeconds } from "./parts";
import { document, group, text } from "./xml";

const MAX_UPLOADS = 1000;

export function listMultipartUploads(call: Call): Reply {
  const bucket = call.bucket();
  const opaque = call.rules.opaqueUploadMarkers;
  const prefix = call.query("prefix") ?? "";
  const delimiter = call.query("delimiter");
  const keyMarker = call.query("key-marker") ?? "";
  const uploadIdMarker = call.query("upload-id-marker") ?? "";
  checkListing(call, prefix, delimiter);
  if (opaque && uploadIdMarker !== "") {
    throw s3Error("NotImplemented", "A parameter you provided implies functionality that is not implemented");
  }
  const max = Math.min(positiveInteger(call.query("max-uploads"), "max-uploads", MAX_UPLOADS), MAX_UPLOADS);
  const source = uploadsOf(bucket);
  const after =
    keyMarker === ""
      ? undefined
      : opaque
        ? positionOf(keyMarker, bucket)
        : markerPosition(bucket, keyMarker, uploadIdMarker);
  const page = takePage(source, { prefix, delimiter, after, max });
  const encode = encoder(call);
  const last = page.entries.at(-1)?.item;
  const nextKey = opaque ? tokenOf(page.last ?? "", bucket) : encode(page.lastName ?? "");
  const elements = [
    text("Bucket", bucket.name),
    text("KeyMarker", opaque ? keyMarker : encode(keyMarker)),
    opaque ? "" : text("UploadIdMarker", uploadIdMarker),
    ...(page.isTruncated
      ? [
          text("NextKeyMarker", nextKey),
          opaque || last?.key !== page.lastName ? "" : text("NextUploadIdMarker", last?.uploadId),
        ]
      : []),
    delimiter === undefined ? "" : text("Delimiter", encode(delimiter)),
    text("Prefix", encode(prefix)),
    text("EncodingType", call.query("encoding-type")),
    text("MaxUploads", max),
    text("IsTruncated", page.isTruncated),
    ...page.entries.map(({ item }) => uploadElement(item, encode, call.world.accountId)),
    ...page.commonPrefixes.map((one) => group("CommonPrefixes", [text("Prefix", encode(one))])),
  ];
  return {
    status: 200,
    headers: { "content-type": "application/xml" },
    body: document("ListMultipartUploadsResult", elements, true),
  };
}

/** By key in the bucket's order, then by the time they began, then by id. */
function uploadsOf(bucket: Bucket): Source<Upload> {
  const entries: Entry<Upload>[] = [...bucket.uploads.values()]
    .map((item) => ({ order: positionOfUpload(bucket, item), key: item.key, item }))
    .sort(byOrder);
  return {
    orderOf: (key) => bucket.index.orderOf(key),
    from: (position, exclusive) => entries.slice(lowerBound(entries, position, exclusive)),
  };
}

function positionOfUpload(bucket: Bucket, upload: Upload): string {
  return `${bucket.index.orderOf(upload.key)}\0${String(upload.initiatedMs).padStart(16, "0")} ${upload.uploadId}`;
}

/** Behind all uploads of the marker's key, or behind the one named. */
function markerPosition(bucket: Bucket, keyMarker: string, uploadIdMarker: string): string {
  const upload = bucket.uploads.get(uploadIdMarker);
  if (upload?.key === keyMarker) return positionOfUpload(bucket, upload);
  const order = bucket.index.orderOf(keyMarker);
  const isPrefix = keyMarker.endsWith("/") && ![...bucket.uploads.values()].some(({ key }) => key === keyMarker);
  return isPrefix ? order + AFTER_ALL : `${order}\0:`;
}

function uploadElement(upload: Upload, encode: (value: string) => string, owner: string): string {
  const person = [text("ID", owner), text("DisplayName", owner)];
  return group("Upload", [
    text("Key", encode(upload.key)),
    text("UploadId", upload.uploadId),
    group("Initiator", person),
    group("Owner", person),
    text("StorageClass", upload.attributes.storageClass),
    text("Initiated", isoSeconds(upload.initiatedMs)),
    text("ChecksumAlgorithm", upload.checksum?.algorithm),
    text("ChecksumType", upload.checksum?.type),
  ]);
}
