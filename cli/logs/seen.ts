/**
 * Which lines were read already, as far back as they can come again: with the lines of two spans at most, however many were read.
 *
 * Ids are kept in slices of time, each a span long. A line always falls into the slice of its own time, so that one look finds it, and
 * what is too old goes a slice at a time, whatever order the lines came in.
 */

export interface Seen {
  /** From when on lines can come again; epoch milliseconds, included. It only grows. */
  readonly from: number;
  /** Ids that are remembered. */
  readonly size: number;
  /** Whether it is the first time, as far as that is remembered. */
  add(line: { readonly id: string; readonly at: number }): boolean;
}

/**
 * @param from epoch milliseconds of the first line that is wanted
 * @param spanMs how far behind the newest line another can still come
 */
export function makeSeen(from: number, spanMs: number): Seen {
  const slices = new Map<number, Set<string>>();
  const sliceOf = (at: number): number => Math.floor(at / spanMs);
  let start = from;

  function goOnTo(newest: number): void {
    if (newest - spanMs <= start) return;
    start = newest - spanMs;
    for (const slice of slices.keys()) if (slice < sliceOf(start)) slices.delete(slice);
  }

  return {
    get from() {
      return start;
    },
    get size() {
      return [...slices.values()].reduce((sum, { size }) => sum + size, 0);
    },
    add({ id, at }) {
      goOnTo(at);
      const slice = sliceOf(at);
      const ids = slices.get(slice);
      if (ids?.has(id) === true) return false;
      if (ids === undefined) slices.set(slice, new Set([id]));
      else ids.add(id);
      return true;
    },
  };
}
