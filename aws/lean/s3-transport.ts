/**
 * S3 requests without the SDK: signed with cached keys, sent over connections of our own, answered as an `Answer` or a
 * `SyncError`. What a request means is the business of source-bucket.ts and destination-bucket.ts.
 */
import { HeadObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { validateHeaderName, validateHeaderValue } from "node:http";
import { encodePath } from "../../core/keys";
import { orAbort } from "../call";
import { translate } from "../errors";
import type { Sessions } from "../sessions";
import { type RawHeaders, toWireForm } from "../wire-headers";
import type { Answer } from "./answer-reader";
import { makeDial } from "./dial";
import { type Endpoint, resolveEndpoint } from "./endpoint";
import { makePool, type Pool } from "./pool";
import { EMPTY_SHA256, makeSigner, sha256Hex, type Signer, type SigningCredentials } from "./signer";
import { readFlatXml } from "./xml";
import type { CancelSignal } from "../../core/ports";

export interface S3TransportOptions {
  /** Says where the bucket is and who signs; its rare calls go through it. */
  readonly client: S3Client;
  readonly bucket: string;
  readonly region: string;
  /** s3 for a general purpose bucket, s3express for a directory bucket. */
  readonly service: "s3" | "s3express";
  /** Of a directory bucket. */
  readonly sessions?: Sessions;
  readonly maxConnections: number;
}

export interface S3Request {
  /** API name, for errors. */
  readonly operation: string;
  readonly kind: "read" | "write";
  readonly method: string;
  readonly key: string;
  /** Sorted by name, values percent-encoded; "" for none. */
  readonly query?: string;
  readonly headers?: RawHeaders;
  readonly body?: Buffer;
  /** Signed with a session of the directory bucket; copies never are (facts 1.9). */
  readonly session?: boolean;
  /** The caller reads the body of a success by itself, which has no `fields` then. */
  readonly isLarge?: boolean;
}

export interface S3Answer extends Answer {
  /** Of the body, when it is XML with a root. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface S3Transport {
  /** @throws SyncError for everything but a 2xx without an error in its body */
  send(request: S3Request, signal: CancelSignal): Promise<S3Answer>;
  destroy(): void;
}

interface Place {
  readonly endpoint: Endpoint;
  /** What stands before the slash and the key. */
  readonly basePath: string;
  readonly pool: Pool;
}

interface Ready {
  readonly place: Place;
  readonly credentials: SigningCredentials;
  readonly signer: Signer;
}

export function makeS3Transport(options: S3TransportOptions): S3Transport {
  const { client, bucket, region, service, sessions, maxConnections } = options;
  const plain = makeSigner({ region, service });
  const inSession = makeSigner({ region, service, tokenHeader: "x-amz-s3session-token" });
  let place: Promise<Place> | undefined;
  let found: Place | undefined;
  let known: Identity | undefined;
  let destroyed = false;

  /** Where the bucket is; a failure to find out is not remembered. */
  function located(): Promise<Place> {
    place ??= locate(client, bucket)
      .then(({ endpoint, basePath }) => {
        const pool = makePool({ dial: makeDial(endpoint), maxConnections });
        if (destroyed) pool.destroy();
        return (found = { endpoint, basePath, pool });
      })
      .catch((error: unknown) => {
        place = undefined;
        throw error;
      });
    return place;
  }

  /** The credentials as long as the SDK would not renew them either: most requests need not wait for anything. */
  function knownCredentials(): Identity | undefined {
    if (known === undefined) return undefined;
    const { expiration } = known;
    return expiration === undefined || expiration.getTime() - Date.now() > RENEWED_BEFORE_MS ? known : undefined;
  }

  async function identity(session: boolean): Promise<Pick<Ready, "credentials" | "signer">> {
    const base = (known = await client.config.credentials());
    if (!session || sessions === undefined) return { credentials: base, signer: plain };
    const own = {
      accessKeyId: base.accessKeyId,
      secretAccessKey: base.secretAccessKey,
      ...(base.sessionToken === undefined ? {} : { sessionToken: base.sessionToken }),
    };
    return { credentials: await sessions.getS3ExpressIdentity(own, { Bucket: bucket }), signer: inSession };
  }

  /** What most requests need is known: they need not wait for it. */
  function readyNow(session: boolean): Ready | undefined {
    const credentials = session ? undefined : knownCredentials();
    return found === undefined || credentials === undefined ? undefined : { place: found, credentials, signer: plain };
  }

  async function readyLater(session: boolean, signal: CancelSignal): Promise<Ready> {
    const at = found ?? (await orAbort(located(), signal));
    return { place: at, ...(await orAbort(identity(session), signal)) };
  }

  /** By the frozen headers of requests: what is sent of them. */
  const prepared = new Map<RawHeaders, Readonly<Record<string, string>>>();

  function wireHeaders(headers: RawHeaders, host: string): Readonly<Record<string, string>> {
    const known = prepared.get(headers);
    if (known !== undefined) return known;
    const wire = sendable(headers);
    wire["host"] = host;
    if (Object.isFrozen(headers)) prepared.set(headers, Object.freeze(wire));
    return wire;
  }

  function exchange({ place, credentials, signer }: Ready, request: S3Request, signal: CancelSignal): Promise<Answer> {
    const { endpoint, basePath, pool } = place;
    const { method, query = "", body } = request;
    const headers = wireHeaders(request.headers ?? NO_HEADERS, endpoint.authority);
    const path = `${basePath}/${encodePath(request.key)}`;
    const payloadHash = body === undefined ? EMPTY_SHA256 : sha256Hex(body);
    const lines = signer.signedLines({ method, path, query, headers, payloadHash }, credentials, Date.now());
    const head = headText(method, path, query, lines, body?.length ?? 0);
    return pool.exchange(body === undefined ? { method, head } : { method, head, body }, signal);
  }

  async function send(request: S3Request, signal: CancelSignal): Promise<S3Answer> {
    const { operation, kind, session = false } = request;
    let token: string | undefined;
    let answer: Answer | undefined;
    try {
      const ready = readyNow(session) ?? (await readyLater(session, signal));
      if (session) token = ready.credentials.sessionToken;
      answer = await exchange(ready, request, signal);
      return successOf(answer, request.isLarge === true);
    } catch (thrown) {
      const error = translate(thrown, operation, kind, {
        auth: session ? "session" : "credentials",
        status: answer?.status,
        reason: answer?.reason,
      });
      if (error.code === "Session" && token !== undefined) sessions?.invalidate(bucket, token);
      throw error;
    }
  }

  return {
    send,
    destroy() {
      destroyed = true;
      void place?.then(({ pool }) => pool.destroy()).catch(() => undefined);
    },
  };
}

interface Identity extends SigningCredentials {
  readonly expiration?: Date | undefined;
}

/** As the SDK has it: credentials with less than five minutes left are renewed. */
const RENEWED_BEFORE_MS = 300_000;

const PROBE_KEY = "key";

async function locate(client: S3Client, bucket: string): Promise<Omit<Place, "pool">> {
  const probe = new HeadObjectCommand({ Bucket: bucket, Key: PROBE_KEY });
  const endpoint = await resolveEndpoint((command: HeadObjectCommand) => client.send(command), probe);
  return { endpoint, basePath: endpoint.path.slice(0, -`/${PROBE_KEY}`.length) };
}

/** Names that Node has taken already; those of user metadata are anybody's, so there is a bound. */
const takenNames = new Set<string>();
const MOST_NAMES = 500;
/** Needs neither a look at its characters nor another form. */
const PLAIN_VALUE = /^[\t\x20-\x7e]*$/;

const NO_HEADERS: RawHeaders = Object.freeze({});

/** @throws what Node throws for headers that must not be sent; values are put into wire form */
function sendable(headers: RawHeaders): Record<string, string> {
  const wire: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name] ?? "";
    if (!takenNames.has(name)) {
      validateHeaderName(name);
      if (takenNames.size < MOST_NAMES) takenNames.add(name);
    }
    const isPlain = PLAIN_VALUE.test(value);
    const sent = isPlain ? value : toWireForm(value);
    wire[name.toLowerCase()] = sent;
    if (!isPlain) validateHeaderValue(name, sent);
  }
  return wire;
}

/** @param lines the headers */
function headText(method: string, path: string, query: string, lines: string, bodyBytes: number): string {
  // A request without a body says so, or a server may wait for one.
  const length = method === "PUT" || method === "POST" ? `content-length: ${bodyBytes}\r\n` : "";
  return `${method} ${path}${query === "" ? "" : `?${query}`} HTTP/1.1\r\n${lines}${length}\r\n`;
}

/** @throws an error with S3's own name, also when it stands in the body of a 200 */
function successOf(answer: Answer, isLarge: boolean): S3Answer {
  const isSuccess = answer.status >= 200 && answer.status < 300;
  if (isSuccess && (answer.body.length === 0 || (isLarge && !isError(answer.body))))
    return { ...answer, fields: NO_HEADERS };
  const xml = answer.body.length === 0 ? undefined : readFlatXml(answer.body.toString("utf8"));
  if (isSuccess && xml !== undefined && xml.root !== "Error") return { ...answer, fields: xml.fields };
  const { Code, Message, RequestId } = xml?.root === "Error" ? xml.fields : {};
  throw Object.assign(new Error(Message ?? `an answer with the status ${answer.status}`), {
    name: Code ?? "Unknown",
    $metadata: { httpStatusCode: answer.status, requestId: RequestId ?? answer.headers["x-amz-request-id"] },
  });
}

const LONGEST_PROLOG = 200;

/** By its root element, without reading the rest. */
function isError(body: Buffer): boolean {
  return /^\s*(?:<\?xml[^>]*\?>\s*)?<Error[\s>]/.test(body.toString("latin1", 0, LONGEST_PROLOG));
}
