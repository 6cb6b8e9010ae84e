/**
 * Ranges of the source's listing, and the order they are cut in. Pure.
 *
 * A range is everything that begins with its prefix, behind `after` and up to `until`. Boundaries are any text, keys or not, so a
 * range can be cut anywhere: its pieces hold every key exactly once, whatever is created or deleted meanwhile.
 */
import type { ListRange } from "./messages";
import { quote } from "./untrusted";

/**
 * The order of a general purpose bucket's listing: UTF-8 bytes (API ListObjectsV2). JavaScript compares UTF-16 units, which puts
 * surrogate pairs before U+E000 to U+FFFF.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return utf8Rank(x) - utf8Rank(y);
  }
  return a.length - b.length;
}

export function isInRange(key: string, { prefix, after, until }: ListRange): boolean {
  return (
    key.startsWith(prefix) &&
    (after === undefined || compareKeys(key, after) > 0) &&
    (until === undefined || compareKeys(key, until) <= 0)
  );
}

/** What of a range lies under the prefix that is synced; undefined when nothing does. Messages are untrusted. */
export function narrowRange(range: ListRange, prefix: string): ListRange | undefined {
  if (range.prefix.startsWith(prefix)) return range;
  return prefix.startsWith(range.prefix) ? { ...range, prefix } : undefined;
}

/** What is left of a range when everything up to and including `key` is done. */
export function restOf(range: ListRange, key: string): ListRange {
  return { ...range, after: key };
}

/** The pieces between the boundaries, in order. Boundaries that are not strictly inside the range are ignored. */
export function cutRange(range: ListRange, boundaries: readonly string[]): readonly ListRange[] {
  const inside = boundaries
    .filter((one) => isStrictlyInside(one, range))
    .sort(compareKeys)
    .filter((one, index, all) => one !== all[index - 1]);
  const starts = [range.after, ...inside];
  return starts.map((after, index) => {
    const until = inside[index] ?? range.until;
    return {
      prefix: range.prefix,
      ...(after === undefined ? {} : { after }),
      ...(until === undefined ? {} : { until }),
    };
  });
}

/** For logs and people: `logs/ (behind "logs/a", up to "logs/m")`. */
export function describeRange({ prefix, after, until }: ListRange): string {
  const bounds = [
    ...(after === undefined ? [] : [`behind ${quote(after)}`]),
    ...(until === undefined ? [] : [`up to ${quote(until)}`]),
  ];
  return bounds.length === 0 ? quote(prefix) : `${quote(prefix)} (${bounds.join(", ")})`;
}

function isStrictlyInside(boundary: string, { after, until }: ListRange): boolean {
  return (
    (after === undefined || compareKeys(boundary, after) > 0) &&
    (until === undefined || compareKeys(boundary, until) < 0)
  );
}

/** Surrogates stand for code points above all others. */
function utf8Rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
