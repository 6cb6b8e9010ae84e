/** What a run found, as one document and as text. Pure. */
import type { Comparison } from "./compare";
import { type Counts, driftOf, type Finding, type Kind, KIND_TRAITS, KINDS } from "./findings";
import type { DeletePlan } from "./repair";
import type { WaitDocument } from "./wait-words";

export interface RepairDone {
  /** Keys enqueued, or that would be with --dry-run. */
  readonly enqueued: number;
  readonly deletes: DeletePlan | { readonly kind: "declined" };
  readonly dryRun: boolean;
}

export interface RunFacts {
  readonly mode: "cheap" | "deep";
  readonly prefix: string;
  readonly seconds: number;
}

/** What --json prints. */
export interface VerifyDocument extends RunFacts {
  /** Neither drift nor anything that changed too recently to judge. */
  readonly equal: boolean;
  /** Keys in which the two sides differ: exit code 1. */
  readonly drift: number;
  readonly verdict: string;
  readonly source: Comparison["source"];
  readonly destination: Comparison["destination"];
  readonly equalKeys: number;
  readonly counts: Counts;
  /** The first few of each kind. */
  readonly examples: Readonly<Partial<Record<Kind, readonly Finding[]>>>;
  readonly cannotSee: readonly string[];
  readonly requests: Comparison["requests"];
  readonly memory: Comparison["memory"];
  readonly deadLetters: Comparison["deadLetters"];
  readonly repair: RepairDone | null;
  /** Null without --wait; with it, all of the above is of the last verify. */
  readonly wait: WaitDocument | null;
}

export const EXAMPLES = 5;

export function documentOf(
  comparison: Comparison,
  facts: RunFacts,
  repair: RepairDone | undefined,
  wait?: WaitDocument,
): VerifyDocument {
  const { source, destination, equal, counts, requests, memory, deadLetters } = comparison;
  return {
    equal: driftOf(counts) + counts["in-motion"] === 0,
    drift: driftOf(counts),
    verdict: verdictOf(comparison, facts),
    ...facts,
    source,
    destination,
    equalKeys: equal,
    counts,
    examples: examplesOf(comparison.findings.entries()),
    cannotSee: CANNOT_SEE[facts.mode],
    requests,
    memory,
    deadLetters,
    repair: repair ?? null,
    wait: wait ?? null,
  };
}

/** One sentence. */
export function verdictOf({ counts, source, equal }: Comparison, { mode, prefix }: RunFacts): string {
  const where = prefix === "" ? "" : ` under ${JSON.stringify(prefix)}`;
  const drift = KINDS.filter((kind) => KIND_TRAITS[kind].drift && counts[kind] > 0);
  if (drift.length > 0) {
    const parts = drift.map((kind) => `${number(counts[kind])} ${kind}`);
    return `NOT EQUAL${where}: ${parts.join(", ")}; ${keys(equal)} equal.`;
  }
  const rest = KINDS.filter((kind) => counts[kind] > 0).map((kind) => `, ${number(counts[kind])} ${kind}`);
  const how = mode === "deep" ? "by their fingerprints" : "no difference visible by size and time";
  if (counts["in-motion"] > 0) {
    return `NO DRIFT${where}: ${keys(equal)} equal${equal > 0 ? `, ${how}` : ""}${rest.join("")}.`;
  }
  const subject = source.objects === 0 && equal === 0 ? "nothing on either side" : keys(equal);
  return `EQUAL${where}: ${subject}${mode === "deep" && equal > 0 ? ` ${how}` : equal > 0 ? `, ${how}` : ""}${rest.join("")}.`;
}

/** What a mode cannot see, in sentences. */
export const CANNOT_SEE = {
  cheap: [
    "A destination object of the same size that is newer than its source counts as equal: also one that something else wrote, or that was copied from an older state of the source.",
    "Headers and metadata are not compared.",
    "verify --deep looks at the fingerprint of every object.",
  ],
  deep: [
    "The fingerprint names the source state that was copied: bytes that were changed at the destination later, with size and metadata kept, are not seen.",
    "A change of headers or metadata alone, within the second of the change before, is not seen.",
  ],
} as const;

/** Of each kind the few with the smallest keys, so that two runs show the same. */
export function examplesOf(findings: Iterable<Finding>): VerifyDocument["examples"] {
  const examples: Partial<Record<Kind, Finding[]>> = {};
  for (const finding of findings) {
    const some = (examples[finding.kind] ??= []);
    const last = some.at(-1);
    if (some.length === EXAMPLES && last !== undefined && last.key <= finding.key) continue;
    const place = some.findIndex(({ key }) => key > finding.key);
    some.splice(place < 0 ? some.length : place, 0, finding);
    some.length = Math.min(some.length, EXAMPLES);
  }
  return examples;
}

/** Rows of the table: kind, keys, what it means. */
export function countRows(counts: Counts): readonly (readonly [string, number, string])[] {
  return KINDS.filter((kind) => counts[kind] > 0).map((kind) => [kind, counts[kind], KIND_TRAITS[kind].about]);
}

/** Rows of the table: kind, key, reason. */
export function exampleRows(examples: VerifyDocument["examples"]): readonly (readonly [string, string, string])[] {
  return KINDS.flatMap((kind) => (examples[kind] ?? []).map(({ key, reason }) => [kind, shown(key), reason] as const));
}

/** What was done about it, and what to run next unless it is done here, in sentences. */
export function repairLines(repair: RepairDone, waits = false): readonly string[] {
  const { enqueued, deletes, dryRun } = repair;
  const verb = dryRun ? "would be enqueued" : "enqueued";
  return [
    `${keys(enqueued)} ${verb}${enqueued === 0 ? "" : "; the workers decide what becomes of each"}.`,
    ...deleteLines(deletes, dryRun),
    ...(dryRun || waits || enqueued === 0
      ? []
      : ["Next: s3-express-sync status --watch, and verify again when the queue is empty; --wait does both."]),
  ];
}

function deleteLines(deletes: RepairDone["deletes"], dryRun: boolean): readonly string[] {
  switch (deletes.kind) {
    case "none":
      return deletes.why === "no-extras"
        ? []
        : ["Keys that are only at the destination are left alone: --max-delete N|P% allows to delete them."];
    case "declined":
      return ["Nothing will be deleted: not confirmed (--yes answers without asking)."];
    case "refused":
      return [`Nothing will be deleted: ${deletes.reason}.`];
    case "delete":
      return [
        `${keys(deletes.keys)} of them ${dryRun ? "would be" : "are"} for deletion, if the source still has no such object.`,
      ];
  }
}

/** A key on one line, whatever is in it. */
function shown(key: string): string {
  return /^[\x21-\x7e]+$/.test(key) ? key : JSON.stringify(key);
}

export function keys(count: number): string {
  return count === 1 ? "1 key" : `${number(count)} keys`;
}

export function number(value: number): string {
  return value.toLocaleString("en-US");
}
