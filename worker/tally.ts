/** Counts of what a worker did, for its last log line and for tests. */

export interface Tally {
  add(name: TallyName, n?: number): void;
  readonly totals: Readonly<Record<TallyName, number>>;
}

const NAMES = [
  "messages",
  "events",
  "coalesced",
  "ignored",
  "copies",
  "parts",
  "partsReused",
  "bytesCopied",
  "deletes",
  "inSync",
  "restarts",
  "retries",
  "throttles",
  "putBacks",
  "handoffs",
  "unstable",
  "refused",
  "failed",
  "deadLetters",
  "leasesLost",
  "breakerOpened",
  "listUnits",
  "listed",
  "enqueued",
] as const;

export type TallyName = (typeof NAMES)[number];

export function makeTally(): Tally {
  const totals = Object.fromEntries(NAMES.map((name) => [name, 0])) as Record<TallyName, number>;
  return {
    add: (name, n = 1) => {
      totals[name] += n;
    },
    totals,
  };
}
