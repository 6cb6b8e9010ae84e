/**
 * Whether an object of the source's listing has to be looked at by a worker: pure, for backfill.
 *
 * By the destination's listing (size and time), the first line that fits:
 *
 * | destination's listing                  | verdict                                                       |
 * | -------------------------------------- | ------------------------------------------------------------- |
 * | not there                              | differs  missing                                              |
 * | another size                           | differs  size                                                 |
 * | source uploaded in parts               | look: its LastModified is the time of its initiation          |
 * | older than the source                  | differs  older                                                |
 * | as old as the source                   | look: times have a resolution of one second                   |
 * | newer than the source                  | same: no difference visible by size and time                  |
 *
 * By a HEAD of the destination:
 *
 * | destination                                      | verdict            |
 * | ------------------------------------------------ | ------------------ |
 * | absent                                           | differs  missing   |
 * | another size                                     | differs  size      |
 * | no known fingerprint                             | differs  unproven  |
 * | fingerprint of another ETag, size or time        | differs  changed   |
 * | fingerprint of exactly what the source lists     | same               |
 */
import { FINGERPRINT_KEY, parseFingerprint } from "./fingerprint";
import { compareKeys } from "./listing";
import type { ListedObject } from "./ports";
import type { DestinationState } from "./state";

export type Comparison =
  | { readonly kind: "same" }
  | { readonly kind: "differs"; readonly why: Difference }
  /** The listings cannot tell. */
  | { readonly kind: "look" };

export type Difference = "missing" | "size" | "older" | "unproven" | "changed" | "not-compared";

type Listed = Pick<ListedObject, "size" | "etag" | "lastModified">;

/** @param replica undefined: the listing of everything around it is complete, and it is not there */
export function compareListed(
  source: Listed,
  replica: Pick<ListedObject, "size" | "lastModified"> | undefined,
): Comparison {
  if (replica === undefined) return { kind: "differs", why: "missing" };
  if (replica.size !== source.size) return { kind: "differs", why: "size" };
  if (source.etag.includes("-") || replica.lastModified === source.lastModified) return { kind: "look" };
  return replica.lastModified < source.lastModified ? { kind: "differs", why: "older" } : { kind: "same" };
}

export function compareHead(source: Listed, replica: DestinationState): Exclude<Comparison, { kind: "look" }> {
  if (replica.kind === "absent") return { kind: "differs", why: "missing" };
  if (replica.size !== source.size) return { kind: "differs", why: "size" };
  const copied = parseFingerprint(replica.metadata[FINGERPRINT_KEY]);
  if (copied === undefined) return { kind: "differs", why: "unproven" };
  const same =
    copied.etag === source.etag && copied.size === source.size && copied.lastModified === source.lastModified;
  return same ? { kind: "same" } : { kind: "differs", why: "changed" };
}

/** Keys, in order, that the destination's listing under one directory can decide together. */
export interface Scope<T> {
  /** "" or ends in `/`, as a directory bucket's listing wants it. */
  readonly directory: string;
  /** The keys are all there is under the directory at the source: then its listing at the destination is about as long. */
  readonly whole: boolean;
  readonly objects: readonly T[];
}

/** What was listed: every key of the source behind `after`, up to and including `until`. */
export interface Span {
  readonly prefix: string;
  readonly after: string | undefined;
  /** Undefined: to the end. */
  readonly until: string | undefined;
}

/**
 * Cuts a sorted list of objects into scopes: as few and as large directories as were listed as a whole, and what is left by
 * its own directory.
 */
export function scopesOf<T extends { readonly key: string }>(objects: readonly T[], span: Span): readonly Scope<T>[] {
  const whole: Scope<T>[] = [];
  const partly = new Map<string, T[]>();
  let current: { directory: string; objects: T[] } | undefined;
  for (const object of objects) {
    const { key } = object;
    if (current !== undefined && key.startsWith(current.directory)) {
      current.objects.push(object);
      continue;
    }
    const directory = wholeDirectory(key, span);
    if (directory !== undefined) {
      current = { directory, objects: [object] };
      whole.push({ ...current, whole: true });
      continue;
    }
    const own = directoryOf(key);
    const others = partly.get(own);
    if (others === undefined) partly.set(own, [object]);
    else others.push(object);
  }
  return [...whole, ...[...partly].map(([directory, some]) => ({ directory, whole: false, objects: some }))];
}

/** The widest directory of the key that lies in the span with all it can hold. */
function wholeDirectory(key: string, span: Span): string | undefined {
  for (let end = 0; end >= 0; end = key.indexOf("/", end) + 1 || -1) {
    const directory = key.slice(0, end);
    if (holdsAll(span, directory)) return directory;
  }
  return undefined;
}

function holdsAll({ prefix, after, until }: Span, directory: string): boolean {
  return (
    directory.startsWith(prefix) &&
    (after === undefined || compareKeys(directory, after) > 0) &&
    (until === undefined || (!until.startsWith(directory) && compareKeys(until, directory) > 0))
  );
}

function directoryOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/") + 1);
}
