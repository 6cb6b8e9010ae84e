/** A tiny HTTP server that records raw requests and plays scripted answers, and the adapters pointed at it. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { makeDestinationClient, makeSourceClient } from "../../aws/clients";
import { makeDestinationBucket } from "../../aws/destination-bucket";
import { makeCall } from "../../aws/call";
import { makeExplainHead } from "../../aws/head";
import { makeLeanDestinationBucket } from "../../aws/lean/destination-bucket";
import { makeS3Transport } from "../../aws/lean/s3-transport";
import { makeLeanSourceBucket } from "../../aws/lean/source-bucket";
import { makeSourceBucket } from "../../aws/source-bucket";
import type { DestinationBucket, SourceBucket } from "../../core/ports";
import { isSyncError, type SyncError } from "../../core/errors";

export const REGION = "eu-north-1";
export const SOURCE = "source";
export const DESTINATION = "dest--eun1-az1--x-s3";
export const CREDENTIALS = { accessKeyId: "AKIATEST", secretAccessKey: "secret" };

export interface Recorded {
  readonly method: string;
  /** As in the request line, byte for byte. */
  readonly target: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** `reset` closes the connection without an answer, `hang` never answers. */
export type Reply =
  | "reset"
  | "hang"
  | {
      readonly status?: number;
      readonly reason?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** Closes the connection behind the body's beginning. */
      readonly truncate?: boolean;
    };

export type Script = (request: Recorded) => Reply | Promise<Reply>;

export interface TestServer {
  readonly endpoint: string;
  /** Without CreateSession. */
  readonly requests: Recorded[];
  readonly sessionRequests: Recorded[];
  script: Script;
  sessionScript: Script;
  readonly close: () => Promise<void>;
}

export const xml = (body: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;
export const errorBody = (code: string, message = "message"): string =>
  xml(`<Error><Code>${code}</Code><Message>${message}</Message><RequestId>RID</RequestId></Error>`);

export const sessionAnswer = (token: string, expiresInMs = 300_000): Reply => ({
  body: xml(
    `<CreateSessionResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey>` +
      `<SessionToken>${token}</SessionToken><Expiration>${new Date(Date.now() + expiresInMs).toISOString()}</Expiration>` +
      `</Credentials></CreateSessionResult>`,
  ),
});

export async function startServer(script: Script = () => ({})): Promise<TestServer> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: target = "", headers } = request;
      const recorded = { method, target, headers, body: Buffer.concat(chunks).toString("utf8") };
      void answer(recorded, request, response);
    });
  });
  const answer = async (recorded: Recorded, request: http.IncomingMessage, response: http.ServerResponse) => {
    const isSession = /\?(.*&)?session(=|&|$)/.test(recorded.target);
    (isSession ? state.sessionRequests : state.requests).push(recorded);
    const reply = await (isSession ? state.sessionScript : state.script)(recorded);
    if (reply === "hang") return;
    if (reply === "reset") {
      request.socket.destroy();
      return;
    }
    response.statusCode = reply.status ?? 200;
    if (reply.reason !== undefined) response.statusMessage = reply.reason;
    // Node decodes a Content-Disposition that follows a Content-Length as UTF-8 and so spoils it; other servers do not.
    const { "content-length": length, ...headers } = reply.headers ?? {};
    const inOrder = length === undefined ? headers : { ...headers, "content-length": length };
    for (const [name, value] of Object.entries(inOrder)) response.setHeader(name, value);
    if (reply.truncate === true) {
      response.write(reply.body);
      setTimeout(() => request.socket.destroy(), 20);
    } else response.end(recorded.method === "HEAD" ? undefined : reply.body);
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  let sessions = 0;
  const state: TestServer = {
    endpoint: `http://127.0.0.1:${port}`,
    requests: [],
    sessionRequests: [],
    script,
    sessionScript: () => sessionAnswer(`token-${++sessions}`),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return state;
}

export interface Adapters {
  readonly source: SourceBucket;
  readonly destination: DestinationBucket;
  readonly destroy: () => void;
}

/** Both carry the same ports; what holds for one holds for the other. */
export const TRANSPORTS = ["sdk", "lean"] as const;
export type Transport = (typeof TRANSPORTS)[number];

export interface AdapterOptions {
  readonly slots?: number;
  readonly kmsKeyArn?: string;
  readonly source?: string;
  readonly transport?: Transport;
}

export function makeAdapters(endpoint: string, options: AdapterOptions = {}): Adapters {
  const { slots = 4, kmsKeyArn, source = SOURCE, transport = "sdk" } = options;
  const clientOptions = { region: REGION, endpoint, credentials: CREDENTIALS, slots };
  const sourceClient = makeSourceClient(clientOptions, source);
  const { client, sessions, destroy } = makeDestinationClient(clientOptions);
  const encryption = kmsKeyArn === undefined ? {} : { kmsKeyArn };
  const sdk = {
    source: makeSourceBucket({ client: sourceClient, name: source }),
    destination: makeDestinationBucket({ client, sessions, name: DESTINATION, sourceBucket: source, ...encryption }),
  };
  const destroyClients = (): void => {
    sourceClient.destroy();
    destroy();
  };
  if (transport === "sdk") return { ...sdk, destroy: destroyClients };
  const common = { region: REGION, maxConnections: slots + 32 };
  const toSource = makeS3Transport({ ...common, client: sourceClient, bucket: source, service: "s3" });
  const toDestination = makeS3Transport({ ...common, client, sessions, bucket: DESTINATION, service: "s3express" });
  return {
    source: makeLeanSourceBucket({
      sdk: sdk.source,
      transport: toSource,
      explain: makeExplainHead(makeCall(sourceClient), source),
    }),
    destination: makeLeanDestinationBucket({
      sdk: sdk.destination,
      transport: toDestination,
      explain: makeExplainHead(makeCall(client), DESTINATION),
      sourceBucket: source,
      ...encryption,
    }),
    destroy: () => {
      toSource.destroy();
      toDestination.destroy();
      destroyClients();
    },
  };
}

/** A signal that never aborts. */
export const signal = (): AbortSignal => new AbortController().signal;

/** The SyncError a call rejects with; anything else fails the test. */
export async function rejection(work: Promise<unknown>): Promise<SyncError> {
  const error: unknown = await work.then(
    () => {
      throw new Error("expected a rejection");
    },
    (reason: unknown) => reason,
  );
  if (!isSyncError(error)) throw error instanceof Error ? error : new Error(String(error));
  return error;
}

/** Keys with everything that goes wrong in paths, and how a path has to spell them. */
export const ODD_KEYS: readonly (readonly [name: string, key: string, path: string])[] = [
  ["with a space", "a b", "a%20b"],
  ["with a plus", "a+b", "a%2Bb"],
  ["with a percent escape", "a%20b", "a%2520b"],
  ["beyond ASCII", "日本/ü", "%E6%97%A5%E6%9C%AC/%C3%BC"],
  ["with a double slash", "a//b", "a//b"],
  ["with ..", "a/../b", "a/../b"],
  ["with .", "a/./b", "a/./b"],
  ["with URL delimiters", "x?y#z&w=v;u", "x%3Fy%23z%26w%3Dv%3Bu"],
  ["with an emoji", "😀.txt", "%F0%9F%98%80.txt"],
  ["with what encodeURIComponent leaves alone", "!'()*~-_.", "%21%27%28%29%2A~-_."],
  ["with a slash in front", "/lead", "/lead"],
  ["with a slash at the end", "trail/", "trail/"],
  ["of 1,024 characters", "k".repeat(1024), "k".repeat(1024)],
  ["of 512 characters and 1,024 bytes", "ü".repeat(512), "%C3%BC".repeat(512)],
];

/** The target without the SDK's own mark (`x-id`), which means nothing to S3. */
export function targetOf({ target }: Recorded): string {
  return target.replace(/([?&])x-id=\w+&?/, "$1").replace(/[?&]$/, "");
}

/** Method, path and query of a request; the order of the query's fields means nothing. */
export function line(request: Recorded): string {
  const [path = "", query = ""] = targetOf(request).split("?", 2);
  return `${request.method} ${path}?${query.split("&").sort().join("&")}`;
}
