import { translate, type WireFacts } from "../../aws/errors";
import type { Effect, ErrorCode } from "../../core/errors";

interface Row {
  /** As thrown: fields of the error. */
  error: Record<string, unknown> & { name: string };
  wire?: WireFacts;
  code: ErrorCode;
  /** For a write; default none. */
  effect?: Effect;
}

const answered = (name: string, status: number, message = "message") => ({
  name,
  message,
  $metadata: { httpStatusCode: status, requestId: "RID" },
});
const bare = (status: number) => answered(status === 404 ? "NotFound" : "Unknown", status, "UnknownError");

const NAMED: readonly (readonly [name: string, status: number, code: ErrorCode, effect?: Effect])[] = [
  ["NoSuchKey", 404, "NoSuchKey"],
  ["NoSuchVersion", 404, "NoSuchKey"],
  ["NoSuchBucket", 404, "NoSuchBucket"],
  ["PermanentRedirect", 301, "NoSuchBucket"],
  ["IllegalLocationConstraintException", 400, "NoSuchBucket"],
  ["NoSuchUpload", 404, "NoSuchUpload"],
  ["InvalidPart", 400, "InvalidPart"],
  ["InvalidPartOrder", 400, "InvalidRequest"],
  ["PreconditionFailed", 412, "PreconditionFailed"],
  ["ConditionalRequestConflict", 409, "PreconditionFailed"],
  ["OperationAborted", 409, "PreconditionFailed"],
  ["InvalidRange", 416, "PreconditionFailed"],
  ["AccessDenied", 403, "AccessDenied"],
  ["AccessDeniedException", 400, "AccessDenied"],
  ["AllAccessDisabled", 403, "AccessDenied"],
  ["KMS.DisabledException", 400, "AccessDenied"],
  ["KmsAccessDenied", 400, "AccessDenied"],
  ["KMS.ThrottlingException", 400, "Throttled"],
  ["KmsThrottled", 400, "Throttled"],
  ["KMS.KMSInternalException", 500, "Unavailable", "unknown"],
  ["InvalidObjectState", 403, "ArchivedObject"],
  ["KeyTooLongError", 400, "KeyRefused"],
  ["InvalidURI", 400, "KeyRefused"],
  ["MetadataTooLarge", 400, "MetadataTooLarge"],
  ["RequestHeaderSectionTooLarge", 400, "MetadataTooLarge"],
  ["EntityTooLarge", 400, "ObjectTooLarge"],
  ["EntityTooSmall", 400, "InvalidRequest"],
  ["BadDigest", 400, "ChecksumMismatch"],
  ["InvalidRequest", 400, "InvalidRequest"],
  ["InvalidArgument", 400, "InvalidRequest"],
  ["NotImplemented", 501, "InvalidRequest"],
  ["MethodNotAllowed", 405, "InvalidRequest"],
  ["SomethingNewOfTheYear", 400, "InvalidRequest"],
  ["SomethingNewOfTheYear", 500, "Unavailable", "unknown"],
  ["SlowDown", 503, "Throttled"],
  ["ThrottlingException", 400, "Throttled"],
  ["RequestLimitExceeded", 503, "Throttled"],
  ["TooManyRequests", 429, "Throttled"],
  ["TooManyRequestsException", 400, "Throttled"],
  ["RequestThrottled", 403, "Throttled"],
  ["OverLimit", 403, "Throttled"],
  ["ServiceUnavailable", 503, "Unavailable", "unknown"],
  ["InternalError", 500, "Unavailable", "unknown"],
  ["InternalError", 503, "Unavailable", "unknown"],
  ["InternalFailure", 500, "Unavailable", "unknown"],
  ["RequestTimeout", 400, "Timeout"],
  ["ExpiredToken", 400, "Credentials"],
  ["ExpiredTokenException", 400, "Credentials"],
  ["InvalidToken", 400, "Credentials"],
  ["InvalidAccessKeyId", 403, "Credentials"],
  ["InvalidClientTokenId", 403, "Credentials"],
  ["UnrecognizedClientException", 400, "Credentials"],
  ["SignatureDoesNotMatch", 403, "Credentials"],
  ["RequestTimeTooSkewed", 403, "Credentials"],
  ["QueueDoesNotExist", 400, "QueueGone"],
  ["AWS.SimpleQueueService.NonExistentQueue", 400, "QueueGone"],
  ["ReceiptHandleIsInvalid", 404, "ReceiptInvalid"],
  ["MessageNotInflight", 400, "ReceiptInvalid"],
  ["AWS.SimpleQueueService.MessageNotInflight", 400, "ReceiptInvalid"],
];

describe("an answer with a name", () => {
  test.each(NAMED.map(([name, status, code, effect = "none"]) => ({ name, status, code, effect })))(
    "$name ($status) is $code, $effect",
    ({ name, status, code, effect }) => {
      const error = answered(name, status);
      const facts = { code, awsName: name, httpStatus: status, requestId: "RID" };
      expect(translate(error, "CopyObject", "write")).toMatchObject({ ...facts, effect });
      expect(translate(error, "ListParts", "read")).toMatchObject({ ...facts, effect: "none" });
    },
  );
});

describe("an answer whose message tells", () => {
  test.each<[string, string, number, ErrorCode]>([
    [
      "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
      "InvalidRequest",
      400,
      "ObjectTooLarge",
    ],
    [
      "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.",
      "InvalidRequest",
      400,
      "CustomerKeyRequired",
    ],
    ["The CRC64NVME checksum algorithm is not supported", "InvalidRequest", 400, "ChecksumUnsupported"],
    [
      "A header you provided implies functionality that is not implemented: x-amz-checksum-algorithm",
      "NotImplemented",
      501,
      "ChecksumUnsupported",
    ],
    ["Checksum Type mismatch occurred", "InvalidRequest", 400, "ChecksumUnsupported"],
    ["The CRC32 you specified did not match the calculated checksum.", "BadDigest", 400, "ChecksumUnsupported"],
    [
      "The provided 'x-amz-mp-object-size' header does not match what was computed.",
      "InvalidRequest",
      400,
      "InvalidPart",
    ],
    ["The specified object key is not valid", "InvalidArgument", 400, "KeyRefused"],
    ["Your key is too long", "InvalidRequest", 400, "KeyRefused"],
    ["The encryption key is wrong", "InvalidRequest", 400, "InvalidRequest"],
    [
      "Value x for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.",
      "InvalidParameterValue",
      400,
      "ReceiptInvalid",
    ],
    [
      "Value x for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds].",
      "InvalidParameterValue",
      400,
      "ReceiptInvalid",
    ],
    ["Value x for parameter DelaySeconds is invalid.", "InvalidParameterValue", 400, "InvalidRequest"],
  ])("%s", (message, name, status, code) => {
    expect(translate(answered(name, status, message), "CopyObject", "write")).toMatchObject({ code, effect: "none" });
  });
});

describe("everything else", () => {
  test.each<[string, Row]>([
    ["HEAD 400", { error: bare(400), code: "Unknown" }],
    ["HEAD 400 under a session", { error: bare(400), wire: { auth: "session" }, code: "Session" }],
    ["HEAD 403", { error: bare(403), code: "AccessDenied" }],
    ["HEAD 404", { error: bare(404), code: "NoSuchKey" }],
    ["HEAD 412", { error: bare(412), code: "PreconditionFailed" }],
    ["HEAD 301", { error: bare(301), code: "NoSuchBucket" }],
    ["HEAD 429", { error: bare(429), code: "Throttled" }],
    ["HEAD 431", { error: bare(431), code: "MetadataTooLarge" }],
    ["HEAD 500", { error: bare(500), code: "Unavailable", effect: "unknown" }],
    [
      "HEAD 503",
      {
        error: bare(503),
        wire: { status: 503, reason: "Service Unavailable" },
        code: "Unavailable",
        effect: "unknown",
      },
    ],
    ["HEAD 503 Slow Down", { error: bare(503), wire: { status: 503, reason: "Slow Down" }, code: "Throttled" }],
    ["502 of a proxy", { error: bare(502), code: "Unavailable", effect: "unknown" }],
    ["504", { error: bare(504), code: "Unavailable", effect: "unknown" }],
    ["an unreadable 200", { error: answered("Error", 200), code: "Unknown", effect: "unknown" }],
    ["an unreadable 400", { error: answered("Error", 400), code: "Unknown" }],
    ["ExpiredToken of a session", { error: answered("ExpiredToken", 400), wire: { auth: "session" }, code: "Session" }],
    ["InvalidToken of a session", { error: answered("InvalidToken", 400), wire: { auth: "session" }, code: "Session" }],
    [
      "AccessDenied under a session",
      { error: answered("AccessDenied", 403), wire: { auth: "session" }, code: "AccessDenied" },
    ],
    [
      "PreconditionFailed inside a 200",
      { error: answered("PreconditionFailed", 503), wire: { status: 200 }, code: "PreconditionFailed" },
    ],
    ["NoSuchKey inside a 200", { error: answered("NoSuchKey", 503), wire: { status: 200 }, code: "NoSuchKey" }],
    [
      "InternalError inside a 200",
      { error: answered("InternalError", 503), wire: { status: 200 }, code: "Unavailable", effect: "unknown" },
    ],
    [
      "SlowDown inside a 200",
      { error: answered("SlowDown", 503), wire: { status: 200 }, code: "Throttled", effect: "unknown" },
    ],
    ["refused", { error: { name: "Error", code: "ECONNREFUSED", syscall: "connect" }, code: "NotConnected" }],
    ["no such host", { error: { name: "Error", code: "ENOTFOUND", syscall: "getaddrinfo" }, code: "NotConnected" }],
    ["DNS is down", { error: { name: "Error", code: "EAI_AGAIN" }, code: "NotConnected" }],
    [
      "connecting timed out in the kernel",
      { error: { name: "TimeoutError", code: "ETIMEDOUT", syscall: "connect" }, code: "NotConnected" },
    ],
    [
      "no route while connecting",
      { error: { name: "Error", code: "EHOSTUNREACH", syscall: "connect" }, code: "NotConnected" },
    ],
    [
      "no route any more",
      { error: { name: "Error", code: "EHOSTUNREACH", syscall: "read" }, code: "Connection", effect: "unknown" },
    ],
    [
      "connecting timed out in the SDK",
      {
        error: {
          name: "TimeoutError",
          message: "the request socket did not establish a connection with the server within",
        },
        code: "NotConnected",
      },
    ],
    ["reset", { error: { name: "Error", code: "ECONNRESET" }, code: "Connection", effect: "unknown" }],
    [
      "reset, as the SDK renames it",
      { error: { name: "TimeoutError", code: "ECONNRESET" }, code: "Connection", effect: "unknown" },
    ],
    ["broken pipe", { error: { name: "TimeoutError", code: "EPIPE" }, code: "Connection", effect: "unknown" }],
    ["socket hang up", { error: { name: "Error", message: "socket hang up" }, code: "Connection", effect: "unknown" }],
    ["timeout", { error: { name: "TimeoutError", message: "exceeded" }, code: "Timeout", effect: "unknown" }],
    ["timeout with code", { error: { name: "TimeoutError", code: "ETIMEDOUT" }, code: "Timeout", effect: "unknown" }],
    ["abort", { error: { name: "AbortError" }, code: "Aborted", effect: "unknown" }],
    ["no credentials", { error: { name: "CredentialsProviderError" }, code: "Credentials" }],
    [
      "a header that cannot be sent",
      { error: { name: "TypeError", code: "ERR_INVALID_CHAR" }, code: "InvalidRequest" },
    ],
    [
      "a mistake of ours",
      { error: { name: "TypeError", message: "x is not a function" }, code: "Unknown", effect: "unknown" },
    ],
  ])("%s", (_, { error, wire, code, effect = "none" }) => {
    const thrown = Object.assign(new Error(), error);
    expect(translate(thrown, "CopyObject", "write", wire)).toMatchObject({ code, effect, cause: thrown });
    expect(translate(thrown, "ListParts", "read", wire)).toMatchObject({ code, effect: "none" });
  });

  test.each([[undefined], [null], ["text"], [42], [{}]])("%p is translated too", (thrown) => {
    expect(translate(thrown, "X", "write")).toMatchObject({ name: "SyncError", code: "Unknown", effect: "unknown" });
  });

  test("a SyncError passes through: a failed CreateSession keeps its own operation and effect", () => {
    const inner = translate(answered("SlowDown", 503), "CreateSession", "read");
    expect(translate(inner, "DeleteObject", "write")).toBe(inner);
  });
});

test("a message that repeats the canonical request keeps its first paragraph only: there are tokens in the rest", () => {
  const canonical =
    "The Canonical String for this request should have been\n'POST\n/\n\nx-amz-security-token:secret\n'";
  const message = `The request signature we calculated does not match.\n\n${canonical}`;
  const error = translate(answered("InvalidSignatureException", 403, message), "ReceiveMessage", "read");
  expect(error.message).toBe("ReceiveMessage: The request signature we calculated does not match.");
});
