/** What a simulated AWS service is to the HTTP front of the local cloud. Types only. */
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";

/** As the credential scope names them. */
export type ServiceName =
  "s3" | "sqs" | "ecs" | "lambda" | "events" | "logs" | "monitoring" | "ec2" | "servicequotas" | "sts" | "kms";

/** Somebody who signs requests. `name` is what the request log shows ("worker", "starter", "operator", ...). */
export interface Principal {
  readonly name: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** For temporary credentials: must then come as `x-amz-security-token`. */
  readonly sessionToken?: string;
}

/** Credentials that CreateSession gave out: S3's answer to "who is this access key?". */
export interface SessionCredentials {
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Who created the session; the log shows this name. */
  readonly principal: Principal;
  /** The only bucket the session is good for. The service compares it with the bucket of the request. */
  readonly bucket: string;
}

/** One request whose signature has been checked. */
export interface CloudRequest {
  /** Unique in this cloud; answered as `x-amz-request-id`. */
  readonly id: string;
  readonly method: string;
  /** The request target up to `?`, exactly as it came over the wire: never normalised, still percent-encoded. */
  readonly rawPath: string;
  /** Decoded query parameters; a parameter without `=` has the value "". */
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The payload, with `aws-chunked` framing and trailers already taken off. Not yet read. */
  readonly body: Readable;
  /** Headers that came as an `aws-chunked` trailer (checksums), available once `body` has ended. */
  readonly trailers: Readonly<Record<string, string>>;
  readonly principal: Principal;
  /** The service name in the credential scope: "s3" or "s3express" for S3. */
  readonly signingName: string;
  /** Aborted when the client goes away: a long poll must not take a message for nobody. */
  readonly signal: AbortSignal;
  /** Set when the request was signed with session credentials (`x-amz-s3session-token`). */
  readonly session?: SessionCredentials;
  /** The whole payload, where the front had to read it to check the signature (every service but S3). */
  readonly payload?: Buffer;
}

export interface Reply {
  readonly status: number;
  /** The reason phrase; default HTTP's own for the status. */
  readonly reason?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | Readable;
}

/** What a request asks for, known before anything is done, so that faults and the log can name it. */
export interface Route {
  /** AWS API name, e.g. "CopyObject", "ReceiveMessage". */
  readonly operation: string;
  /** Bucket or queue name, cluster, function. */
  readonly resource?: string;
  /** Object key, for S3 object operations. */
  readonly key?: string;
  /** A second resource that is read: "bucket/key" of a copy source. */
  readonly source?: string;
}

export interface Service {
  readonly name: ServiceName;
  /** Pure: undefined means an unknown operation, which is answered `NotImplemented` (501), never a silent 200. */
  route(request: CloudRequest): Route | undefined;
  handle(request: CloudRequest, route: Route): Promise<Reply>;
  /** An error in this service's wire protocol. */
  errorReply(error: CloudError, request: CloudRequest | undefined): Reply;
  /** S3 only: looks up an access key that CreateSession gave out. */
  sessionPrincipal?(accessKeyId: string): SessionCredentials | "expired" | undefined;
}

/** Thrown by a service to answer an AWS error. */
export class CloudError extends Error {
  constructor(
    readonly status: number,
    /** AWS error code, e.g. "NoSuchKey". */
    readonly code: string,
    message: string,
    /** Further elements of the error document. */
    readonly details: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = "CloudError";
  }
}
