/**
 * Rule 7 on its own: what becomes of a message that is interrupted, given up on and lost with its worker, in any order.
 *
 * SQS counts receives of one message and moves it away on the receive after the last allowed one. A put-back is a new message, so
 * that count starts again; `failures` in the message must carry on.
 */
import type { System } from "./search";

export interface CounterRules {
  /** Put-backs carry `failures`. */
  failuresSurvive: boolean;
  /** An interruption is not a failure. */
  interruptionsAreFree: boolean;
  /** A worker that must leave sends a new message. Otherwise it makes the old one visible, which spends a receive. */
  letGoByPutBack: boolean;
  /** failures + receives beyond the limit go to the dead-letter queue. Otherwise only the receives of one message count. */
  failuresCount: boolean;
}

export const COUNTER_RULES: CounterRules = {
  failuresSurvive: true,
  interruptionsAreFree: true,
  letGoByPutBack: true,
  failuresCount: true,
};

export const MAX_RECEIVES = 3;
export const COUNTER_FAULTS = {
  innocent: "dead-lettered with fewer give-ups and dead workers than allowed",
  forEver: "given up on more often than allowed and still in the queue",
} as const;

/** A state: receives, failures, how often given up, a worker holds it, in the dead-letter queue, how many workers may still die. */
export function counters(rules: CounterRules, deaths: number): System {
  return {
    words: 6,
    start: (state) => state.set([0, 0, 0, 0, 0, deaths]),
    expand(state, visit) {
      const [receives, failures, gaveUp, held, dead, left] = [...state] as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const go = (label: string, ...next: number[]): void => visit(() => label, Uint32Array.from(next));
      if (gaveUp > MAX_RECEIVES) return COUNTER_FAULTS.forEver;
      if (dead === 1) return gaveUp + deaths - left < MAX_RECEIVES ? COUNTER_FAULTS.innocent : undefined;
      if (held === 0) {
        const used = receives + (rules.failuresCount ? failures : 0);
        if (used >= MAX_RECEIVES) go("dead letter", receives, failures, gaveUp, 0, 1, left);
        else go("receive", receives + 1, failures, gaveUp, 1, 0, left);
        return undefined;
      }
      // A key that can never be synced: it is given up on, or something comes in between.
      const carried = rules.failuresSurvive ? failures : 0;
      go("give up, put back", 0, carried + 1, gaveUp + 1, 0, 0, left);
      const charged = rules.interruptionsAreFree ? 0 : 1;
      if (rules.letGoByPutBack) go("interrupted, put back", 0, carried + charged, gaveUp, 0, 0, left);
      else go("interrupted, made visible", receives, failures + charged, gaveUp, 0, 0, left);
      if (left > 0) go("worker dies", receives, failures, gaveUp, 0, 0, left - 1);
      return undefined;
    },
  };
}
