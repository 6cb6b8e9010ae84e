/** What came of waiting, in one sentence: what is left, and what to do about it. Pure. */
import { duration } from "../shell/progress";
import { driftOf } from "./findings";
import type { RepairDone } from "./report";
import type { Waited } from "./wait";

/** What --json prints of it. */
export interface WaitDocument {
  readonly outcome: Waited["outcome"];
  readonly seconds: number;
  readonly verifies: number;
  /** Messages left, by the newest look; null when it did not come to one. */
  readonly queue: { readonly visible: number; readonly inFlight: number; readonly delayed: number } | null;
  /** As `status` says it. */
  readonly state: string | null;
  readonly sentence: string;
}

/** @param repair what was done at the beginning, if anything was asked for */
export function waitDocument(waited: Waited, repair: RepairDone | undefined): WaitDocument {
  const { outcome, seconds, verifies, situation, summary } = waited;
  const { visible = 0, inFlight = 0, delayed = 0 } = situation?.queue ?? {};
  return {
    outcome,
    seconds,
    verifies,
    queue: situation === undefined ? null : { visible, inFlight, delayed },
    state: summary?.state ?? null,
    sentence: sentenceOf(waited, repair),
  };
}

function sentenceOf(waited: Waited, repair: RepairDone | undefined): string {
  const { outcome, seconds, verifies, summary } = waited;
  const after = duration(seconds);
  const status = summary === undefined ? "" : ` ${capital(summary.sentence)}.`;
  switch (outcome) {
    case "equal":
      return verifies === 0 ? "Nothing to wait for." : `Equal after ${after}.`;
    case "different":
      return summary === undefined
        ? `Not waited: ${left(waited)}, and no worker can sync what cannot be synced.`
        : `Stopped waiting after ${after}: nothing is left in the queue, and ${left(waited)}. ${whyLeft(waited, repair)}${status}`;
    case "timeout":
      return `Gave up after ${after}: ${left(waited)}.${status} ${WHAT_NEXT[summary?.state ?? ""] ?? "Wait longer with --timeout, or look with s3-express-sync status."}`;
    case "interrupted":
      return `Interrupted after ${after} of waiting: when last verified, ${left(waited)}.${status}`;
  }
}

function left({ run: { comparison } }: Waited): string {
  const drift = driftOf(comparison.counts);
  const inMotion = comparison.counts["in-motion"];
  const keys = (count: number, one: string, many: string): string =>
    `${count.toLocaleString("en-US")} ${count === 1 ? `key ${one}` : `keys ${many}`}`;
  if (drift === 0) return keys(inMotion, "has changed too recently to judge", "have changed too recently to judge");
  return keys(drift, "still differs", "still differ");
}

function whyLeft({ run: { comparison } }: Waited, repair: RepairDone | undefined): string {
  const { extra, unsyncable } = comparison.counts;
  const drift = driftOf(comparison.counts);
  if (drift === unsyncable) return "They cannot be synced; the reasons are below.";
  if (drift === extra + unsyncable && repair?.deletes.kind !== "delete") {
    return "What is only at the destination goes only with --repair --max-delete N|P%.";
  }
  if (repair === undefined) return "Nobody has been asked to sync them: add --repair.";
  return "The workers have looked at them: s3-express-sync dlq list, and explain KEY for one of them.";
}

/** By the state of the system (cli/status/describe.ts); the others only take time. */
const WHAT_NEXT: Readonly<Record<string, string>> = {
  paused: "Until then nothing is synced.",
  "crash-loop": "See s3-express-sync doctor.",
  "spot-shortage": "It goes on when there is capacity, or with onDemandWeight above 0.",
  stuck: "See s3-express-sync doctor.",
  "no-progress": "See s3-express-sync logs worker --errors.",
};

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
