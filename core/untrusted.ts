/**
 * Reading values of unknown origin: every reader returns the value or a short problem, and none throws.
 *
 * Only own properties are looked at, so a body cannot supply fields through a prototype. Problems name the field and show at
 * most {@link MAX_ECHO} characters of what was found, as JSON text: they end up in logs and on dead letters.
 */
import { utf8Length } from "./fingerprint";
import { isWellFormed, MAX_KEY_BYTES } from "./keys";
import { MAX_OBJECT_BYTES } from "./parts";

/** Characters of foreign input that a problem may repeat. */
export const MAX_ECHO = 60;

export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own property, or undefined. */
export function field(value: unknown, name: string): unknown {
  return isFields(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function good<T>(value: T): Reading<T> {
  return { ok: true, value };
}

export function bad(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}

/** What a value looks like, short and printable. Containers are only named: printing them could be endless. */
export function show(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "string") {
    return value.length <= MAX_ECHO ? quote(value) : `${quote(value.slice(0, MAX_ECHO))}...`;
  }
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  return Array.isArray(value) ? "an array" : `an ${typeof value}`;
}

/** In quotes, without a character that a terminal could act on: JSON leaves U+007F to U+009F as they are. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/[\x7f-\x9f]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
}

/** An object key: 1 to 1,024 bytes of UTF-8. Any character is allowed: S3 decides which it takes. */
export function readKey(value: unknown, name: string): Reading<string> {
  if (typeof value !== "string" || value === "") return bad(`${name} is ${show(value)}, not an object key`);
  return readKeyText(value, name);
}

/** A key or part of one: as {@link readKey}, but it may be empty. */
export function readKeyText(value: unknown, name: string): Reading<string> {
  if (typeof value !== "string") return bad(`${name} is ${show(value)}, not text`);
  if (!isWellFormed(value)) return bad(`${name} is not valid Unicode: ${show(value)}`);
  const bytes = utf8Length(value);
  if (bytes > MAX_KEY_BYTES) return bad(`${name} has ${bytes} bytes of UTF-8, keys have at most ${MAX_KEY_BYTES}`);
  return good(value);
}

/** Whole number in a range, both ends included. */
export function readInteger(value: unknown, name: string, min: number, max: number): Reading<number> {
  return isInteger(value, min, max)
    ? good(value)
    : bad(`${name} is ${show(value)}, not a whole number from ${min} to ${max}`);
}

/** Bytes of an object. */
export function readSize(value: unknown, name: string): Reading<number> {
  return readInteger(value, name, 0, MAX_OBJECT_BYTES);
}

/** Epoch milliseconds from 1970 to the last date JavaScript can represent. */
export function readEpochMs(value: unknown, name: string): Reading<number> {
  return readInteger(value, name, 0, 8.64e15);
}

export function isInteger(value: unknown, min: number, max: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}
