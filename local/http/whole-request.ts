/**
 * Reads requests of the plainest form, which are nearly all that clients of AWS send: one HTTP/1.1 request in one piece, each header once,
 * nothing to negotiate. Pure. It does not judge: what is any different is left to Node's parser, with everything HTTP has to say of it.
 * Source of the form: RFC 9112.
 */
import type { IncomingHttpHeaders } from "node:http";

export interface WholeRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly payload: Buffer;
  /** Bytes it took of the piece. */
  readonly length: number;
}

const MAX_HEAD = 16 * 1024;
const HEAD_END = "\r\n\r\n";
const REQUEST_LINE = /^(GET|HEAD|PUT|POST|DELETE) (\/[!-~]*) HTTP\/1\.1$/;
const NAME = /^[a-z][a-z0-9-]*$/;
/** The text of header lines; a colon or a line end in the wrong place is found on the way. */
const NOT_PLAIN = /[^\t\r\n -~]/;
/** They change how a connection or a payload is read. */
const SPECIAL: ReadonlySet<string> = new Set(["expect", "transfer-encoding", "trailer", "upgrade"]);
const NOTHING = Buffer.alloc(0);
/** Clients spell a name the same way each time: so many spellings are remembered. */
const REMEMBERED = 1000;
const names = new Map<string, string>();

/** Undefined for anything but one whole plain request at the beginning of the piece. */
export function readWholeRequest(piece: Buffer): WholeRequest | undefined {
  const headLength = piece.indexOf(HEAD_END);
  if (headLength < 0 || headLength > MAX_HEAD) return undefined;
  const head = piece.toString("latin1", 0, headLength);
  if (NOT_PLAIN.test(head)) return undefined;
  const lineEnd = head.indexOf("\r\n");
  const line = REQUEST_LINE.exec(lineEnd < 0 ? head : head.slice(0, lineEnd));
  const headers = line === null ? undefined : readHeaders(head, lineEnd < 0 ? head.length : lineEnd + 2);
  if (line === null || headers?.host === undefined) return undefined;
  const size = payloadSize(headers);
  const start = headLength + HEAD_END.length;
  if (size === undefined || start + size > piece.length) return undefined;
  const [, method = "", target = ""] = line;
  const payload = size === 0 ? NOTHING : piece.subarray(start, start + size);
  return { method, target, headers, payload, length: start + size };
}

function readHeaders(head: string, start: number): IncomingHttpHeaders | undefined {
  const headers: IncomingHttpHeaders = {};
  for (let at = start; at < head.length;) {
    const found = head.indexOf("\r\n", at);
    const end = found < 0 ? head.length : found;
    const colon = head.indexOf(":", at);
    const name = colon < 0 || colon > end ? undefined : nameOf(head.slice(at, colon));
    if (name === undefined || headers[name] !== undefined) return undefined;
    const value = head.slice(colon + 1, end);
    if (value.includes("\r") || value.includes("\n")) return undefined;
    headers[name] = value.trim();
    at = end + 2;
  }
  const { connection } = headers;
  return connection === undefined || connection.toLowerCase() === "keep-alive" ? headers : undefined;
}

/** In lower case; undefined for what is no plain name, and for those that make a request special. */
function nameOf(spelled: string): string | undefined {
  const known = names.get(spelled);
  if (known !== undefined) return known;
  const name = spelled.toLowerCase();
  if (!NAME.test(name) || SPECIAL.has(name) || name === "constructor") return undefined;
  if (names.size >= REMEMBERED) names.clear();
  names.set(spelled, name);
  return name;
}

function payloadSize({ "content-length": length }: IncomingHttpHeaders): number | undefined {
  if (length === undefined) return 0;
  return /^\d{1,9}$/.test(length) ? Number(length) : undefined;
}
