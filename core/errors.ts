/**
 * The closed set of things that can go wrong with one AWS call, and what each of them means for us.
 *
 * Adapters (`aws/`) translate every SDK or wire error into a {@link SyncError}; nobody else looks at AWS error names.
 * Errors are plain `Error` objects with fields, not subclasses: subclasses do not survive closure serialisation.
 */

/** `none`: the write certainly did not happen. `unknown`: it may have happened, or may still happen (rule 3). */
export type Effect = "none" | "unknown";

/**
 * What to do about an error.
 * - `transient`: try again soon; repeated over several keys it is a sign of systemic trouble
 * - `throttled`: try again and send fewer requests
 * - `systemic`: set-up or permissions or a whole bucket; the breaker decides
 * - `key`: a verdict about this key alone; no retry can help
 * - `raced`: somebody changed the object or upload in between; start the reconcile over
 */
export type ErrorClass = "transient" | "throttled" | "systemic" | "key" | "raced";

interface ErrorTraits {
  readonly class: ErrorClass;
  /** What an operator should do; ends up in logs and on dead-lettered messages. */
  readonly advice: string;
}

/** Every code, its class and the advice for people. */
export const ERROR_CODES = {
  NoSuchKey: { class: "raced", advice: "The object disappeared while it was copied; the key is looked at again." },
  PreconditionFailed: { class: "raced", advice: "The object changed while it was copied; the key is looked at again." },
  NoSuchUpload: {
    class: "raced",
    advice: "The multipart upload was aborted or completed elsewhere; the copy starts over.",
  },
  InvalidPart: {
    class: "raced",
    advice: "A part was replaced by a later attempt; the parts are listed and checked again.",
  },
  ChecksumMismatch: {
    class: "raced",
    advice: "The copied bytes had another checksum than the source; the copy is repeated.",
  },
  NoSuchBucket: {
    class: "systemic",
    advice: "The bucket does not exist. Check SRC_BUCKET and DST_BUCKET; nothing was deleted.",
  },
  AccessDenied: {
    class: "systemic",
    advice:
      "Access was denied. Check the task role (s3:GetObject and s3:ListBucket on the source, s3express:CreateSession on the destination) and, with KMS, kms:Decrypt and kms:GenerateDataKey.",
  },
  Session: {
    class: "systemic",
    advice: "No session for the directory bucket. Check s3express:CreateSession in the task role.",
  },
  Credentials: {
    class: "systemic",
    advice: "No usable AWS credentials. Check the task role or the AWS_* environment.",
  },
  Throttled: { class: "throttled", advice: "S3 asked for fewer requests per second; the worker slows down by itself." },
  Unavailable: {
    class: "transient",
    advice: "AWS answered with a server error. A directory bucket unused for 90 days needs minutes to wake up.",
  },
  Timeout: { class: "transient", advice: "No answer in time." },
  Connection: { class: "transient", advice: "The connection broke before the answer was complete." },
  NotConnected: {
    class: "transient",
    advice: "No connection could be made. Check DNS, the VPC endpoints for s3 and s3express, and the security group.",
  },
  Aborted: { class: "transient", advice: "The call was given up because the worker is stopping." },
  ArchivedObject: {
    class: "key",
    advice: "The source object is archived (Glacier). Restore it; the ObjectRestore:Completed event then syncs it.",
  },
  CustomerKeyRequired: {
    class: "key",
    advice: "The source object is encrypted with a customer-provided key (SSE-C), which cannot be synced.",
  },
  KeyRefused: { class: "key", advice: "The destination refuses this key. Rename the object at the source." },
  MetadataTooLarge: { class: "key", advice: "The object's metadata exceeds what S3 takes in one request." },
  ObjectTooLarge: { class: "key", advice: "The object exceeds the largest size S3 can copy." },
  InvalidRequest: {
    class: "systemic",
    advice: "S3 refused the request. See the message; report it if the object looks ordinary.",
  },
  ChecksumUnsupported: {
    class: "raced",
    advice: "The destination does not know this checksum algorithm; the copy is repeated without it.",
  },
  QueueGone: { class: "systemic", advice: "The queue does not exist (any more)." },
  ReceiptInvalid: { class: "raced", advice: "The message is no longer held by this worker." },
  Unknown: { class: "transient", advice: "An error without a known name. See the cause." },
} as const satisfies Record<string, ErrorTraits>;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface SyncError extends Error {
  readonly name: "SyncError";
  readonly code: ErrorCode;
  /** AWS API name, e.g. "CopyObject". */
  readonly operation: string;
  readonly effect: Effect;
  /** The error's name as AWS or Node gave it, for logs only. */
  readonly awsName: string;
  readonly httpStatus?: number;
  readonly requestId?: string;
}

export interface SyncErrorFields {
  code: ErrorCode;
  operation: string;
  effect: Effect;
  message: string;
  awsName?: string;
  httpStatus?: number | undefined;
  requestId?: string | undefined;
  cause?: unknown;
}

/** Makes a {@link SyncError}; a factory because classes do not survive closure serialisation. */
export function syncError(fields: SyncErrorFields): SyncError {
  const error = new Error(
    `${fields.operation}: ${fields.message}`,
    fields.cause === undefined ? {} : { cause: fields.cause },
  );
  return Object.assign(error, {
    name: "SyncError" as const,
    code: fields.code,
    operation: fields.operation,
    effect: fields.effect,
    awsName: fields.awsName ?? fields.code,
    ...(fields.httpStatus === undefined ? {} : { httpStatus: fields.httpStatus }),
    ...(fields.requestId === undefined ? {} : { requestId: fields.requestId }),
  });
}

export function isSyncError(error: unknown): error is SyncError {
  return error instanceof Error && error.name === "SyncError" && "code" in error;
}

/** Any thrown value as a {@link SyncError}; a foreign one keeps its text and has an unknown effect. */
export function asSyncError(error: unknown, operation: string): SyncError {
  if (isSyncError(error)) return error;
  const message = error instanceof Error ? error.message : textOf(error);
  const awsName = error instanceof Error ? error.name : typeof error;
  return syncError({ code: "Unknown", operation, effect: "unknown", message, awsName, cause: error });
}

/** Must not throw while an error is reported: an object may have no text, or one that throws. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return "a thrown object";
  }
}

export function classOf(error: SyncError): ErrorClass {
  return ERROR_CODES[error.code].class;
}

export function adviceFor(code: ErrorCode): string {
  return ERROR_CODES[code].advice;
}
