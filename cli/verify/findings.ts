/** The words verify reports in: kinds of findings, their reasons, and what each means. */

/**
 * `missing`, `extra`, `different`, `stale`, `unsyncable` and `unreadable` are drift: the buckets are not equal there. `in-motion` is
 * a key whose change is too fresh to judge, `unproven` one that is equal as far as can be seen.
 */
export const KINDS = [
  "missing",
  "extra",
  "different",
  "stale",
  "unsyncable",
  "unreadable",
  "unproven",
  "in-motion",
] as const;

export type Kind = (typeof KINDS)[number];

interface KindTraits {
  readonly about: string;
  /** Whether the exit code is 1 because of it. */
  readonly drift: boolean;
  /** What --repair does: the key is enqueued, or only with --max-delete, or nothing helps. */
  readonly repair: "enqueue" | "delete" | "none";
}

export const KIND_TRAITS = {
  missing: { about: "at the source only", drift: true, repair: "enqueue" },
  extra: { about: "at the destination only", drift: true, repair: "delete" },
  different: { about: "on both sides, not the same", drift: true, repair: "enqueue" },
  stale: { about: "the destination has an older state of the source", drift: true, repair: "enqueue" },
  unsyncable: { about: "cannot be synced", drift: true, repair: "none" },
  unreadable: { about: "could not be looked at", drift: true, repair: "none" },
  unproven: { about: "no room for a fingerprint; equal as far as can be seen", drift: false, repair: "none" },
  "in-motion": { about: "changed too recently to judge", drift: false, repair: "none" },
} as const satisfies Record<Kind, KindTraits>;

/** One key that is not plainly equal; one line of the report file. */
export interface Finding {
  readonly key: string;
  readonly kind: Kind;
  /** One sentence for people. */
  readonly reason: string;
  /** Bytes at the source; undefined where it has no such object. */
  readonly sourceSize?: number;
  /** Bytes at the destination; undefined where it has no such object. */
  readonly destinationSize?: number;
}

export type Counts = Readonly<Record<Kind, number>>;

export function noCounts(): Record<Kind, number> {
  return Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
}

/** How many keys are drift. */
export function driftOf(counts: Counts): number {
  return KINDS.filter((kind) => KIND_TRAITS[kind].drift).reduce((sum, kind) => sum + counts[kind], 0);
}
