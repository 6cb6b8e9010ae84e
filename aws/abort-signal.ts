/** Signals at the border to the SDK: it wants the platform's AbortSignal; the ports promise less (core/ports.ts, CancelSignal). */
import type { CancelSignal } from "../core/ports";

/** Runs `call` with a platform signal that aborts as soon as `signal` does. */
export async function withAbortSignal<T>(signal: CancelSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (signal instanceof AbortSignal) return call(signal);
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  try {
    return await call(controller.signal);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** In the SDK's words, so that aws/errors.ts knows it whichever way the request was sent. */
export function requestAborted(): Error {
  return Object.assign(new Error("Request aborted"), { name: "AbortError" });
}
