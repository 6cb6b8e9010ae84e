/** Whether and when one call is tried again: a pure decision of the error and the attempt. */
import { classOf, type SyncError } from "./errors";

export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly attempts: number;
  /** Ceiling of the first delay, milliseconds; doubles per attempt. */
  readonly baseMs: number;
  /** Ceiling of every delay, milliseconds. */
  readonly capMs: number;
}

/** Storms are ridden out in process: giving a message back would raise its receive count. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 6, baseMs: 100, capMs: 10_000 };

export type RetryDecision = { readonly kind: "retry"; readonly delayMs: number } | { readonly kind: "give-up" };

/**
 * @param attempt how many attempts have been made, 1 or more
 * @param random uniform in [0, 1): full jitter, so that many workers do not come back at once
 */
export function decideRetry(error: SyncError, attempt: number, policy: RetryPolicy, random: number): RetryDecision {
  const errorClass = classOf(error);
  const again = (errorClass === "transient" || errorClass === "throttled") && error.code !== "Aborted";
  // A session that ended early (five minutes at most, API CreateSession): the adapter has forgotten it, the next call gets a new one.
  if (error.code === "Session" && attempt === 1) return { kind: "retry", delayMs: 0 };
  if (!again || attempt >= policy.attempts) return { kind: "give-up" };
  return { kind: "retry", delayMs: backoffMs(attempt, policy, random) };
}

/** Full-jitter exponential delay before attempt number `attempt + 1`. */
export function backoffMs(attempt: number, policy: Pick<RetryPolicy, "baseMs" | "capMs">, random: number): number {
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.floor(random * ceiling);
}
