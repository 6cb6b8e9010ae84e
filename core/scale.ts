/**
 * How many workers to launch now. Pure; the truth table (max 5, one message per worker where not said otherwise):
 *
 * | visible | in flight | running (starting) | rule                | launch | reason                 |
 * | ------- | --------- | ------------------ | ------------------- | ------ | ---------------------- |
 * | any     | any       | any                | max 0               | 0      | paused                 |
 * | 0       | 0         | 0 (0)              | visible             | 0      | nothing-to-do          |
 * | 0       | 500       | 1 (0)              | visible             | 0      | only-in-flight         |
 * | 0       | 500       | 1 (0)              | seed                | 4      | launch                 |
 * | 1       | 0         | 0 (0)              | visible             | 1      | launch                 |
 * | 300     | 0         | 2 (0)              | visible             | 3      | launch                 |
 * | 300     | 0         | 5 (0)              | visible             | 0      | at-max-workers         |
 * | 300     | 0         | 7 (0)              | visible             | 0      | at-max-workers         |
 * | 2       | 0         | 2 (2)              | visible             | 0      | enough-starting        |
 * | 3       | 0         | 2 (2)              | visible             | 1      | launch                 |
 * | 3       | 0         | 2 (0)              | visible             | 3      | launch                 |
 * | 21      | 0         | 0 (0)              | 10 messages, visible | 3     | launch                 |
 * | 20      | 0         | 0 (0)              | 10 messages, visible | 2     | launch                 |
 * | 300     | 0         | 0 (0)              | crash loop, last launch 9 min ago  | 0 | crash-loop   |
 * | 300     | 0         | 0 (0)              | crash loop, last launch 10 min ago | 1 | crash-loop   |
 * | 0       | 0         | 0 (0)              | crash loop          | 0      | nothing-to-do          |
 */
import type { Fleet } from "./fleet";

/** GetQueueAttributes; all approximate. */
export interface QueueDepth {
  readonly visible: number;
  /** Held by workers; those of a dead worker become visible by themselves. */
  readonly inFlight: number;
  /** Put back with a delay; visible when it is over. */
  readonly delayed: number;
}

export interface ScaleConfig {
  /** 0 pauses. */
  readonly maxWorkers: number;
  readonly messagesPerWorker: number;
  readonly scalingRule: "visible" | "seed";
}

export type ScaleReason =
  "paused" | "nothing-to-do" | "only-in-flight" | "at-max-workers" | "enough-starting" | "crash-loop" | "launch";

export interface ScaleDecision {
  /** 0 .. maxWorkers - running. */
  readonly launch: number;
  readonly reason: ScaleReason;
}

/** In a crash loop one worker is tried this often: often enough to notice a repair, seldom enough to cost nothing. */
export const CRASH_LOOP_LAUNCH_MS = 600_000;

/** @param now epoch milliseconds */
export function decideScale(depth: QueueDepth, fleet: Fleet, config: ScaleConfig, now: number): ScaleDecision {
  if (config.maxWorkers === 0) return none("paused");
  const wanted = wantedWorkers(depth, fleet, config);
  if (wanted.backlog === 0) return none(depth.inFlight > 0 ? "only-in-flight" : "nothing-to-do");
  const free = config.maxWorkers - fleet.running;
  if (free <= 0) return none("at-max-workers");
  if (wanted.more <= 0) return none("enough-starting");
  if (fleet.crashLoop) {
    return { launch: now - fleet.lastLaunchAt >= CRASH_LOOP_LAUNCH_MS ? 1 : 0, reason: "crash-loop" };
  }
  return { launch: Math.min(wanted.more, free), reason: "launch" };
}

/** `backlog`: workers the queue asks for; `more`: those that nobody is on the way for. */
function wantedWorkers(depth: QueueDepth, fleet: Fleet, config: ScaleConfig): { backlog: number; more: number } {
  if (config.scalingRule === "seed") {
    // The seed's literal rule: min(maxWorkers - running, visible + in flight), one message per worker.
    const backlog = depth.visible + depth.inFlight;
    return { backlog, more: backlog };
  }
  const backlog = Math.ceil(depth.visible / config.messagesPerWorker);
  return { backlog, more: backlog - fleet.starting };
}

function none(reason: ScaleReason): ScaleDecision {
  return { launch: 0, reason };
}
