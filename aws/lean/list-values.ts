/** Values in a page of a listing, read from its bytes. */
import { decodeEventKey } from "../../core/keys";
import { unescapeXml } from "./xml";

const ZERO = 48;
const NINE = 57;
const COLON = 58;
const DOT = 46;
const LETTER_T = 84;
const LETTER_Z = 90;

/** More than the largest object has, and still exact. */
const MOST_DIGITS = 15;

/** @throws Error on what is no size */
export function sizeIn(bytes: Buffer, from: number, to: number): number {
  const size = digits(bytes, from, to);
  if (to - from > MOST_DIGITS || size < 0) throw new Error(`Size is ${bytes.toString("utf8", from, to)}`);
  return size;
}

/** `2026-01-02T03:04:05`, then a fraction or not, then `Z`. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
const USUAL_LENGTH = "2026-01-02T03:04:05.000Z".length;
const DAY_LENGTH = "2026-01-02".length;
const day = { bytes: new Uint8Array(DAY_LENGTH), seconds: 0 };

/**
 * Epoch seconds, rounded down. Neighbours in a listing are mostly of the same day.
 * @throws Error on what is no time
 */
export function secondsIn(bytes: Buffer, from: number, to: number): number {
  if (!isUsual(bytes, from, to) || !isSameDay(bytes, from)) changeDay(bytes, from, to);
  return (
    day.seconds +
    digits(bytes, from + 11, from + 13) * 3600 +
    digits(bytes, from + 14, from + 16) * 60 +
    digits(bytes, from + 17, from + 19)
  );
}

/** Whether everything behind the day is as in nearly all answers. */
function isUsual(bytes: Buffer, from: number, to: number): boolean {
  return (
    to - from === USUAL_LENGTH &&
    bytes[from + 10] === LETTER_T &&
    bytes[from + 13] === COLON &&
    bytes[from + 16] === COLON &&
    bytes[from + 19] === DOT &&
    bytes[to - 1] === LETTER_Z &&
    digits(bytes, from + 11, from + 13) >= 0 &&
    digits(bytes, from + 14, from + 16) >= 0 &&
    digits(bytes, from + 17, from + 19) >= 0 &&
    digits(bytes, from + 20, from + 23) >= 0
  );
}

function isSameDay(bytes: Buffer, from: number): boolean {
  for (let at = 0; at < DAY_LENGTH; at += 1) if (bytes[from + at] !== day.bytes[at]) return false;
  return true;
}

function changeDay(bytes: Buffer, from: number, to: number): void {
  const whole = bytes.toString("latin1", from, to);
  const seconds = TIME.test(whole) ? Date.parse(whole.slice(0, DAY_LENGTH)) / 1000 : Number.NaN;
  if (Number.isNaN(seconds)) throw new Error(`LastModified is ${whole}`);
  day.bytes.set(bytes.subarray(from, from + DAY_LENGTH));
  day.seconds = seconds;
}

/** -1 for what is no number. */
function digits(bytes: Buffer, from: number, to: number): number {
  let value = from < to ? 0 : -1;
  for (let at = from; at < to; at += 1) {
    const code = bytes[at] ?? 0;
    if (code < ZERO || code > NINE) return -1;
    value = value * 10 + (code - ZERO);
  }
  return value;
}

/** A key or a prefix. */
export function nameOf(text: string, isEncoded: boolean): string {
  const name = unescapeXml(text);
  if (!isEncoded || !(name.includes("%") || name.includes("+"))) return name;
  return decodeEventKey(name) ?? name;
}

/** Without its quotes, if it has them. */
export function etagOf(text: string): string {
  const etag = unescapeXml(text);
  return etag.startsWith('"') && etag.endsWith('"') && etag.length > 1 ? etag.slice(1, -1) : etag;
}
