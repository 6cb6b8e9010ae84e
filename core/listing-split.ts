/**
 * Where to cut what is left of a range, so that several workers share it. Pure.
 *
 * Directories first: the names of sub-directories make boundaries, and one request names a thousand. Where there are none (one
 * huge flat directory) boundaries are guessed between two keys and tried out.
 */
import { utf8Length } from "./fingerprint";
import { MAX_KEY_BYTES } from "./keys";
import { compareKeys } from "./listing";
import type { ListRange } from "./messages";

/** Pieces made of one range at most: enough to spread over a fleet within a few steps, few enough to be cheap. */
export const MAX_PIECES = 16;

/** Directories of a deep key that are asked for sub-directories. */
const MAX_LEVELS = 8;

/**
 * Directories whose sub-directories may lie in the range, the widest first: the one that holds both ends of the range, then each
 * one further down towards its beginning.
 */
export function levelsOf({ prefix, after = "", until }: ListRange): readonly string[] {
  const shared = until === undefined ? "" : directoryOf(commonPrefix(after, until));
  const widest = shared.length > prefix.length ? shared : prefix;
  const levels = [widest];
  for (let at = after.indexOf("/", widest.length); at >= 0; at = after.indexOf("/", at + 1)) {
    levels.push(after.slice(0, at + 1));
  }
  return levels.slice(0, MAX_LEVELS);
}

/** How many keys a directory right below `level` holds on average, as far as these keys (in order) show. */
export function keysPerDirectory(level: string, keys: readonly string[]): number {
  const below = keys.filter((key) => key.startsWith(level));
  const names = new Set(below.map((key) => directoryBelow(level, key)));
  return below.length / Math.max(1, names.size);
}

/**
 * Boundaries out of a sorted list of directories, such that each piece holds about `unitKeys` keys: many small directories
 * share a piece, so that a million of them do not become a million messages.
 */
export function directoryBoundaries(
  directories: readonly string[],
  perDirectory: number,
  unitKeys: number,
): readonly string[] {
  if (directories.length === 0) return [];
  const wanted = Math.ceil((directories.length * perDirectory) / unitKeys);
  const pieces = Math.min(directories.length, MAX_PIECES, Math.max(2, wanted));
  return Array.from({ length: pieces }, (_, index) => {
    // The last directory is always a boundary: what lies behind it is not known.
    const at = Math.round(((index + 1) * directories.length) / pieces) - 1;
    return directories[at] ?? "";
  });
}

/** Printable ASCII, in which nearly all keys are written. */
const FIRST = 0x1f;
const ASCII_END = 0x7f;
const UNICODE_END = 0x110000;

/**
 * A text between `low` and `high`, about in the middle of where keys may be; undefined when there is none that makes sense.
 * @param floor a beginning of `low`: the text begins with it, too
 * @param high undefined: no bound
 */
export function between(floor: string, low: string, high: string | undefined): string | undefined {
  const [a, b, f] = [low, high ?? "", floor].map((text) => Array.from(text)) as [string[], string[], string[]];
  let shared = 0;
  while (shared < b.length && a[shared] === b[shared]) shared++;
  for (let at = Math.max(shared, f.length); at <= a.length; at++) {
    const from = a[at]?.codePointAt(0) ?? FIRST;
    // Further down than the two texts differ everything is below `high`.
    const to = high !== undefined && at === shared ? (b[at]?.codePointAt(0) ?? 0) : UNICODE_END;
    const middle = middleOf(from, to);
    if (middle === undefined) continue;
    const text = a.slice(0, at).join("") + String.fromCodePoint(middle);
    return utf8Length(text) <= MAX_KEY_BYTES && isBetween(text, low, high) ? text : undefined;
  }
  return undefined;
}

/** The longest text both begin with, cut at whole characters. */
export function commonPrefix(a: string, b: string): string {
  const [x, y] = [Array.from(a), Array.from(b)];
  let shared = 0;
  while (shared < Math.min(x.length, y.length) && x[shared] === y[shared]) shared++;
  return x.slice(0, shared).join("");
}

function middleOf(from: number, to: number): number | undefined {
  const end = from < ASCII_END - 1 ? Math.min(to, ASCII_END) : to;
  if (end - from < 2) return undefined;
  const middle = from + Math.floor((end - from) / 2);
  if (middle < 0xd800 || middle > 0xdfff) return middle;
  if (from < 0xd7ff) return 0xd7ff;
  return end > 0xe001 ? 0xe000 : undefined;
}

function isBetween(text: string, low: string, high: string | undefined): boolean {
  return compareKeys(low, text) < 0 && (high === undefined || compareKeys(text, high) < 0);
}

function directoryOf(text: string): string {
  return text.slice(0, text.lastIndexOf("/") + 1);
}

/** `level` and one more name with its slash, or the whole key where nothing lies below. */
function directoryBelow(level: string, key: string): string {
  const at = key.indexOf("/", level.length);
  return at < 0 ? key : key.slice(0, at + 1);
}
