/** One call under a deadline, and its repetition. The only place that waits between attempts. */
import { asSyncError, classOf, syncError, type SyncError } from "../core/errors";
import type { CancelSignal, Clock } from "../core/ports";
import { decideRetry, DEFAULT_RETRY, type RetryPolicy } from "../core/retry";
import { makeController } from "./controller";
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
    new Attempt(operation, signal, resolve, reject).make(clock, timeoutMs, call);
  });
}

/** A class, because thousands are made a second. */
class Attempt<T> {
  private over = false;
  private readonly inner = makeController();
  private noDeadline: (() => void) | undefined;
  private readonly onAbort = (): void => this.fail(givenUp(this.operation, "unknown"));

  constructor(
    private readonly operation: string,
    private readonly signal: CancelSignal,
    private readonly resolve: (value: T) => void,
    private readonly reject: (error: SyncError) => void,
  ) {}

  make(clock: Clock, timeoutMs: number, call: (signal: CancelSignal) => Promise<T>): void {
    this.signal.addEventListener("abort", this.onAbort, { once: true });
    this.noDeadline = clock.after(timeoutMs, () => this.fail(noAnswer(this.operation, timeoutMs)));
    try {
      call(this.inner.signal).then(
        (value) => this.succeed(value),
        (error: unknown) => this.fail(error),
      );
    } catch (error) {
      this.fail(error);
    }
  }

  private succeed(value: T): void {
    if (this.end()) this.resolve(value);
  }

  private fail(error: unknown): void {
    if (!this.end()) return;
    // Only now: aborting a call that has answered could tear down a socket that already serves the next one.
    this.inner.abort();
    this.reject(asSyncError(error, this.operation));
  }

  /** False when it is over already. */
  private end(): boolean {
    if (this.over) return false;
    this.over = true;
    this.signal.removeEventListener("abort", this.onAbort);
    this.noDeadline?.();
    return true;
  }
}

function noAnswer(operation: string, timeoutMs: number): SyncError {
  const message = `no answer within ${timeoutMs / 1000} s`;
  return syncError({ code: "Timeout", operation, effect: "unknown", message });
}

/**
 * Repeats `attempt` as core/retry.ts decides. Once `stopping` is aborted nothing is repeated: a call that failed then is an
 * interruption, not a failure.
 */
export function withRetry<T>(
  deps: RetryDeps,
  operation: string,
  stopping: CancelSignal,
  attempt: () => Promise<T>,
  policy: RetryPolicy = DEFAULT_RETRY,
): Promise<T> {
  // Nearly every call works at once: what a repetition needs is only made for one. Who gives up does so at once.
  return attempt().catch((thrown: unknown) => {
    const terms = { deps, operation, stopping, policy };
    return again(terms, attempt, pauseAfter(terms, thrown, 1));
  });
}

interface Terms {
  readonly deps: RetryDeps;
  readonly operation: string;
  readonly stopping: CancelSignal;
  readonly policy: RetryPolicy;
}

async function again<T>(terms: Terms, attempt: () => Promise<T>, firstPauseMs: number): Promise<T> {
  const { deps, stopping } = terms;
  let pauseMs = firstPauseMs;
  for (let made = 2; ; made++) {
    await deps.clock.sleep(pauseMs, stopping);
    if (stopping.aborted) throw new Interruption("stopping");
    try {
      return await attempt();
    } catch (thrown) {
      pauseMs = pauseAfter(terms, thrown, made);
    }
  }
}

/** Milliseconds until the next attempt. @throws when there is to be none */
function pauseAfter({ deps, operation, stopping, policy }: Terms, thrown: unknown, made: number): number {
  if (thrown instanceof Interruption) throw thrown;
  const error = asSyncError(thrown, operation);
  deps.onError(error);
  const decision = decideRetry(error, made, policy, deps.random());
  if (decision.kind === "retry") return decision.delayMs;
  // Given up because we stop: the key is not to blame.
  if (stopping.aborted && isTemporary(error)) throw new Interruption("stopping");
  throw error;
}

function isTemporary(error: SyncError): boolean {
  const errorClass = classOf(error);
  return errorClass === "transient" || errorClass === "throttled";
}

function givenUp(operation: string, effect: "none" | "unknown"): SyncError {
  return syncError({ code: "Aborted", operation, effect, message: "given up because the worker is stopping" });
}
