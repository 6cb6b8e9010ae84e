/**
 * Header values as bytes on the wire.
 *
 * Node reads headers as latin1, one character per byte, and writes them the same way; that form ("wire form") is what the
 * ports carry, so a value goes from HEAD to copy byte for byte. The SDK signs a header as if it were text, that is its UTF-8,
 * which is right only for ASCII; so a value is decoded for signing and put back into wire form behind it.
 */
import type { Content } from "../core/ports";
import { CARRIED_HEADERS } from "../core/state";

export type RawHeaders = Readonly<Record<string, string>>;

/** What a request needs to make the new object carry this content, in wire form. */
export function contentHeaders(content: Content): RawHeaders {
  const headers: Record<string, string> = {};
  for (const name of CARRIED_HEADERS) {
    const value = content.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  for (const [name, value] of Object.entries(content.metadata)) headers[`x-amz-meta-${name}`] = value;
  return headers;
}

/** The text whose UTF-8 are the bytes of `value`; `value` itself when its bytes are not UTF-8 (or it is text already). */
export function fromWireForm(value: string): string {
  if (isAscii(value) || hasWideCharacter(value)) return value;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
}

/** One character per byte. Text with characters above U+00FF cannot be in that form yet, so it is encoded as UTF-8. */
export function toWireForm(value: string): string {
  return hasWideCharacter(value) ? Buffer.from(value, "utf8").toString("latin1") : value;
}

function isAscii(value: string): boolean {
  return /^[\0-\x7f]*$/.test(value);
}

function hasWideCharacter(value: string): boolean {
  return /[^\0-\xff]/.test(value);
}
