/**
 * The breaker: tells trouble with one key from trouble with everything.
 *
 * Missing permissions, a failing session or a bucket that answers 503 would otherwise send every key to the dead-letter queue.
 * While it is open nothing is received, messages are held under heartbeat, and one key at a time probes. A failure counts as
 * the key's own only while other keys succeed.
 */
import type { SyncError } from "../core/errors";
import { adviceFor } from "../core/errors";
import type { CancelSignal, Clock, Log } from "../core/ports";
import { makeCondition } from "./condition";
import { type Controller, makeController } from "./controller";
import { Interruption } from "./interruption";

/** A success of another key this recently, or since work on this key began, shows that the trouble is the key's own ... */
const EVIDENCE_MS = 10_000;
/** ... unless this many keys have failed since. */
const FAILING_KEYS = 3;
const FIRST_PROBE_MS = 1_000;
const MAX_PROBE_MS = 30_000;

export interface Breaker {
  /** Resolves when work on this key may begin. Rejects with an Interruption when `stopping` aborts first. */
  gate(key: string, stopping: CancelSignal): Promise<void>;
  succeeded(key: string): void;
  /** "hold": keep the message and come back through the gate. "key": the key's own failure. */
  failed(key: string, error: SyncError): "hold" | "key";
  /** The end of a pass that proves nothing: a verdict about the key, or an interruption. */
  inconclusive(key: string): void;
  /** No more work on this key for now. */
  forget(key: string): void;
  readonly isOpen: boolean;
  /** Distinct keys that have failed since the last success. */
  readonly failingKeys: number;
}

export interface BreakerDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly budgetMs: number;
  readonly onOpen: () => void;
  readonly onClose: () => void;
  /** Open for longer than the budget. */
  readonly onBudgetSpent: (error: SyncError) => void;
}

export function makeBreaker({ clock, log, budgetMs, onOpen, onClose, onBudgetSpent }: BreakerDeps): Breaker {
  const failing = new Set<string>();
  let lastSuccess: { key: string; atMs: number } | undefined;
  let open: { sinceMs: number; closed: Controller; lastError: SyncError; probeMs: number } | undefined;
  const beganMs = new Map<string, number>();
  let probing: string | undefined;
  let mayProbe = false;
  const turn = makeCondition();

  function openUp(key: string, error: SyncError): void {
    const closed = makeController();
    open = { sinceMs: clock.monotonicMs(), closed, lastError: error, probeMs: FIRST_PROBE_MS };
    log.error("breaker-open", {
      key,
      code: error.code,
      operation: error.operation,
      error: error.message,
      advice: adviceFor(error.code),
      budgetSeconds: budgetMs / 1000,
    });
    onOpen();
    void clock.sleep(budgetMs, closed.signal).then(() => {
      if (closed.signal.aborted || open === undefined) return;
      log.error("breaker-budget-spent", { code: open.lastError.code, error: open.lastError.message });
      onBudgetSpent(open.lastError);
    });
    scheduleProbe();
  }

  function scheduleProbe(): void {
    if (open === undefined) return;
    const { closed, probeMs } = open;
    open.probeMs = Math.min(MAX_PROBE_MS, probeMs * 2);
    void clock.sleep(probeMs, closed.signal).then(() => {
      if (closed.signal.aborted) return;
      mayProbe = true;
      turn.notify();
    });
  }

  function probeEnded(key: string): void {
    if (probing !== key) return;
    probing = undefined;
    scheduleProbe();
  }

  function othersSucceed(key: string): boolean {
    if (lastSuccess === undefined || lastSuccess.key === key) return false;
    const now = clock.monotonicMs();
    return lastSuccess.atMs >= Math.min(now - EVIDENCE_MS, beganMs.get(key) ?? now);
  }

  return {
    async gate(key, stopping) {
      while (open !== undefined) {
        if (stopping.aborted) throw new Interruption("stopping");
        if (mayProbe && probing === undefined) {
          mayProbe = false;
          probing = key;
          log.info("breaker-probe", { key });
          break;
        }
        await turn.wait(stopping);
      }
      beganMs.set(key, clock.monotonicMs());
    },
    succeeded(key) {
      lastSuccess = { key, atMs: clock.monotonicMs() };
      failing.clear();
      if (open === undefined) return;
      open.closed.abort();
      log.info("breaker-closed", { key, openSeconds: Math.round((clock.monotonicMs() - open.sinceMs) / 1000) });
      open = undefined;
      probing = undefined;
      mayProbe = false;
      onClose();
      turn.notify();
    },
    failed(key, error) {
      failing.add(key);
      if (open !== undefined) {
        open.lastError = error;
        probeEnded(key);
        return "hold";
      }
      if (failing.size < FAILING_KEYS && othersSucceed(key)) return "key";
      openUp(key, error);
      return "hold";
    },
    inconclusive: (key) => {
      if (open !== undefined) probeEnded(key);
    },
    forget: (key) => {
      beganMs.delete(key);
      if (open !== undefined) probeEnded(key);
    },
    get isOpen() {
      return open !== undefined;
    },
    get failingKeys() {
      return failing.size;
    },
  };
}
