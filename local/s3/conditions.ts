/** Conditional requests. Sources: UG conditional-requests, conditional-reads, conditional-writes, conditional-deletes; RFC 9110 section 13. */
import type { IncomingHttpHeaders } from "node:http";
import type { BucketRules } from "./bucket-rules";
import { s3Error } from "./errors";
import type { StoredObject, StoredVersion } from "./model";

/** Whether an `If-Match`-like header names this ETag. */
export function etagMatches(header: string, etag: string): boolean {
  return header.split(",").some((one) => {
    const wanted = one.trim().replace(/^W\//, "").replaceAll('"', "");
    return wanted === "*" || wanted === etag;
  });
}

/**
 * Conditions of GET and HEAD.
 * @returns "not-modified" when the answer is 304.
 * @throws PreconditionFailed
 */
export function checkRead(headers: IncomingHttpHeaders, object: StoredObject): "ok" | "not-modified" {
  const match = headers["if-match"];
  const unmodified = dateOf(headers["if-unmodified-since"]);
  if (match !== undefined) {
    if (!etagMatches(match, object.etag)) throw failed("If-Match");
  } else if (unmodified !== undefined && seconds(object.lastModifiedMs) > unmodified)
    throw failed("If-Unmodified-Since");
  const noneMatch = headers["if-none-match"];
  const modified = dateOf(headers["if-modified-since"]);
  if (noneMatch !== undefined) return etagMatches(noneMatch, object.etag) ? "not-modified" : "ok";
  return modified !== undefined && seconds(object.lastModifiedMs) <= modified ? "not-modified" : "ok";
}

/**
 * `x-amz-copy-source-if-*` of CopyObject and UploadPartCopy: every one that does not hold is a 412, except where API CopyObject gives a
 * pair an outcome: a true if-match beats a false if-unmodified-since, a false if-none-match beats a true if-modified-since.
 */
export function checkCopySource(headers: IncomingHttpHeaders, source: StoredObject): void {
  const match = single(headers["x-amz-copy-source-if-match"]);
  const unmodified = dateOf(single(headers["x-amz-copy-source-if-unmodified-since"]));
  if (match !== undefined) {
    if (!etagMatches(match, source.etag)) throw failed("x-amz-copy-source-If-Match");
  } else if (unmodified !== undefined && seconds(source.lastModifiedMs) > unmodified) {
    throw failed("x-amz-copy-source-If-Unmodified-Since");
  }
  const noneMatch = single(headers["x-amz-copy-source-if-none-match"]);
  const modified = dateOf(single(headers["x-amz-copy-source-if-modified-since"]));
  if (noneMatch !== undefined && etagMatches(noneMatch, source.etag)) throw failed("x-amz-copy-source-If-None-Match");
  if (modified !== undefined && seconds(source.lastModifiedMs) <= modified)
    throw failed("x-amz-copy-source-If-Modified-Since");
}

/** What must hold when a write becomes visible. */
export type WriteGuard = (current: StoredVersion | undefined) => void;

/**
 * Conditions of PutObject, CopyObject and CompleteMultipartUpload on what stands at the destination, checked now and again, by the guard that
 * is returned, when the write becomes visible. UG conditional-writes: 412 when it does not hold, 404 for If-Match where there is no object,
 * 409 when another write came in between.
 */
export function checkWrite(headers: IncomingHttpHeaders, now: StoredVersion | undefined): WriteGuard {
  const match = headers["if-match"];
  const noneMatch = headers["if-none-match"];
  if (match === undefined && noneMatch === undefined) return () => undefined;
  if (noneMatch !== undefined && noneMatch !== "*") throw s3Error("NotImplemented");
  const existing = now?.isDeleteMarker === false ? now : undefined;
  if (noneMatch !== undefined && existing !== undefined) throw failed("If-None-Match");
  if (match !== undefined) {
    if (existing === undefined) throw s3Error("NoSuchKey");
    if (!etagMatches(match, existing.etag)) throw failed("If-Match");
  }
  return (later) => {
    if (later !== now) throw s3Error("ConditionalRequestConflict");
  };
}

export interface DeleteConditions {
  readonly etag?: string | undefined;
  readonly lastModifiedTime?: string | undefined;
  readonly size?: string | undefined;
}

/**
 * Conditions of DeleteObject and DeleteObjects. API DeleteObject: time and size on directory buckets only, and there a missing object is a
 * success. If-Match on a missing object is 404 in a general purpose bucket (UG conditional-deletes, where it speaks of races); in a
 * directory bucket 204 (API DeleteObject, IfMatch, as the SDK for Kotlin prints it: "or if the object doesn't exist").
 */
export function checkDelete(
  conditions: DeleteConditions,
  current: StoredVersion | undefined,
  rules: BucketRules,
): void {
  const { etag, lastModifiedTime, size } = conditions;
  if (etag === undefined && lastModifiedTime === undefined && size === undefined) return;
  if (!rules.deleteBySizeAndTime && (lastModifiedTime !== undefined || size !== undefined))
    throw s3Error("NotImplemented");
  if (current === undefined) {
    if (rules.deleteBySizeAndTime) return;
    throw s3Error("NoSuchKey");
  }
  if (current.isDeleteMarker) throw failed("If-Match");
  if (etag !== undefined && !etagMatches(etag, current.etag)) throw failed("If-Match");
  if (size !== undefined && Number(size) !== current.size) throw failed("x-amz-if-match-size");
  if (lastModifiedTime !== undefined && dateOf(lastModifiedTime) !== seconds(current.lastModifiedMs)) {
    throw failed("x-amz-if-match-last-modified-time");
  }
}

export function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(",") : header;
}

function failed(condition: string): Error {
  return s3Error("PreconditionFailed", undefined, { details: { Condition: condition } });
}

/** S3's times have a resolution of one second. */
function seconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

/** A date that cannot be read is a condition that is not there, as in RFC 9110. */
function dateOf(header: string | undefined): number | undefined {
  const time = header === undefined ? NaN : Date.parse(header);
  return Number.isNaN(time) ? undefined : seconds(time);
}
