/** GetObject, HeadObject and GetObjectAttributes. API pages of the same names. */
import type { Reply } from "../http/service";
import { responseHeaders } from "./attributes";
import { hidingMissingKeys, type Call } from "./call";
import { checksumElements, checksumHeader, checksumValue } from "./checksums";
import { checkRead } from "./conditions";
import { requireCustomerKey, requireKms, requireRestored } from "./encryption";
import { s3Error } from "./errors";
import type { StoredObject } from "./model";
import { objectForRead, versionHeader } from "./versions";
import { document, group, text } from "./xml";

interface Span {
  readonly start: number;
  /** Not included. */
  readonly end: number;
}

export async function getObject(call: Call): Promise<Reply> {
  const object = findObject(call);
  requireRestored(object);
  const found = await describe(call, object);
  if (found.span === undefined) return { status: found.status, headers: found.headers };
  const body = call.world.blobs.read(object.extents, found.span.start, found.span.end);
  const tagging: Record<string, string> =
    object.currentTags.length === 0 ? {} : { "x-amz-tagging-count": String(object.currentTags.length) };
  return { status: found.status, headers: { ...found.headers, ...tagging }, body };
}

export async function headObject(call: Call): Promise<Reply> {
  const { status, headers } = await describe(call, findObject(call));
  return { status, headers };
}

export async function getObjectAttributes(call: Call): Promise<Reply> {
  const object = findObject(call);
  const wanted = new Set((call.header("x-amz-object-attributes") ?? "").split(",").map((name) => name.trim()));
  const { checksum, parts } = object;
  if (checksum !== undefined && wanted.has("Checksum")) await checksumValue(call.world.blobs, checksum, object.extents);
  const elements = [
    wanted.has("ETag") ? text("ETag", object.etag) : "",
    wanted.has("Checksum") && checksum !== undefined ? group("Checksum", checksumElements(checksum)) : "",
    wanted.has("ObjectParts") && parts !== undefined ? group("ObjectParts", [text("PartsCount", parts.length)]) : "",
    wanted.has("StorageClass") ? text("StorageClass", object.storageClass) : "",
    wanted.has("ObjectSize") ? text("ObjectSize", object.size) : "",
  ];
  return {
    status: 200,
    headers: {
      "content-type": "application/xml",
      "last-modified": new Date(object.lastModifiedMs).toUTCString(),
      ...versionHeader(call.bucket(), object),
    },
    body: document("GetObjectAttributesResponse", elements, true),
  };
}

function findObject(call: Call): StoredObject {
  const bucket = call.bucket();
  const object = hidingMissingKeys(call, bucket.name, () => objectForRead(bucket, call.key, call.query("versionId")));
  requireKms(call, object.encryption);
  requireCustomerKey(call, object, "x-amz-");
  return object;
}

/** Status and headers of the answer, and which bytes belong to it. */
async function describe(
  call: Call,
  object: StoredObject,
): Promise<{ status: number; headers: Record<string, string>; span: Span | undefined }> {
  const headers: Record<string, string> = { ...responseHeaders(object), ...versionHeader(call.bucket(), object) };
  if (checkRead(call.request.headers, object) === "not-modified") {
    const { etag = "", "last-modified": lastModified = "" } = headers;
    return { status: 304, headers: { etag, "last-modified": lastModified }, span: undefined };
  }
  overrideHeaders(call, headers);
  const part = partSpan(call, object, headers);
  const range = part ?? rangeSpan(call.header("range"), object.size);
  const span = range ?? { start: 0, end: object.size };
  if (
    range === undefined &&
    call.header("x-amz-checksum-mode")?.toUpperCase() === "ENABLED" &&
    object.checksum !== undefined
  ) {
    headers[checksumHeader(object.checksum.algorithm)] = await checksumValue(
      call.world.blobs,
      object.checksum,
      object.extents,
    );
    headers["x-amz-checksum-type"] = object.checksum.type;
  }
  headers["content-length"] = String(span.end - span.start);
  if (range !== undefined && object.size > 0)
    headers["content-range"] = `bytes ${range.start}-${range.end - 1}/${object.size}`;
  return { status: range === undefined ? 200 : 206, headers, span };
}

/** `partNumber`: the bytes of one part, and how many there are. */
function partSpan(call: Call, object: StoredObject, headers: Record<string, string>): Span | undefined {
  const named = call.query("partNumber");
  if (named === undefined) return undefined;
  const number = Number(named);
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw s3Error("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive");
  }
  const parts = object.parts ?? [{ number: 1, size: object.size }];
  const index = parts.findIndex((part) => part.number === number);
  const part = parts[index];
  if (part === undefined) throw s3Error("InvalidRange", "The requested partnumber is not satisfiable");
  if (object.parts !== undefined) headers["x-amz-mp-parts-count"] = String(parts.length);
  const start = parts.slice(0, index).reduce((sum, { size }) => sum + size, 0);
  return { start, end: start + part.size };
}

/** One byte range; anything else in `Range` is ignored, as RFC 9110 has it. @throws InvalidRange (416) */
function rangeSpan(header: string | undefined, size: number): Span | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(Number(last) + 1, size);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  if (start >= size || (first === "" && Number(last) === 0)) {
    throw s3Error("InvalidRange", undefined, {
      details: { RangeRequested: header ?? "", ActualObjectSize: String(size) },
    });
  }
  return { start, end };
}

/** What no header can carry: S3 reads header values as ISO-8859-1. */
const NO_HEADER_VALUE = /[^\t -~\u0080-\u00ff]/;

/** `response-content-type` and its kind. @throws InvalidArgument (400) for a value that no header can carry */
function overrideHeaders(call: Call, headers: Record<string, string>): void {
  for (const name of [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
  ]) {
    const value = call.query(`response-${name}`);
    if (value === undefined) continue;
    if (NO_HEADER_VALUE.test(value)) {
      throw s3Error("InvalidArgument", "Header value cannot be represented using ISO-8859-1.", {
        details: { ArgumentName: `response-${name}`, ArgumentValue: value },
      });
    }
    headers[name] = value;
  }
}
