/** HEAD of an object, on either side. */
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { asSyncError, isSyncError, syncError, type SyncError } from "../core/errors";
import type { S3Call } from "./call";
import type { RawHeaders } from "./wire-headers";
import type { CancelSignal } from "../core/ports";

const OPERATION = "HeadObject";

/**
 * Undefined on 404. What `parse` throws is an error of the call.
 *
 * A refused HEAD does not say why: an object under a customer's key (SSE-C), an expired token and a refused key are the same
 * bare 400. Then one GET of the first byte is spent, whose answer has a body with a name.
 */
export async function headObject<T>(
  call: S3Call,
  bucket: string,
  key: string,
  parse: (headers: RawHeaders) => T,
  signal: CancelSignal,
): Promise<T | undefined> {
  const command = new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: "ENABLED" });
  try {
    const { headers } = await call(command, { operation: OPERATION, kind: "read", signal });
    return parse(headers);
  } catch (thrown) {
    const error = isSyncError(thrown) ? thrown : unreadable(thrown);
    // Of the HEAD itself: a session for a bucket that does not exist is refused with a 404 too.
    if (error.operation === OPERATION && error.httpStatus === 404) return undefined;
    throw await explained(error, () => explanation(call, bucket, key, signal));
  }
}

/** Asks for the reason of a refusal that gave none; the error itself where there is nothing to learn. */
async function explained(error: SyncError, ask: () => Promise<SyncError | undefined>): Promise<SyncError> {
  return isUnexplained(error) ? ((await ask()) ?? error) : error;
}

/** {@link headObject}'s way to the reason of a refused HEAD, for HEADs that went another way. */
export type ExplainHead = (error: SyncError, key: string, signal: CancelSignal) => Promise<SyncError>;

export function makeExplainHead(call: S3Call, bucket: string): ExplainHead {
  return (error, key, signal) => explained(error, () => explanation(call, bucket, key, signal));
}

/** An answer that is no proper one is like none at all. */
function unreadable(thrown: unknown): SyncError {
  const { message } = asSyncError(thrown, OPERATION);
  return syncError({ code: "Unknown", operation: OPERATION, effect: "none", message, cause: thrown });
}

function isUnexplained(error: SyncError): boolean {
  return error.awsName === "Unknown" && (error.httpStatus === 400 || error.httpStatus === 403);
}

/** The named refusal of a GET of the same object; undefined when it works, or fails without telling more. */
async function explanation(
  call: S3Call,
  bucket: string,
  key: string,
  signal: CancelSignal,
): Promise<SyncError | undefined> {
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, Range: "bytes=0-0" });
  try {
    const { output } = await call(command, { operation: OPERATION, kind: "read", signal });
    await output.Body?.transformToByteArray();
    return undefined;
  } catch (thrown) {
    const error = asSyncError(thrown, OPERATION);
    return isNamedRefusal(error) ? error : undefined;
  }
}

/** 404 and 416 (an empty object has no first byte) are about the GET and not about what was refused before. */
function isNamedRefusal(error: SyncError): boolean {
  const { awsName, httpStatus = 0 } = error;
  return awsName !== "Unknown" && httpStatus >= 400 && httpStatus < 500 && httpStatus !== 404 && httpStatus !== 416;
}
