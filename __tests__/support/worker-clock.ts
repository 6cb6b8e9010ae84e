/** Virtual time for unit tests: timers fire in order of their instants, and woken code runs before the next one fires. */
import type { Clock } from "../../core/ports";
import { afterSleeping } from "../../worker/clock";

/** 2026-01-01T00:00:00Z; the monotonic clock starts elsewhere, so that a mix-up shows. */
export const WALL_START_MS = 1_767_225_600_000;
const MONOTONIC_START_MS = 5_000_000;

export interface VirtualClock extends Clock {
  /** Fires what is due within `ms`, in order. */
  advance(ms: number): Promise<void>;
  /** Lets time pass without firing anything, as for a process that stands still. */
  standStill(ms: number): void;
  /** Runs woken code without letting time pass. */
  settle(): Promise<void>;
  /** Lets time pass until the promise settles; throws when it has not after `limitMs`. */
  until<T>(promise: Promise<T>, limitMs?: number): Promise<T>;
  /** Virtual milliseconds since the start. */
  readonly now: number;
  /** Timers that have not fired. */
  readonly timers: number;
}

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

export function makeClock(): VirtualClock {
  const timers = new Set<Timer>();
  let now = 0;

  // One turn of the event loop: every microtask, however many follow from each other, has run by then.
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  function nextTimer(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) if (next === undefined || timer.at < next.at) next = timer;
    return next;
  }

  /** Fires the next timer that is due until `limit`; false when there is none. */
  async function step(limit: number): Promise<boolean> {
    await settle();
    const next = nextTimer();
    if (next === undefined || next.at > limit) return false;
    timers.delete(next);
    now = next.at;
    next.fire();
    return true;
  }

  const sleep: Clock["sleep"] = (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const timer: Timer = { at: now + Math.max(0, ms), fire: done };
      function done(): void {
        timers.delete(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      }
      timers.add(timer);
      signal?.addEventListener("abort", done, { once: true });
    });

  return {
    wallMs: () => WALL_START_MS + now,
    monotonicMs: () => MONOTONIC_START_MS + now,
    sleep,
    after: afterSleeping(sleep),
    settle,
    standStill(ms) {
      now += ms;
    },
    async advance(ms) {
      const target = now + ms;
      while (await step(target)) continue;
      now = target;
      await settle();
    },
    async until(promise, limitMs = 24 * 3600_000) {
      const limit = now + limitMs;
      let ends = 0;
      const mark = (): number => ends++;
      const isSettled = (): boolean => ends > 0;
      promise.then(mark, mark);
      await settle();
      while (!isSettled()) {
        if (!(await step(limit)))
          throw new Error(`not settled after ${limitMs} virtual ms; ${timers.size} timers left`);
        await settle();
      }
      return promise;
    },
    get now() {
      return now;
    },
    get timers() {
      return timers.size;
    },
  };
}
