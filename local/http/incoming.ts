/**
 * A request as services see it. What few of them ask for (the query, the payload as a stream, whether the client is still there) is made when
 * they do: a cloud that is measured with answers tens of thousands of requests a second.
 */
import type { Readable } from "node:stream";
import { fromBuffer, type Payload, streamPayload } from "./payload";
import type { CloudRequest, Principal, SessionCredentials } from "./service";
import type { Wire } from "./wire";

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
  private isAbandoned = false;

  constructor(
    readonly id: string,
    private readonly wire: Wire,
    anonymous: Principal,
  ) {
    const { target } = wire;
    const mark = target.indexOf("?");
    this.method = wire.method;
    this.rawPath = mark < 0 ? target : target.slice(0, mark);
    this.rawQuery = mark < 0 ? "" : target.slice(mark + 1);
    this.headers = wire.headers;
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
      if (this.isAbandoned || this.wire.isGone()) this.gone.abort();
      else this.wire.onGone(() => this.gone?.abort());
    }
    return this.gone.signal;
  }

  /** The client is treated as one that has gone away. */
  abandon(): void {
    this.isAbandoned = true;
    this.gone?.abort();
  }

  /** The payload was read to check the signature. */
  setPayload(whole: Buffer): void {
    this.payload = whole;
  }

  /** The payload is checked while it is read. It comes in from now on: whoever reads it late may find the client gone. */
  setPayloadHash(hash: string): void {
    this.payloadHash = hash;
    if (this.wire.whole === undefined) this.opened();
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
    this.stream ??= this.payload === undefined ? streamPayload(this.wire, this.payloadHash) : fromBuffer(this.payload);
    return this.stream;
  }
}
