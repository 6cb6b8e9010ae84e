/** One call under a deadline, and its repetition. The only place that waits between attempts. */
import { asSyncError, classOf, syncError, type SyncError } from "../core/errors";
import type { CancelSignal, Clock } from "../core/ports";
import { decideRetry, DEFAULT_RETRY, type RetryPolicy } from "../core/retry";
import { makeController, onAbort } from "./controller";
import { Interruption } from "./interruption";

export interface RetryDeps {
  readonly clock: Clock;
  readonly random: () => number;
  /** Called for every failed attempt, before anything is decided. */
  readonly onError: (error: SyncError) => void;
}

/**
 * Makes one attempt. After `timeoutMs` it stops waiting and rejects with `Timeout`, effect unknown: the request may still
 * take effect at the server. The call's own signal is aborted then, or when `signal` is.
 */
export function callOnce<T>(
  clock: Clock,
  operation: string,
  timeoutMs: number,
  signal: CancelSignal,
  call: (signal: CancelSignal) => Promise<T>,
): Promise<T> {
  if (signal.aborted) return Promise.reject(givenUp(operation, "none"));
  return new Promise<T>((resolve, reject) => {
    const inner = makeController();
    const timer = makeController();
    let over = false;
    const end = (): void => {
      over = true;
      forget();
      timer.abort();
    };
    const fail = (error: unknown): void => {
      if (over) return;
      end();
      // Only now: aborting a call that has answered could tear down a socket that already serves the next one.
      inner.abort();
      reject(asSyncError(error, operation));
    };
    const succeed = (value: T): void => {
      if (over) return;
      end();
      resolve(value);
    };
    const forget = onAbort(signal, () => fail(givenUp(operation, "unknown")));
    void clock.sleep(timeoutMs, timer.signal).then(() => (over ? undefined : fail(noAnswer(operation, timeoutMs))));
    try {
      call(inner.signal).then(succeed, fail);
    } catch (error) {
      fail(error);
    }
  });
}

function noAnswer(operation: string, timeoutMs: number): SyncError {
  const message = `no answer within ${timeoutMs / 1000} s`;
  return syncError({ code: "Timeout", operation, effect: "unknown", message });
}

/**
 * Repeats `attempt` as core/retry.ts decides. Once `stopping` is aborted nothing is repeated: a call that failed then is an
 * interruption, not a failure.
 */
export async function withRetry<T>(
  deps: RetryDeps,
  operation: string,
  stopping: CancelSignal,
  attempt: () => Promise<T>,
  policy: RetryPolicy = DEFAULT_RETRY,
): Promise<T> {
  for (let made = 1; ; made++) {
    try {
      return await attempt();
    } catch (thrown) {
      if (thrown instanceof Interruption) throw thrown;
      const error = asSyncError(thrown, operation);
      deps.onError(error);
      const decision = decideRetry(error, made, policy, deps.random());
      if (decision.kind === "give-up") {
        // Given up because we stop: the key is not to blame.
        if (stopping.aborted && isTemporary(error)) throw new Interruption("stopping");
        throw error;
      }
      await deps.clock.sleep(decision.delayMs, stopping);
      if (stopping.aborted) throw new Interruption("stopping");
    }
  }
}

function isTemporary(error: SyncError): boolean {
  const errorClass = classOf(error);
  return errorClass === "transient" || errorClass === "throttled";
}

function givenUp(operation: string, effect: "none" | "unknown"): SyncError {
  return syncError({ code: "Aborted", operation, effect, message: "given up because the worker is stopping" });
}
