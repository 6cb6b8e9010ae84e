/**
 * A request as services see it. What few of them ask for (the query, the payload as a stream, whether the client is still there) is made when
 * they do: a cloud that is measured with answers tens of thousands of requests a second.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { fromBuffer, hasPayload, type Payload, streamPayload } from "./payload";
import type { CloudRequest, Principal, SessionCredentials } from "./service";

const NOTHING: Readonly<Record<string, string>> = {};
const NO_QUERY = new URLSearchParams();

export class Incoming implements CloudRequest {
  readonly method: string;
  readonly rawPath: string;
  /** Behind the `?`, as it came over the wire. */
  readonly rawQuery: string;
  readonly headers: CloudRequest["headers"];
  principal: Principal;
  signingName = "s3";
  session?: SessionCredentials;
  payload?: Buffer;
  private parsedQuery: URLSearchParams | undefined;
  private stream: Payload | undefined;
  private payloadHash = "";
  private gone: AbortController | undefined;
  private isGone = false;

  constructor(
    readonly id: string,
    private readonly req: IncomingMessage,
    private readonly res: ServerResponse,
    anonymous: Principal,
  ) {
    const target = req.url ?? "/";
    const mark = target.indexOf("?");
    this.method = req.method ?? "GET";
    this.rawPath = mark < 0 ? target : target.slice(0, mark);
    this.rawQuery = mark < 0 ? "" : target.slice(mark + 1);
    this.headers = req.headers;
    this.principal = anonymous;
  }

  /** Nobody changes it. */
  get query(): URLSearchParams {
    return (this.parsedQuery ??= this.rawQuery === "" ? NO_QUERY : new URLSearchParams(this.rawQuery));
  }

  get body(): Readable {
    return this.opened().body;
  }

  get trailers(): Readonly<Record<string, string>> {
    return this.stream?.trailers ?? NOTHING;
  }

  get signal(): AbortSignal {
    if (this.gone === undefined) {
      this.gone = new AbortController();
      if (this.isGone || this.isClosed()) this.gone.abort();
      else this.res.once("close", () => this.isClosed() && this.gone?.abort());
    }
    return this.gone.signal;
  }

  /** The client is treated as one that has gone away. */
  abandon(): void {
    this.isGone = true;
    this.gone?.abort();
  }

  /** The payload was read to check the signature. */
  setPayload(whole: Buffer): void {
    this.payload = whole;
  }

  /** The payload is checked while it is read. It comes in from now on: whoever reads it late may find the client gone. */
  setPayloadHash(hash: string): void {
    this.payloadHash = hash;
    if (hasPayload(this.req)) this.opened();
  }

  /** The same request for somebody who acts after the client has gone. */
  later(body: Readable, signal: AbortSignal): CloudRequest {
    const { id, method, rawPath, query, headers, trailers, principal, signingName, session, payload } = this;
    return {
      ...{ id, method, rawPath, query, headers, trailers, principal, signingName, body, signal },
      ...(session && { session }),
      ...(payload && { payload }),
    };
  }

  private opened(): Payload {
    this.stream ??= this.payload === undefined ? streamPayload(this.req, this.payloadHash) : fromBuffer(this.payload);
    return this.stream;
  }

  private isClosed(): boolean {
    return this.res.destroyed && !this.res.writableFinished;
  }
}
