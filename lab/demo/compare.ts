/** Whether two buckets are equal: every key in both directions, size, bytes, the headers that are carried over, metadata. Pure. */
import { withoutFingerprint } from "../../core/fingerprint";
import { CARRIED_HEADERS, type Headers, type Metadata } from "../../core/state";

/** An object as a client reads it. */
export interface Item {
  readonly key: string;
  readonly size: number;
  /** Of all its bytes, hexadecimal. */
  readonly sha256: string;
  readonly headers: Headers;
  readonly metadata: Metadata;
}

export interface Difference {
  readonly key: string;
  readonly kind: "missing" | "extra" | "size" | "bytes" | "header" | "metadata";
  /** What is there instead of what. */
  readonly detail: string;
}

/**
 * | at the source | at the destination | difference       |
 * | ------------- | ------------------ | ---------------- |
 * | yes           | no                 | missing          |
 * | no            | yes                | extra            |
 * | yes           | another size       | size             |
 * | yes           | other bytes        | bytes            |
 * | yes           | another header     | header, for each |
 * | yes           | other metadata     | metadata, for each name; our own fingerprint aside |
 */
export function compare(source: readonly Item[], destination: readonly Item[]): readonly Difference[] {
  const there = new Map(destination.map((item) => [item.key, item]));
  const wanted = new Set(source.map((item) => item.key));
  const extra = destination
    .filter((item) => !wanted.has(item.key))
    .map((item): Difference => ({ key: item.key, kind: "extra", detail: "is not at the source" }));
  return [...source.flatMap((item) => differencesOf(item, there.get(item.key))), ...extra];
}

function differencesOf(source: Item, destination: Item | undefined): Difference[] {
  const { key } = source;
  if (destination === undefined) return [{ key, kind: "missing", detail: "is not at the destination" }];
  const found: Difference[] = [];
  if (source.size !== destination.size) {
    found.push({ key, kind: "size", detail: `${destination.size} instead of ${source.size} bytes` });
  } else if (source.sha256 !== destination.sha256) {
    const detail = `SHA-256 ${destination.sha256.slice(0, 12)}... instead of ${source.sha256.slice(0, 12)}...`;
    found.push({ key, kind: "bytes", detail });
  }
  for (const header of CARRIED_HEADERS) {
    const detail = changeOf(header, source.headers[header], destination.headers[header]);
    if (detail !== undefined) found.push({ key, kind: "header", detail });
  }
  const [mine, theirs] = [withoutFingerprint(source.metadata), withoutFingerprint(destination.metadata)];
  for (const name of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    const detail = changeOf(name, mine[name], theirs[name]);
    if (detail !== undefined) found.push({ key, kind: "metadata", detail });
  }
  return found;
}

function changeOf(name: string, wanted: string | undefined, found: string | undefined): string | undefined {
  if (wanted === found) return undefined;
  return `${name}: ${shown(found)} instead of ${shown(wanted)}`;
}

function shown(value: string | undefined): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
