/** Waiting that can be called off. */
import { setTimeout as sleepFor } from "node:timers/promises";

/** Rejects with the signal's reason. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await sleepFor(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

const LOOK_EVERY_MS = 25;

/** Resolves once the condition holds. Rejects with the signal's reason. */
export async function until(holds: () => boolean, signal: AbortSignal): Promise<void> {
  while (!holds()) await sleep(LOOK_EVERY_MS, signal);
}
