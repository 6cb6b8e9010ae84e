/**
 * Reads HTTP/1.1 answers from the bytes of one connection. Strict (RFC 9112): whatever could make two readers disagree about
 * where an answer ends is an error, never a guess, so that no byte of one answer is ever taken for another's.
 */

export interface Answer {
  readonly status: number;
  readonly reason: string;
  /** Names in lower case; bytes as latin1 characters, which is the wire form the ports carry. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Whether the server lets the connection be used again. */
  readonly keepAlive: boolean;
}

export interface ReaderLimits {
  readonly headBytes: number;
  readonly bodyBytes: number;
}

const DEFAULT_LIMITS: ReaderLimits = { headBytes: 64 * 1024, bodyBytes: 16 * 1024 * 1024 };
/** More interim answers than any server sends (100 Continue, 103 Early Hints). */
const MAX_INTERIM = 16;
const MAX_CHUNK_LINE = 1024;
const EMPTY = Buffer.alloc(0);
const CR = 13;
const LF = 10;

type Framing =
  | { readonly kind: "length"; left: number }
  | { readonly kind: "chunked"; state: "size" | "data" | "data-end" | "trailer"; left: number }
  | { readonly kind: "until-close" };

interface Head extends Omit<Answer, "body"> {
  body: Buffer;
}

/** The answer broke the protocol: the connection must not be used again, and what the request did is unknown. */
export function protocolError(message: string): Error {
  return Object.assign(new Error(`the answer is no proper HTTP: ${message}`), { code: "EPROTO", syscall: "read" });
}

export class AnswerReader {
  private method: string | undefined;
  private input: Buffer = EMPTY;
  private head: Head | undefined;
  private framing: Framing | undefined;
  private readonly chunks: Buffer[] = [];
  private bodyBytes = 0;
  private trailerBytes = 0;
  private interim = 0;

  constructor(private readonly limits: ReaderLimits = DEFAULT_LIMITS) {}

  /** A request of this method was sent; exactly one answer is awaited from here on. */
  begin(method: string): void {
    if (this.method !== undefined) throw new Error("an answer is still awaited");
    if (this.input.length > 0) throw protocolError("bytes before the request");
    this.method = method;
  }

  /**
   * The answer once it is complete. Nothing of `bytes` is kept: what is still needed is copied.
   * @throws Error (code EPROTO) when the bytes are no proper answer, or when none was awaited
   */
  feed(bytes: Buffer): Answer | undefined {
    if (this.method === undefined) throw protocolError("bytes that nobody asked for");
    const isLent = this.input.length === 0;
    this.input = isLent ? bytes : Buffer.concat([this.input, bytes]);
    const answer = this.advance();
    if (isLent && this.input.length > 0) this.input = Buffer.from(this.input);
    return answer;
  }

  /** The server closed the connection: only an answer that is delimited by that is complete. */
  close(): Answer | undefined {
    return this.framing?.kind === "until-close" ? this.finish() : undefined;
  }

  /** Whether bytes are left that belong to no answer. */
  get hasLeftover(): boolean {
    return this.input.length > 0;
  }

  private advance(): Answer | undefined {
    while (this.head === undefined) {
      const head = this.readHead();
      if (head === undefined) return undefined;
      if (head.status < 200) {
        if (head.status === 101 || ++this.interim > MAX_INTERIM) throw protocolError(`interim answer ${head.status}`);
        continue;
      }
      this.head = head;
      this.framing = framingOf(this.method ?? "", head);
    }
    return this.readBody() ? this.finish() : undefined;
  }

  private readHead(): Head | undefined {
    const end = this.input.indexOf("\r\n\r\n");
    if (end < 0 || end > this.limits.headBytes) {
      if (this.input.length > this.limits.headBytes)
        throw protocolError(`a head of more than ${this.limits.headBytes} bytes`);
      return undefined;
    }
    const text = this.input.toString("latin1", 0, end);
    this.input = this.input.subarray(end + 4);
    return parseHead(text);
  }

  /** True once the body is complete. */
  private readBody(): boolean {
    const framing = this.framing;
    if (framing === undefined) return false;
    switch (framing.kind) {
      case "length":
        framing.left -= this.take(framing.left);
        return framing.left === 0;
      case "until-close":
        this.take(this.input.length);
        return false;
      case "chunked":
        return this.readChunks(framing);
    }
  }

  private readChunks(framing: Extract<Framing, { kind: "chunked" }>): boolean {
    for (;;) {
      switch (framing.state) {
        case "size": {
          const line = this.readLine(MAX_CHUNK_LINE);
          if (line === undefined) return false;
          framing.left = chunkSize(line);
          framing.state = framing.left === 0 ? "trailer" : "data";
          break;
        }
        case "data":
          framing.left -= this.take(framing.left);
          if (framing.left > 0) return false;
          framing.state = "data-end";
          break;
        case "data-end": {
          const line = this.readLine(0);
          if (line === undefined) return false;
          framing.state = "size";
          break;
        }
        case "trailer": {
          const line = this.readLine(this.limits.headBytes);
          if (line === undefined) return false;
          if (line === "") return true;
          this.trailerBytes += line.length;
          if (this.trailerBytes > this.limits.headBytes) throw protocolError("endless trailers");
          break;
        }
      }
    }
  }

  /** Moves at most `count` bytes of the input to the body. */
  private take(count: number): number {
    const taken = Math.min(count, this.input.length);
    if (taken === 0) return 0;
    this.bodyBytes += taken;
    if (this.bodyBytes > this.limits.bodyBytes)
      throw protocolError(`a body of more than ${this.limits.bodyBytes} bytes`);
    this.chunks.push(Buffer.from(this.input.subarray(0, taken)));
    this.input = taken === this.input.length ? EMPTY : this.input.subarray(taken);
    return taken;
  }

  /** A line without its end; undefined until it is complete. */
  private readLine(most: number): string | undefined {
    const end = this.input.indexOf(LF);
    if (end < 0) {
      if (this.input.length > most + 2) throw protocolError("a line without an end");
      return undefined;
    }
    if (end - 1 > most || end === 0 || this.input[end - 1] !== CR)
      throw protocolError("a malformed line between chunks");
    const line = this.input.toString("latin1", 0, end - 1);
    this.input = this.input.subarray(end + 1);
    return line;
  }

  private finish(): Answer {
    const [first = EMPTY] = this.chunks;
    const answer = this.head as Head;
    answer.body = this.chunks.length <= 1 ? first : Buffer.concat(this.chunks);
    this.method = undefined;
    this.head = undefined;
    this.framing = undefined;
    this.chunks.length = 0;
    this.bodyBytes = 0;
    this.trailerBytes = 0;
    this.interim = 0;
    return answer;
  }
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: ([^\r\n\0]*))?$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function parseHead(text: string): Head {
  let end = lineEnd(text, 0);
  const { minor, status, reason } = statusOf(text.slice(0, end));
  const headers = Object.create(NOTHING) as Record<string, string>;
  while (end < text.length) {
    const start = end + 2;
    end = lineEnd(text, start);
    addHeader(headers, text, start, end);
  }
  const connection = (headers["connection"] ?? "").toLowerCase();
  const keepAlive = minor === "1" ? !hasToken(connection, "close") : hasToken(connection, "keep-alive");
  return { status, reason, headers, keepAlive, body: EMPTY };
}

interface StatusLine {
  readonly minor: string;
  readonly status: number;
  readonly reason: string;
}

/** Status lines as servers spell them: nearly all answers have one of a few. */
const knownLines = new Map<string, StatusLine>();
const MOST_LINES = 100;

function statusOf(line: string): StatusLine {
  const known = knownLines.get(line);
  if (known !== undefined) return known;
  const [, minor = "", status, reason = ""] = STATUS_LINE.exec(line) ?? [];
  if (status === undefined) throw protocolError("a malformed status line");
  const read = { minor, status: Number(status), reason };
  if (knownLines.size < MOST_LINES) knownLines.set(line, read);
  return read;
}

/**
 * What headers inherit from: no header is ever taken for a property that every object has. An object without any prototype would do
 * the same, but is slow.
 */
const NOTHING = Object.freeze(Object.create(null) as object);

/** Where the line that begins at `start` ends: before its CRLF, or with the text. */
function lineEnd(text: string, start: number): number {
  const end = text.indexOf("\r\n", start);
  return end < 0 ? text.length : end;
}

/** Names as servers spell them, with their form in lower case: nearly all answers have the same. */
const knownNames = new Map<string, string>();
const MOST_NAMES = 500;

function addHeader(headers: Record<string, string>, text: string, start: number, end: number): void {
  const found = text.indexOf(":", start);
  const colon = found < 0 || found >= end ? start : found;
  const name = text.slice(start, colon);
  let lower = knownNames.get(name);
  if (lower === undefined) {
    // Also refuses folded lines and blanks before the colon: readers differ about those.
    if (!HEADER_NAME.test(name)) throw protocolError("a malformed header");
    lower = name.toLowerCase();
    if (knownNames.size < MOST_NAMES) knownNames.set(name, lower);
  }
  const value = trimmed(text, colon + 1, end);
  if (value.includes("\0") || value.includes("\r") || value.includes("\n"))
    throw protocolError("a malformed header value");
  const known = headers[lower];
  if (known === undefined) headers[lower] = value;
  else if (lower !== "content-length" || known !== value) headers[lower] = `${known}, ${value}`;
}

/** Without the blanks around it. */
function trimmed(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** RFC 9112, section 6.3: how the length of the body is told. */
function framingOf(method: string, { status, headers }: Head): Framing {
  const encoding = headers["transfer-encoding"];
  const length = headers["content-length"];
  if (encoding !== undefined && length !== undefined) throw protocolError("both a length and a transfer encoding");
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw protocolError("a malformed content-length");
  if (method === "HEAD" || status === 204 || status === 304) return { kind: "length", left: 0 };
  if (encoding !== undefined) {
    if (encoding.toLowerCase() !== "chunked") throw protocolError("an unknown transfer encoding");
    return { kind: "chunked", state: "size", left: 0 };
  }
  return length === undefined ? { kind: "until-close" } : { kind: "length", left: Number(length) };
}

/** Extensions behind the size mean nothing to us. */
function chunkSize(line: string): number {
  const [, digits] = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?$/.exec(line) ?? [];
  if (digits === undefined) throw protocolError("a malformed chunk size");
  return Number.parseInt(digits, 16);
}

function hasToken(list: string, token: string): boolean {
  return list !== "" && list.split(",").some((entry) => entry.trim() === token);
}
