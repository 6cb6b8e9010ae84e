/** A condition variable: wait until somebody says that something changed, then look again. */

import type { CancelSignal } from "../core/ports";
export interface Condition {
  /** Resolves at the next `notify`, or at once when `signal` is or becomes aborted. */
  wait(signal?: CancelSignal): Promise<void>;
  notify(): void;
}

export function makeCondition(): Condition {
  const waiters = new Set<() => void>();
  return {
    wait: (signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const done = (): void => {
          waiters.delete(done);
          signal?.removeEventListener("abort", done);
          resolve();
        };
        waiters.add(done);
        signal?.addEventListener("abort", done, { once: true });
      }),
    notify: () => {
      if (waiters.size === 0) return;
      for (const waiter of [...waiters]) waiter();
    },
  };
}
