/**
 * AWS, SDK and Node errors as `SyncError`: the only place that knows their names.
 *
 * The name decides and not the status: S3 answers 200, keeps the connection alive with whitespace and may put an
 * `<Error>` behind it, which the SDK then reports as a 503 even when it is a PreconditionFailed.
 */
import { isSyncError, syncError, type Effect, type ErrorCode, type SyncError } from "../core/errors";
import {
  BARE_STATUS_CODES,
  BROKEN_CONNECTION_CODES,
  CREDENTIAL_NAMES,
  CREDENTIAL_PROVIDER_NAMES,
  MESSAGE_RULES,
  NOT_CONNECTED_CODES,
  SERVICE_ERROR_NAMES,
  UNSENDABLE_CODES,
} from "./error-table";

/** What the transport knows beyond the error. The status the SDK reports is invented for errors inside a 200. */
export interface WireFacts {
  /** What the request was signed with: decides whose ExpiredToken it is. Default: the plain credentials. */
  readonly auth?: "credentials" | "session";
  /** The status as received; undefined when no answer came. */
  readonly status?: number | undefined;
  /** The reason phrase: all that a HEAD has to tell SlowDown from ServiceUnavailable. */
  readonly reason?: string | undefined;
}

/**
 * Translates anything thrown. Never throws. A `read` has no effect at all; a `write` has none only when that is certain:
 * a verdict of the service (a name that stands for a 4xx, or SlowDown instead of an answer), or no connection to send it on.
 */
export function translate(error: unknown, operation: string, kind: "read" | "write", wire: WireFacts = {}): SyncError {
  if (isSyncError(error)) return error;
  const seen = inspect(error, wire);
  const verdict = judge(seen, wire.auth ?? "credentials");
  const effect: Effect = kind === "read" ? "none" : verdict.effect;
  return syncError({
    code: verdict.code,
    operation,
    effect,
    message: seen.message,
    awsName: seen.name,
    httpStatus: seen.status,
    requestId: seen.requestId,
    cause: error,
  });
}

/** The code for an error name alone, as in per-entry results of SQS batches. */
export function codeOfName(name: string, message: string): ErrorCode {
  return serviceCode(name, message) ?? "Unknown";
}

interface Seen {
  readonly name: string;
  readonly message: string;
  /** Node's error code. */
  readonly nodeCode: string;
  readonly syscall: string;
  readonly status: number | undefined;
  readonly reason: string;
  readonly requestId: string | undefined;
}

interface Verdict {
  readonly code: ErrorCode;
  /** For writes. */
  readonly effect: Effect;
}

function judge(seen: Seen, auth: "credentials" | "session"): Verdict {
  return notSent(seen) ?? brokenOff(seen) ?? named(seen, auth) ?? byStatus(seen, auth);
}

/** Nothing was sent. */
function notSent(seen: Seen): Verdict | undefined {
  if (CREDENTIAL_PROVIDER_NAMES.has(seen.name)) return { code: "Credentials", effect: "none" };
  if (UNSENDABLE_CODES.has(seen.nodeCode)) return { code: "InvalidRequest", effect: "none" };
  const connecting = seen.syscall === "connect" || /did not establish a connection/.test(seen.message);
  if (NOT_CONNECTED_CODES.has(seen.nodeCode) || connecting) return { code: "NotConnected", effect: "none" };
  return undefined;
}

/** The answer did not come, or not completely: the request may have been carried out all the same. */
function brokenOff(seen: Seen): Verdict | undefined {
  if (seen.name === "AbortError") return { code: "Aborted", effect: "unknown" };
  // Before the name: the SDK renames a reset to TimeoutError.
  if (BROKEN_CONNECTION_CODES.has(seen.nodeCode) || /socket hang up|\baborted$/.test(seen.message)) {
    return { code: "Connection", effect: "unknown" };
  }
  if (seen.name === "TimeoutError" || seen.nodeCode === "ETIMEDOUT") return { code: "Timeout", effect: "unknown" };
  return undefined;
}

function named(seen: Seen, auth: "credentials" | "session"): Verdict | undefined {
  if (CREDENTIAL_NAMES.has(seen.name)) return { code: auth === "session" ? "Session" : "Credentials", effect: "none" };
  const code = serviceCode(seen.name, seen.message);
  return code === undefined ? undefined : { code, effect: effectOf(code, seen.status) };
}

function serviceCode(name: string, message: string): ErrorCode | undefined {
  if (/^kms/i.test(name)) return kmsCode(name);
  const code = Object.hasOwn(SERVICE_ERROR_NAMES, name) ? SERVICE_ERROR_NAMES[name] : undefined;
  if (code !== undefined && code !== "InvalidRequest" && code !== "ChecksumMismatch") return code;
  return MESSAGE_RULES.find(([pattern]) => pattern.test(message))?.[1] ?? code;
}

/** S3 spells them `KMS.DisabledException`, SQS `KmsDisabled`. */
function kmsCode(name: string): ErrorCode {
  if (/throttl|limit/i.test(name)) return "Throttled";
  return /internal|timeout|unavailable/i.test(name) ? "Unavailable" : "AccessDenied";
}

/** SlowDown as the answer refuses the request; inside a 200 the work had begun. */
function effectOf(code: ErrorCode, status: number | undefined): Effect {
  if (code === "Unavailable") return "unknown";
  if (code === "Throttled") return status === 200 ? "unknown" : "none";
  return "none";
}

/** No name we know: an answer without a body (HEAD), of something in between, or an error that is new to us. */
function byStatus(seen: Seen, auth: "credentials" | "session"): Verdict {
  const { status = 0 } = seen;
  if (status === 503 && /slow ?down/i.test(seen.reason)) return { code: "Throttled", effect: "none" };
  if (status >= 500) return { code: "Unavailable", effect: "unknown" };
  const isBare = seen.name === "Unknown" || seen.name === "Error";
  if (status >= 400) return { code: isBare ? bareCode(status, auth) : "InvalidRequest", effect: "none" };
  return { code: status === 301 ? "NoSuchBucket" : "Unknown", effect: status === 301 ? "none" : "unknown" };
}

/** A bare 400 under a session most likely is the session's end; elsewhere it has too many reasons to pick one. */
function bareCode(status: number, auth: "credentials" | "session"): ErrorCode {
  if (status === 400 && auth === "session") return "Session";
  return BARE_STATUS_CODES[status] ?? "Unknown";
}

/** A wrong signature's message repeats the request as it should have been signed, security token included: not for logs. */
function withoutCanonicalRequest(message: string): string {
  return message.replace(/\s*The Canonical String[^]*$/, "");
}

/** Reads what it can from any value; the SDK decorates errors with `$metadata`. */
function inspect(error: unknown, wire: WireFacts): Seen {
  const fields = (typeof error === "object" && error !== null ? error : {}) as Readonly<Record<string, unknown>>;
  const metadata = (fields.$metadata ?? {}) as Readonly<Record<string, unknown>>;
  const status = wire.status ?? metadata.httpStatusCode;
  const message = withoutCanonicalRequest(text(fields.message));
  // The SDK wraps what is no Error of its own realm; of a system error only the message is left then.
  const [, syscall = "", nodeCode = ""] = /\b(connect|getaddrinfo|read|write) (E[A-Z_]+)\b/.exec(message) ?? [];
  return {
    name: text(fields.name) || typeof error,
    message: message || (error instanceof Error ? "no message" : String(error)),
    nodeCode: text(fields.code) || nodeCode,
    syscall: text(fields.syscall) || syscall,
    status: typeof status === "number" ? status : undefined,
    reason: wire.reason ?? "",
    requestId: text(metadata.requestId) || undefined,
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
