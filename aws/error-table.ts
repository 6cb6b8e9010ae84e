/**
 * Every error name of AWS, the SDK and Node that we know, and what it is to us. Data for aws/errors.ts.
 * Sources: S3 API "Error responses", SQS API reference, and the SDK itself.
 */
import type { ErrorCode } from "../core/errors";

/**
 * Names that come with an answer of the service. Under session authentication a name of {@link CREDENTIAL_NAMES} is about
 * the session and not about the credentials.
 */
export const SERVICE_ERROR_NAMES: Readonly<Record<string, ErrorCode>> = {
  NoSuchKey: "NoSuchKey",
  NotFound: "NoSuchKey",
  NoSuchVersion: "NoSuchKey",
  PreconditionFailed: "PreconditionFailed",
  ConditionalRequestConflict: "PreconditionFailed",
  OperationAborted: "PreconditionFailed",
  InvalidRange: "PreconditionFailed",
  NoSuchUpload: "NoSuchUpload",
  InvalidPart: "InvalidPart",
  NoSuchBucket: "NoSuchBucket",
  PermanentRedirect: "NoSuchBucket",
  IllegalLocationConstraintException: "NoSuchBucket",
  AccessDenied: "AccessDenied",
  AccessDeniedException: "AccessDenied",
  AllAccessDisabled: "AccessDenied",
  AccountProblem: "AccessDenied",
  InvalidObjectState: "ArchivedObject",
  KeyTooLongError: "KeyRefused",
  KeyTooLong: "KeyRefused",
  InvalidURI: "KeyRefused",
  InvalidKey: "KeyRefused",
  MetadataTooLarge: "MetadataTooLarge",
  RequestHeaderSectionTooLarge: "MetadataTooLarge",
  EntityTooLarge: "ObjectTooLarge",
  BadDigest: "ChecksumMismatch",
  InvalidDigest: "ChecksumMismatch",
  XAmzContentChecksumMismatch: "ChecksumMismatch",
  SlowDown: "Throttled",
  SlowDownRead: "Throttled",
  SlowDownWrite: "Throttled",
  Throttling: "Throttled",
  ThrottlingException: "Throttled",
  ThrottledException: "Throttled",
  RequestLimitExceeded: "Throttled",
  RequestThrottled: "Throttled",
  RequestThrottledException: "Throttled",
  TooManyRequests: "Throttled",
  TooManyRequestsException: "Throttled",
  BandwidthLimitExceeded: "Throttled",
  OverLimit: "Throttled",
  "AWS.SimpleQueueService.OverLimit": "Throttled",
  ServiceUnavailable: "Unavailable",
  ServiceUnavailableException: "Unavailable",
  InternalError: "Unavailable",
  InternalFailure: "Unavailable",
  InternalServerError: "Unavailable",
  Busy: "Unavailable",
  RequestTimeout: "Timeout",
  RequestTimeoutException: "Timeout",
  QueueDoesNotExist: "QueueGone",
  "AWS.SimpleQueueService.NonExistentQueue": "QueueGone",
  QueueDeletedRecently: "QueueGone",
  ReceiptHandleIsInvalid: "ReceiptInvalid",
  MessageNotInflight: "ReceiptInvalid",
  "AWS.SimpleQueueService.MessageNotInflight": "ReceiptInvalid",
  InvalidRequest: "InvalidRequest",
  InvalidArgument: "InvalidRequest",
  InvalidParameterValue: "InvalidRequest",
  NotImplemented: "InvalidRequest",
  MethodNotAllowed: "InvalidRequest",
  EntityTooSmall: "InvalidRequest",
  InvalidPartOrder: "InvalidRequest",
  MalformedXML: "InvalidRequest",
};

/** The request was signed with something the service does not take (any more). */
export const CREDENTIAL_NAMES: ReadonlySet<string> = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "TokenRefreshRequired",
  "InvalidToken",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "SignatureDoesNotMatch",
  "InvalidSignatureException",
  "IncompleteSignature",
  "AuthorizationHeaderMalformed",
  "InvalidSecurity",
  "MissingAuthenticationToken",
  "RequestTimeTooSkewed",
  "RequestExpired",
  "NotSignedUp",
]);

/** Thrown on our side before anything was sent: no credentials could be had. */
export const CREDENTIAL_PROVIDER_NAMES: ReadonlySet<string> = new Set([
  "CredentialsProviderError",
  "TokenProviderError",
]);

/** Node's `code` of errors after which certainly nothing was sent: there was no connection to send it on. */
export const NOT_CONNECTED_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
]);

/** Node's `code` of headers it refuses to send. */
export const UNSENDABLE_CODES: ReadonlySet<string> = new Set(["ERR_INVALID_CHAR", "ERR_INVALID_HTTP_TOKEN"]);

/** Node's `code` of errors on a connection that existed. */
export const BROKEN_CONNECTION_CODES: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "ERR_STREAM_PREMATURE_CLOSE",
  // An answer that is no proper HTTP.
  "EPROTO",
]);

/**
 * One error name, many meanings: only the message tells. First match wins; applied when the table says InvalidRequest,
 * ChecksumMismatch or nothing.
 */
export const MESSAGE_RULES: readonly (readonly [pattern: RegExp, code: ErrorCode])[] = [
  [/maximum allowable size for a copy source/i, "ObjectTooLarge"],
  [/server.side encryption.*(correct parameters|customer.provided)|customer.provided.*key/i, "CustomerKeyRequired"],
  [/checksum|\bcrc-?(32|64)/i, "ChecksumUnsupported"],
  [/\b(mpu?|multipart upload)[ -]?object[ -]?size/i, "InvalidPart"],
  [
    /receipt ?handle|visibility ?timeout.*(total|maximum|exceed|expired|beyond|left)|message.*(not in flight|expired)/i,
    "ReceiptInvalid",
  ],
  [
    /\bobject key\b|\b(invalid|specified|your) key\b|\bkey (name|contains|must|cannot|is (too long|invalid|not valid))/i,
    "KeyRefused",
  ],
];

/** HEAD answers have no body, so the SDK calls them `Unknown` (404: `NotFound`). */
export const BARE_STATUS_CODES: Readonly<Record<number, ErrorCode>> = {
  401: "AccessDenied",
  403: "AccessDenied",
  404: "NoSuchKey",
  408: "Timeout",
  409: "PreconditionFailed",
  412: "PreconditionFailed",
  429: "Throttled",
  431: "MetadataTooLarge",
};
