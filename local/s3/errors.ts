/** S3's errors: codes with their status and usual words, and how they look on the wire. */
import { CloudError, type CloudRequest, type Reply } from "../http/service";
import { document, text } from "./xml";

/** Code -> status and message. Source: S3 API Reference, "Error responses", unless a message says otherwise. */
const ERRORS = {
  AccessControlListNotSupported: [400, "The bucket does not allow ACLs"],
  AccessDenied: [403, "Access Denied"],
  AuthorizationHeaderMalformed: [400, "The authorization header is malformed"],
  BadDigest: [400, "The Content-MD5 or checksum value that you specified did not match what the server received."],
  BucketAlreadyOwnedByYou: [409, "Your previous request to create the named bucket succeeded and you already own it."],
  BucketNotEmpty: [409, "The bucket that you tried to delete is not empty."],
  ConditionalRequestConflict: [
    409,
    "The conditional request cannot succeed due to a conflicting operation against this resource.",
  ],
  EntityTooLarge: [400, "Your proposed upload exceeds the maximum allowed size"],
  EntityTooSmall: [400, "Your proposed upload is smaller than the minimum allowed size"],
  IncompleteBody: [400, "You did not provide the number of bytes specified by the Content-Length HTTP header"],
  InternalError: [500, "We encountered an internal error. Please try again."],
  InvalidArgument: [400, "Invalid Argument"],
  InvalidBucketName: [400, "The specified bucket is not valid."],
  InvalidBucketState: [409, "The request is not valid with the current state of the bucket."],
  InvalidDigest: [400, "The Content-MD5 or checksum value that you specified is not valid."],
  InvalidObjectState: [403, "The operation is not valid for the object's storage class"],
  InvalidPart: [
    400,
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
  ],
  InvalidPartOrder: [400, "The list of parts was not in ascending order. Parts must be ordered by part number."],
  InvalidRange: [416, "The requested range is not satisfiable"],
  InvalidRequest: [400, "The request is not valid."],
  InvalidStorageClass: [400, "The storage class you specified is not valid"],
  InvalidURI: [400, "Couldn't parse the specified URI."],
  KeyTooLongError: [400, "Your key is too long"],
  MalformedXML: [400, "The XML you provided was not well-formed or did not validate against our published schema"],
  MaxMessageLengthExceeded: [400, "Your request was too large."],
  MetadataTooLarge: [400, "Your metadata headers exceed the maximum allowed metadata size"],
  MethodNotAllowed: [405, "The specified method is not allowed against this resource."],
  MissingContentLength: [411, "You must provide the Content-Length HTTP header."],
  NoSuchBucket: [404, "The specified bucket does not exist"],
  NoSuchBucketPolicy: [404, "The bucket policy does not exist"],
  NoSuchKey: [404, "The specified key does not exist."],
  NoSuchLifecycleConfiguration: [404, "The lifecycle configuration does not exist"],
  NoSuchUpload: [
    404,
    "The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload might have been aborted or completed.",
  ],
  NoSuchVersion: [404, "The specified version does not exist."],
  NotImplemented: [501, "A header you provided implies functionality that is not implemented"],
  PreconditionFailed: [412, "At least one of the pre-conditions you specified did not hold"],
  RestoreAlreadyInProgress: [409, "Object restore is already in progress"],
  ServiceUnavailable: [503, "Service is unable to handle request."],
  SlowDown: [503, "Please reduce your request rate."],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;

export type S3ErrorCode = keyof typeof ERRORS;

export interface ErrorExtras {
  /** Further elements of the error document. */
  readonly details?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A CloudError that also carries response headers, e.g. `x-amz-delete-marker`. */
export class S3Error extends CloudError {
  constructor(
    status: number,
    code: string,
    message: string,
    details: Readonly<Record<string, string>>,
    readonly headers: Readonly<Record<string, string>>,
  ) {
    super(status, code, message, details);
    this.name = "S3Error";
  }
}

/** The error of that code, ready to throw. */
export function s3Error(code: S3ErrorCode, message?: string, extras: ErrorExtras = {}): S3Error {
  const [status, usual] = ERRORS[code];
  return new S3Error(status, code, message ?? usual, extras.details ?? {}, extras.headers ?? {});
}

/** S3's own words in the status line (API "Error responses": SlowDown, 503 Slow Down): all that a HEAD has to tell it from ServiceUnavailable. */
const REASONS: Readonly<Record<string, string>> = { SlowDown: "Slow Down" };

/** The error as S3 answers it: an `<Error>` document, or no body at all on HEAD. */
export function errorReply(error: CloudError, request: CloudRequest | undefined): Reply {
  const reason = REASONS[error.code];
  const status = { status: error.status, ...(reason === undefined ? {} : { reason }) };
  const headers = { ...(error instanceof S3Error ? error.headers : {}), "content-type": "application/xml" };
  if (request?.method === "HEAD" || error.status === 304) return { ...status, headers };
  return {
    ...status,
    headers,
    body: errorDocument(error.code, error.message, error.details, request?.id ?? ""),
  };
}

function errorDocument(
  code: string,
  message: string,
  details: Readonly<Record<string, string>>,
  requestId: string,
): string {
  const more = Object.entries(details).map(([name, value]) => text(name, value));
  return document("Error", [
    text("Code", code),
    text("Message", message),
    ...more,
    text("RequestId", requestId),
    text("HostId", "local"),
  ]);
}
