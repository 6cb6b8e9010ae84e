/**
 * What to do next while waiting for the workers. Pure; the first row that fits decides:
 *
 * | time left | queue                 | last verify                                        | step      |
 * | --------- | --------------------- | -------------------------------------------------- | --------- |
 * | no        | any                   | any                                                | give-up   |
 * | yes       | empty for a minute    | begun before that minute was over                  | verify    |
 * | yes       | empty for 5 s         | begun before it was empty                          | verify    |
 * | yes       | any                   | ended a minute ago, and four times as long as it took | verify |
 * | yes       | any                   | otherwise                                          | look      |
 *
 * A minute, because the counts of SQS are only sure to be right that long after the last message was sent (API GetQueueAttributes). The
 * last verify but one is for the usual case, the fourth row for a queue that is never empty because the source goes on changing.
 */
import { type Counts, driftOf } from "./findings";

export const LOOK_EVERY_MS = 5_000;
const SETTLED_MS = 5_000;
export const QUIET_MS = 60_000;
const PACE_MS = 60_000;
const PACE_FACTOR = 4;

/** Monotonic milliseconds. */
export interface Span {
  readonly begun: number;
  readonly ended: number;
}

export interface Watched {
  readonly now: number;
  readonly deadline: number;
  /** When the queue was first seen empty, if it has stayed so. */
  readonly emptySince: number | undefined;
  readonly verified: Span;
}

export type Step = "look" | "verify" | "give-up";

export function nextStep({ now, deadline, emptySince = Infinity, verified }: Watched): Step {
  if (now >= deadline) return "give-up";
  if (now >= emptySince + QUIET_MS && verified.begun < emptySince + QUIET_MS) return "verify";
  if (now >= emptySince + SETTLED_MS && verified.begun < emptySince) return "verify";
  const pace = Math.max(PACE_MS, PACE_FACTOR * (verified.ended - verified.begun));
  return now >= verified.ended + pace ? "verify" : "look";
}

/**
 * Whether a verify ends the waiting:
 *
 * | drift          | in motion | queue              | verdict   |
 * | -------------- | --------- | ------------------ | --------- |
 * | 0              | 0         | any                | equal     |
 * | 0              | > 0       | not empty          | equal     |
 * | all unsyncable | 0         | any                | different |
 * | > 0            | any       | quiet for a minute | different |
 * | otherwise      |           |                    | go on     |
 *
 * In a queue that is not empty, what changed too recently to judge is newer than what was waited for.
 * @param queue `quiet`: empty for a minute when the verify began
 */
export function verdictAfter(counts: Counts, queue: "quiet" | "empty" | "busy"): "equal" | "different" | undefined {
  const drift = driftOf(counts);
  const inMotion = counts["in-motion"];
  if (drift === 0) return inMotion === 0 || queue === "busy" ? "equal" : undefined;
  if (queue === "quiet" || (inMotion === 0 && drift === counts.unsyncable)) return "different";
  return undefined;
}
