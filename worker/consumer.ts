/**
 * The receive loop: takes messages while there is room for their work, and says when there is nothing left to do.
 *
 * Room is counted in planned copy requests that have not been started: two pools full. So a worker is never starved, and never
 * hoards a backlog that others could share.
 *
 * A few receivers wait at the queue with long polls. While it gives as much as it is asked for, others help them: small objects are
 * copied faster than two receivers can fetch them, when each answer of SQS takes 10 to 20 ms.
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
  /** How many of them a helper may take: a worker that is busy anyway would only hold more at once. */
  readonly roomForHelp: () => number;
  /** Whether the worker has work of its own. */
  readonly busy: () => boolean;
  readonly intake: (lease: Lease, body: string) => Promise<void>;
  /** So many messages were asked for, and so many came. */
  readonly answered: (asked: number, came: number) => void;
  readonly longPollSeconds: number;
  readonly emptyPollsBeforeExit: number;
  readonly receivers: number;
  /** That help them while the queue is full. */
  readonly helpers: number;
  /** A receive failed for reasons that do not go away by themselves, for this long. */
  readonly failureBudgetMs: number;
}

export type ConsumerEnd =
  { readonly kind: "idle" | "stopped" | "queue-gone" } | { readonly kind: "failed"; readonly error: SyncError };

/** Runs until the queue has stayed empty and no work is left, until `stopping` aborts, or until the queue is gone. Never rejects. */
export async function consume(deps: ConsumerDeps, stopping: CancelSignal): Promise<ConsumerEnd> {
  const { clock, changed } = deps;
  const emptyPolls = Array.from({ length: deps.receivers }, () => 0);
  const helping = new Set<Promise<void>>();
  /** Messages that are being asked for. */
  let asked = 0;
  let isFull = false;
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
        const count = await poll(Math.min(MAX_MESSAGES, room), deps.longPollSeconds);
        if (count === 0) emptyPolls[index] = (emptyPolls[index] ?? 0) + 1;
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

  /** How many messages came. */
  async function poll(max: number, waitSeconds: number): Promise<number> {
    const sentAt = clock.monotonicMs();
    const timeout = waitSeconds * 1000 + RECEIVE_MARGIN_MS;
    asked += max;
    const messages = await callOnce(clock, "ReceiveMessage", timeout, cutOff.signal, (signal) =>
      deps.queue.receive(max, waitSeconds, signal),
    ).finally(() => (asked -= max));
    // Filed synchronously, so that room() already counts them when the next receiver asks.
    for (const message of messages) take(deps.leases.add(message, sentAt), message.body);
    deps.answered(max, messages.length);
    isFull = messages.length === MAX_MESSAGES;
    if (messages.length > 0) {
      emptyPolls.fill(0);
      changed.notify();
      callHelp();
    }
    return messages.length;
  }

  /** An answer that was held up for longer than its leases, as by a process that stood still: others have the message by now. */
  function take(lease: Lease, body: string): void {
    if (deps.leases.holds(lease, 0)) return void deps.intake(lease, body);
    deps.leases.letGo(lease);
    deps.log.warn("came-too-late", { messageId: lease.message.messageId, advice: "It comes back by itself." });
  }

  function mayHelp(): boolean {
    return isFull && end === undefined && !isAborted(stopping) && deps.roomForHelp() >= asked + MAX_MESSAGES;
  }

  /** One more with every full answer, so that a deep queue is met within a few round trips. */
  function callHelp(): void {
    if (helping.size >= deps.helpers || !mayHelp()) return;
    const help = helper().finally(() => helping.delete(help));
    helping.add(help);
  }

  /** Asks without waiting, so it is never the last to leave. What makes its request fail, the receivers meet as well. */
  async function helper(): Promise<void> {
    try {
      while (mayHelp()) await poll(MAX_MESSAGES, 0);
    } catch (thrown) {
      const error = asSyncError(thrown, "ReceiveMessage");
      if (!isAborted(stopping)) deps.log.warn("receive-failed", { code: error.code, error: error.message });
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
      await Promise.all(helping);
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
