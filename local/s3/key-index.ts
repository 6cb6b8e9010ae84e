/**
 * Keys in listing order, kept sorted lazily: changes are gathered and merged in when somebody lists.
 * An order text is made of each key such that comparing order texts as JavaScript strings gives the listing order.
 */
import { createHash } from "node:crypto";

export interface IndexEntry {
  readonly order: string;
  readonly key: string;
}

/** Greater than any order text that continues the one it is put behind. */
export const AFTER_ALL = "\uffff";

export class KeyIndex {
  private sorted: IndexEntry[] = [];
  private readonly added = new Set<string>();
  private readonly removed = new Set<string>();

  /** @param orderOf keeps prefixes: the order text of `a/b` begins with that of `a/` */
  constructor(readonly orderOf: (key: string) => string) {}

  add(key: string): void {
    if (!this.removed.delete(key)) this.added.add(key);
  }

  remove(key: string): void {
    if (!this.added.delete(key)) this.removed.add(key);
  }

  /** Entries in order, from the first at (or, exclusively, behind) the position. A snapshot: later changes do not show. */
  *from(position: string, exclusive = false): Generator<IndexEntry> {
    const entries = this.entries();
    for (let i = lowerBound(entries, position, exclusive); ; i++) {
      const entry = entries[i];
      if (entry === undefined) return;
      yield entry;
    }
  }

  entries(): readonly IndexEntry[] {
    if (this.added.size === 0 && this.removed.size === 0) return this.sorted;
    const fresh = [...this.added].map((key) => ({ order: this.orderOf(key), key })).sort(byOrder);
    const merged: IndexEntry[] = [];
    let next = 0;
    for (const entry of this.sorted) {
      if (this.removed.has(entry.key)) continue;
      for (let one = fresh[next]; one !== undefined && one.order < entry.order; one = fresh[next]) {
        merged.push(one);
        next += 1;
      }
      merged.push(entry);
    }
    for (; next < fresh.length; next++) merged.push(...fresh.slice(next, next + 1));
    this.added.clear();
    this.removed.clear();
    this.sorted = merged;
    return merged;
  }
}

export function byOrder(a: { readonly order: string }, b: { readonly order: string }): number {
  return a.order < b.order ? -1 : a.order > b.order ? 1 : 0;
}

/** Index of the first entry at the position, or behind it when exclusive. */
export function lowerBound(
  entries: readonly { readonly order: string }[],
  position: string,
  exclusive: boolean,
): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = entries[middle]?.order ?? "";
    if (order < position || (exclusive && order === position)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * General purpose buckets: UTF-8 binary order. JavaScript compares UTF-16 units, which differs where surrogates (U+10000 and above) meet
 * U+E000..U+FFFF; moving the surrogates above those makes both orders one.
 */
export function utf8Order(key: string): string {
  if (!/[\ud800-\uffff]/.test(key)) return key;
  let order = "";
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    order += String.fromCharCode(unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);
  }
  return order;
}

/**
 * Directory buckets: depth first over directories, each directory's entries in an order that looks like none but is the same in every
 * request: by a hash of bucket and name.
 */
export function hashedOrder(bucketName: string): (key: string) => string {
  const hashes = new Map<string, string>();
  const hashed = (name: string): string => {
    let hash = hashes.get(name);
    if (hash === undefined) {
      hash = createHash("sha1").update(`${bucketName} ${name}`).digest("hex").slice(0, 8);
      if (hashes.size > 100_000) hashes.clear();
      hashes.set(name, hash);
    }
    return hash;
  };
  return (key) => {
    let order = "";
    for (let start = 0; start < key.length;) {
      const slash = key.indexOf("/", start);
      const end = slash < 0 ? key.length : slash + 1;
      const name = key.slice(start, end);
      order += hashed(name) + utf8Order(name);
      start = end;
    }
    return order;
  };
}
