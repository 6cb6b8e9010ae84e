/** Waiting for conditions: generous deadlines, because a loaded machine is slow, and a message that says what did not happen. */
import { setTimeout as sleep } from "node:timers/promises";

/** Longer than anything takes on a machine with a load of ten. */
export const DEADLINE_MS = 60_000;
const LOOK_EVERY_MS = 20;

/** @throws Error "WHAT did not happen within ..." */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  deadlineMs = DEADLINE_MS,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: did not happen within ${deadlineMs / 1000} s`);
    await sleep(LOOK_EVERY_MS);
  }
}

/** The promise's value. @throws Error when it takes longer than the deadline */
export async function within<T>(what: string, promise: Promise<T>, deadlineMs = DEADLINE_MS): Promise<T> {
  const timer = new AbortController();
  const late = sleep(deadlineMs, undefined, { signal: timer.signal }).then(
    () => {
      throw new Error(`${what}: did not happen within ${deadlineMs / 1000} s`);
    },
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}
