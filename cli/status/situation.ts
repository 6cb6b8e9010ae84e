/** Everything `status` knows about a system at one moment. Plain data: gathered in gather.ts, judged in describe.ts. */
import type { QueueState } from "../../aws/operator/queue-state";
import type { ScheduleRule } from "../../aws/operator/schedule-rule";
import type { Capacity, Fleet } from "../../core/fleet";
import type { LookRecord } from "../../core/look";

export interface Situation {
  /** Epoch milliseconds, as all times here. */
  readonly at: number;
  readonly queue: QueueState;
  /** Messages in the dead-letter queue. */
  readonly deadLetters: number;
  /** Tasks that exist and are not on their way out, oldest first. */
  readonly workers: readonly WorkerTask[];
  readonly fleet: Fleet;
  readonly rule: ScheduleRule;
  readonly limits: StarterLimits;
  readonly starter: StarterHistory;
  readonly activity: Activity;
  /** What could not be read, and why: it is then missing above. */
  readonly unread: readonly string[];
}

export interface WorkerTask {
  /** Last segment of the task's ARN, as in its log lines. */
  readonly id: string;
  readonly status: string;
  readonly capacity: Capacity | undefined;
  /** Since it was asked for; undefined when ECS does not say. */
  readonly ageSeconds: number | undefined;
}

/** What the starter is told. */
export interface StarterLimits {
  /** Undefined when the starter's own setting is unreadable, to it as well. */
  readonly maxWorkers: number | undefined;
  readonly pollSeconds: number;
}

/** From the starter's log. */
export interface StarterHistory {
  readonly lastLook?: { readonly at: number; readonly look: LookRecord };
  readonly lastFailure?: { readonly at: number; readonly text: string };
}

/** From CloudWatch, which is minutes late. A field that is missing was not measured: it is never shown as 0. */
export interface Activity {
  /** What the sums below are of. */
  readonly windowSeconds: number;
  /** Of the oldest message, as of a minute that began then. */
  readonly oldest?: { readonly seconds: number; readonly at: number };
  readonly lag?: { readonly p50Seconds: number; readonly p99Seconds: number; readonly maxSeconds: number };
  readonly copied?: number;
  readonly bytesCopied?: number;
  readonly deleted?: number;
  readonly messagesDone?: number;
  /** Messages finished per second, over the last minutes that are known. */
  readonly messagesPerSecond?: number;
  /** What this work cost at list prices (core/cost.ts), as `cost --last-run` counts. */
  readonly dollars?: number;
}

/** Why no workers are started, if it is on purpose. */
export type Pause = "rule-disabled" | "no-workers-allowed";

export function pauseOf({ rule, limits }: Pick<Situation, "rule" | "limits">): Pause | undefined {
  if (!rule.enabled) return "rule-disabled";
  return limits.maxWorkers === 0 ? "no-workers-allowed" : undefined;
}
