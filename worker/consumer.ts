/**
 * The receive loop: takes messages while there is room for their work, and says when there is nothing left to do.
 *
 * Room is counted in planned copy requests that have not been started: two pools full. So a worker is never starved, and never
 * hoards a backlog that others could share.
 */
import { asSyncError, type SyncError } from "../core/errors";
import type { CancelSignal, Clock, Log, Queue } from "../core/ports";
import { backoffMs } from "../core/retry";
import type { Condition } from "./condition";
import type { Lease, Leases } from "./leases";
import { isAborted, makeController } from "./controller";
import { callOnce } from "./retry";

const MAX_MESSAGES = 10;
const RECEIVE_MARGIN_MS = 15_000;
/**
 * A receive that is under way when the worker is told to stop may have its messages on the way already: cut off at once, they would
 * stay invisible, and one receive poorer, until their lease runs out. SQS answers sooner than this when it has any.
 */
const LAST_RECEIVE_MS = 1_000;
const BACKOFF = { baseMs: 500, capMs: 30_000 };

export interface ConsumerDeps {
  readonly queue: Pick<Queue, "receive">;
  readonly leases: Leases;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Notified whenever there may be more room, or less work, than before. */
  readonly changed: Condition;
  /** How many messages may be received now; 0 waits for `changed`. */
  readonly room: () => number;
  /** Whether the worker has work of its own. */
  readonly busy: () => boolean;
  readonly intake: (lease: Lease) => Promise<void>;
  readonly longPollSeconds: number;
  readonly emptyPollsBeforeExit: number;
  readonly receivers: number;
  /** A receive failed for reasons that do not go away by themselves, for this long. */
  readonly failureBudgetMs: number;
}

export type ConsumerEnd =
  { readonly kind: "idle" | "stopped" | "queue-gone" } | { readonly kind: "failed"; readonly error: SyncError };

/** Runs until the queue has stayed empty and no work is left, until `stopping` aborts, or until the queue is gone. Never rejects. */
export async function consume(deps: ConsumerDeps, stopping: CancelSignal): Promise<ConsumerEnd> {
  const { clock, changed } = deps;
  const emptyPolls = Array.from({ length: deps.receivers }, () => 0);
  const cutOff = makeController();
  const over = makeController();
  let end: ConsumerEnd | undefined;
  let failingSince: number | undefined;

  function finish(how: ConsumerEnd): void {
    end ??= how;
    changed.notify();
  }

  async function receiver(index: number): Promise<void> {
    let failures = 0;
    while (end === undefined) {
      if (stopping.aborted) {
        finish({ kind: "stopped" });
        return;
      }
      if (isIdle()) {
        finish({ kind: "idle" });
        return;
      }
      const room = deps.room();
      // A receiver that has polled often enough lets the others catch up: one more long poll would only delay the exit.
      if (room <= 0 || (hasPolledEnough(index) && !deps.busy())) {
        await changed.wait(stopping);
        continue;
      }
      try {
        await poll(index, Math.min(MAX_MESSAGES, room));
        failures = 0;
        failingSince = undefined;
      } catch (thrown) {
        const error = asSyncError(thrown, "ReceiveMessage");
        if (isAborted(stopping)) continue;
        if (error.code === "QueueGone") {
          finish({ kind: "queue-gone" });
          return;
        }
        failures++;
        failingSince ??= clock.monotonicMs();
        deps.log.warn("receive-failed", { code: error.code, error: error.message, failures });
        if (clock.monotonicMs() - failingSince > deps.failureBudgetMs) {
          finish({ kind: "failed", error });
          return;
        }
        await clock.sleep(backoffMs(failures, BACKOFF, 0.5 + deps.random() / 2), stopping);
      }
    }
  }

  async function poll(index: number, max: number): Promise<void> {
    const sentAt = clock.monotonicMs();
    const timeout = deps.longPollSeconds * 1000 + RECEIVE_MARGIN_MS;
    const messages = await callOnce(clock, "ReceiveMessage", timeout, cutOff.signal, (signal) =>
      deps.queue.receive(max, deps.longPollSeconds, signal),
    );
    // Filed synchronously, so that room() already counts them when the next receiver asks.
    for (const message of messages) void deps.intake(deps.leases.add(message, sentAt));
    if (messages.length === 0) {
      emptyPolls[index] = (emptyPolls[index] ?? 0) + 1;
    } else {
      emptyPolls.fill(0);
      changed.notify();
    }
  }

  function hasPolledEnough(index: number): boolean {
    return (emptyPolls[index] ?? 0) >= deps.emptyPollsBeforeExit;
  }

  function isIdle(): boolean {
    return emptyPolls.every((_, index) => hasPolledEnough(index)) && !deps.busy();
  }

  const onStop = (): void => void clock.sleep(LAST_RECEIVE_MS, over.signal).then(() => cutOff.abort());
  if (stopping.aborted) onStop();
  else stopping.addEventListener("abort", onStop, { once: true });
  try {
    for (;;) {
      await Promise.all(emptyPolls.map((_, index) => receiver(index)));
      const how = end ?? { kind: "stopped" };
      // The last poll of one receiver may bring work after another has found nothing left to do.
      if (how.kind !== "idle" || isAborted(stopping) || !deps.busy()) return how;
      end = undefined;
      emptyPolls.fill(0);
    }
  } finally {
    stopping.removeEventListener("abort", onStop);
    over.abort();
  }
}
