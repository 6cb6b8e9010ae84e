/**
 * SDK clients the way this project needs them.
 *
 * One attempt per call: a retry inside the SDK would hide a write of unknown outcome (rule 3). `AWS_ENDPOINT_URL*`, region
 * and credentials from the environment keep working: `endpoint` and `credentials` are only set when given.
 */
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";
import { makeHandler } from "./agents";
import { createSessionWith, makeSessions, type Sessions } from "./sessions";

export interface ClientOptions {
  readonly region: string;
  /** Overrides `AWS_ENDPOINT_URL*`; for tests and tools. */
  readonly endpoint?: string;
  /** Default: the SDK's chain (task role, environment, profile). */
  readonly credentials?: NonNullable<S3ClientConfig["credentials"]>;
}

/**
 * The SDK would rather go to the host in a queue's address than to `AWS_ENDPOINT_URL*`, and say so in plain text at every call. The
 * address names the queue; where SQS is, the environment says.
 */
export const QUEUE_ENDPOINT = { useQueueUrlAsEndpoint: false } as const;

export interface S3ClientOptions extends ClientOptions {
  /** Requests meant to be in flight at once. */
  readonly slots: number;
}

/** Sockets beyond the slots: HEADs, deletes and probes beside the copies. */
const SOCKET_HEADROOM = 32;

const MINUTE_MS = 60_000;

/** Longer than any deadline a caller sets: the write bound of a Complete is 15 min, that of a 5 GiB copy about 10 min. */
const WRITE_BACKSTOP_MS = 20 * MINUTE_MS;

const READ_BACKSTOP_MS = MINUTE_MS;

/** For the general purpose bucket; only reads. */
export function makeSourceClient(options: S3ClientOptions, bucket: string): S3Client {
  return new S3Client({
    ...s3Config(options, READ_BACKSTOP_MS),
    // A dot in the name breaks the TLS certificate's wildcard in the virtual-hosted form.
    forcePathStyle: bucket.includes(".") || options.endpoint !== undefined,
  });
}

export interface DestinationClient {
  readonly client: S3Client;
  readonly sessions: Sessions;
  readonly destroy: () => void;
}

/** For the directory bucket: with sessions of our own (aws/sessions.ts), which are made on a second, plain client. */
export function makeDestinationClient(options: S3ClientOptions): DestinationClient {
  const sessionClient = new S3Client({ ...s3Config({ ...options, slots: 0 }, 10_000), forcePathStyle: true });
  const sessions = makeSessions({ create: createSessionWith(sessionClient), now: Date.now });
  const client = new S3Client({
    ...s3Config(options, WRITE_BACKSTOP_MS),
    forcePathStyle: true,
    s3ExpressIdentityProvider: sessions,
    // Otherwise the SDK signs session requests for "s3" until this client has signed a plain request for "s3express".
    ...({ signingName: "s3express" } as const),
  });
  const destroy = (): void => {
    client.destroy();
    sessionClient.destroy();
  };
  return { client, sessions, destroy };
}

/** As makeQueue takes them; each has its own connections, so a heartbeat never waits behind a long poll. */
export interface QueueClients {
  /** Deletes and sends. */
  readonly client: SQSClient;
  readonly polling: SQSClient;
  readonly heartbeat: SQSClient;
  readonly destroy: () => void;
}

export function makeQueueClients(options: ClientOptions & { readonly receivers: number }): QueueClients {
  // A long poll is silent for 20 s.
  const polling = new SQSClient(sqsConfig(options, options.receivers + 2, 40_000));
  const client = new SQSClient(sqsConfig(options, 32, 15_000));
  const heartbeat = new SQSClient(sqsConfig(options, 16, 15_000));
  const destroy = (): void => {
    for (const each of [client, polling, heartbeat]) each.destroy();
  };
  return { client, polling, heartbeat, destroy };
}

/** One client for tools that do a little of everything. */
export function makeQueueClient(options: ClientOptions): SQSClient {
  return new SQSClient(sqsConfig(options, 16, 40_000));
}

function s3Config(options: S3ClientOptions, timeoutMs: number): S3ClientConfig {
  return {
    ...common(options),
    requestHandler: makeHandler({
      maxSockets: options.slots + SOCKET_HEADROOM,
      requestTimeoutMs: timeoutMs,
      socketTimeoutMs: timeoutMs,
    }),
    followRegionRedirects: false,
    // No checksums of request bodies: a copy has none, and CreateMultipartUpload must only name one that was asked for.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  };
}

function sqsConfig(options: ClientOptions, maxSockets: number, timeoutMs: number): SQSClientConfig {
  return {
    ...common(options),
    ...QUEUE_ENDPOINT,
    requestHandler: makeHandler({ maxSockets, requestTimeoutMs: timeoutMs, socketTimeoutMs: timeoutMs }),
  };
}

function common(options: ClientOptions): Pick<S3ClientConfig, "region" | "maxAttempts" | "endpoint" | "credentials"> {
  return {
    region: options.region,
    maxAttempts: 1,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  };
}
