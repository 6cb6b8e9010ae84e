/** Time as a parameter: everything in the local cloud that waits or compares times asks a Clock. */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs once, `ms` of this clock's time from now. Never keeps the process alive. */
  after(ms: number, run: () => void): Timer;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

export interface ManualClock extends Clock {
  /** Moves time forward by `ms`, running what falls due in order of its time. */
  tick(ms: number): void;
  /** How many timers wait: a test can see that a long poll has begun. */
  readonly waiting: number;
}

/** A clock that stands still until it is told to move. */
export function manualClock(startMs: number = Date.now()): ManualClock {
  let now = startMs;
  let order = 0;
  const timers = new Set<{ at: number; order: number; run: () => void }>();
  return {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, order: order++, run };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    tick(ms) {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter((t) => t.at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
        if (due === undefined) break;
        timers.delete(due);
        now = Math.max(now, due.at);
        due.run();
      }
      now = end;
    },
    get waiting() {
      return timers.size;
    },
  };
}
