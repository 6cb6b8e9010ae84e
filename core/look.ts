/** What one look of the starter saw and did: logged by the starter, read by the command line. */
import type { Capacity } from "./fleet";
import type { ScaleReason } from "./scale";

/** One JSON line of the starter's log, with the metrics of the look in it. */
export interface LookRecord {
  readonly event: "look";
  readonly look: number;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Before this look's launches. */
  readonly running: number;
  readonly starting: number;
  readonly launched: number;
  readonly capacity: Readonly<Record<Capacity, number>>;
  readonly reason: ScaleReason;
  readonly spotShortage: boolean;
  readonly crashLoop: boolean;
  readonly problems: readonly string[];
}

/** The last look of an invocation begins before this: it ends by 50 s, before the next one begins. */
const LAST_LOOK_MS = 46_000;

/** When the looks of one invocation are due, in milliseconds after it began: one, or several where a minute is too long. */
export function looksDueMs(pollIntervalSeconds: number): readonly number[] {
  const intervalMs = pollIntervalSeconds * 1000;
  return Array.from({ length: Math.max(1, Math.ceil(LAST_LOOK_MS / intervalMs)) }, (_, index) => index * intervalMs);
}

/** What a look takes at most, while AWS answers as it should. */
const LOOK_MS = 4_000;

/** Milliseconds after an invocation began: from then on it launches nothing more, while AWS answers as it should. */
export function lastLaunchMs(pollIntervalSeconds: number): number {
  return (looksDueMs(pollIntervalSeconds).at(-1) ?? 0) + LOOK_MS;
}

/** What one invocation of the starter answers. */
export interface StarterResult {
  readonly launched: number;
  readonly looks: readonly LookRecord[];
}

/** What the sentence tells of; a look that was only foreseen has no problems and no place in a log. */
export type Told = Omit<LookRecord, "event" | "look" | "problems">;

/**
 * The decision of a look in one sentence for people.
 * @param done what became of its workers
 */
export function describeLook(look: Told, done: "launched" | "would be launched" = "launched"): string {
  const { visible, inFlight, running, starting, launched } = look;
  switch (look.reason) {
    case "paused":
      return `paused: the most workers allowed is 0, and ${messages(visible)} waiting`;
    case "nothing-to-do":
      return "nothing to do: the queue is empty";
    case "only-in-flight":
      return `nothing to start: ${messages(inFlight)} already held by ${workers(running)}`;
    case "at-max-workers":
      return `no more workers allowed: ${workers(running)} running, ${messages(visible)} waiting`;
    case "enough-starting":
      return `enough on their way: ${workers(starting)} starting for ${messages(visible)}`;
    case "crash-loop":
      return `crash loop: workers die as fast as they start; one is tried every 10 minutes (${launched} now)`;
    case "launch":
      return `${workers(launched)} ${done} (${capacities(look)}) for ${messages(visible)}, ${running} running before`;
  }
}

function capacities({ capacity }: Told): string {
  return `${capacity.FARGATE_SPOT} Spot, ${capacity.FARGATE} On-Demand`;
}

function messages(count: number): string {
  return count === 1 ? "1 message" : `${count} messages`;
}

function workers(count: number): string {
  return count === 1 ? "1 worker" : `${count} workers`;
}
