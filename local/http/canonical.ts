/**
 * The canonical request of Signature Version 4.
 * Source: IAM User Guide "Create a signed AWS API request"; S3 API "Signature calculations: transferring payload in a single chunk".
 */
import type { IncomingHttpHeaders } from "node:http";

const UNRESERVED = new Set(Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"));
const PLAIN_PATH = /^[A-Za-z0-9\-._~/]*$/;
const SLASH = 0x2f;
const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;
const ENCODED: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  UNRESERVED.has(byte) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
);

export interface CanonicalInput {
  readonly method: string;
  /** The target up to `?`, byte for byte. */
  readonly rawPath: string;
  /** The target behind `?`, byte for byte. */
  readonly rawQuery: string;
  readonly headers: IncomingHttpHeaders;
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
  /** S3 encodes the path once and never normalises it; all others normalise it and encode it twice. */
  readonly isS3: boolean;
}

/** The text whose SHA-256 goes into the string to sign. Bytes are kept as latin1 characters. */
export function canonicalRequest(input: CanonicalInput): string {
  let headers = "";
  for (const name of input.signedHeaders) headers += `${name}:${headerValue(input.headers[name])}\n`;
  const path = input.isS3 ? reencode(input.rawPath, true) : twiceEncoded(input.rawPath);
  return `${input.method}\n${path}\n${canonicalQuery(input.rawQuery)}\n${headers}\n${input.signedHeaders.join(";")}\n${input.payloadHash}`;
}

function headerValue(value: string | string[] | undefined): string {
  const text = Array.isArray(value) ? value.join(",") : (value ?? "");
  return text.includes("  ") ? text.trim().replace(/ +/g, " ") : text.trim();
}

/** Sorted by encoded name, then value; the signature itself is left out. */
function canonicalQuery(rawQuery: string): string {
  if (rawQuery === "") return "";
  const pairs: (readonly [string, string])[] = [];
  for (const piece of rawQuery.split("&")) {
    if (piece === "") continue;
    const equals = piece.indexOf("=");
    const name = reencode(equals < 0 ? piece : piece.slice(0, equals), false);
    if (name === "X-Amz-Signature") continue;
    pairs.push([name, equals < 0 ? "" : reencode(piece.slice(equals + 1), false)]);
  }
  pairs.sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]));
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Decodes and encodes again, byte by byte, so that every legal spelling of the same bytes signs the same. */
function reencode(text: string, isPath: boolean): string {
  if (PLAIN_PATH.test(text) && (isPath || !text.includes("/"))) return text;
  const bytes = Buffer.from(text, "latin1");
  let encoded = "";
  for (let i = 0; i < bytes.length; i++) {
    let byte = bytes[i] ?? 0;
    if (byte === PERCENT && i + 2 < bytes.length) {
      const value = Number.parseInt(text.slice(i + 1, i + 3), 16);
      if (!Number.isNaN(value)) {
        byte = value;
        i += 2;
        encoded += ENCODED[byte] ?? "";
        continue;
      }
    }
    if (byte === SLASH && isPath) encoded += "/";
    else if (byte === PLUS && !isPath) encoded += ENCODED[SPACE] ?? "";
    else encoded += ENCODED[byte] ?? "";
  }
  return encoded;
}

function twiceEncoded(rawPath: string): string {
  if (PLAIN_PATH.test(rawPath) && !rawPath.includes("/.") && !rawPath.includes("//")) return rawPath;
  const segments: string[] = [];
  for (const segment of rawPath.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") segments.pop();
    else segments.push(segment);
  }
  const path = `/${segments.join("/")}${segments.length > 0 && rawPath.endsWith("/") ? "/" : ""}`;
  let encoded = "";
  for (const byte of Buffer.from(path, "latin1")) encoded += byte === SLASH ? "/" : (ENCODED[byte] ?? "");
  return encoded;
}
