/**
 * Leases: messages received and not yet visible again (rules 4 and 5).
 *
 * Deadlines are pessimistic: they count from *before* the request that set them was sent, on a monotonic clock. A visibility
 * change never lowers a deadline, and changes of one message are made one after another, because SQS keeps whichever it
 * processes last. A change of unknown outcome may still be processed later, so until then it caps what we believe.
 */
import { asSyncError } from "../core/errors";
import type { CancelSignal, Clock, Log, Queue, QueueMessage } from "../core/ports";
import { isAborted, makeController } from "./controller";
import { type LostChanges, makeLostChanges } from "./lost-changes";
import { callOnce } from "./retry";

/** SQS: the total visibility of one receive is limited to 12 hours, and a longer extension is an error (API ChangeMessageVisibility). */
export const MAX_HOLD_MS = 12 * 3600_000;
/** How long before that limit the work is handed off. */
const HOLD_MARGIN_MS = 15 * 60_000;
/** How long a visibility change whose answer was lost may still be processed. */
const LATE_CHANGE_MS = 30_000;
const CHANGE_TIMEOUT_MS = 10_000;
/** Pause before an extension that did not work is tried again. */
const RECHANGE_MS = 1_000;
const MAX_BATCH = 10;

/** What a message is known by while it is held. Its body is not kept: hundreds are held at once. */
export type HeldMessage = Omit<QueueMessage, "body">;

export interface Lease {
  readonly message: HeldMessage;
  /** Monotonic, before the receive request was sent. */
  readonly receivedAtMs: number;
  /** False once it was lost or let go: it must not be used for anything. */
  readonly held: boolean;
  /** Held, and not near SQS's 12-hour limit: it can be extended. */
  readonly lasts: boolean;
  /** Monotonic; the message is certainly invisible to others until then. */
  readonly deadlineMs: number;
}

export interface Leases {
  add(message: HeldMessage, receivedAtMs: number): Lease;
  /** Whether the lease certainly lasts for another `ms`. */
  holds(lease: Lease, ms: number): boolean;
  /** Makes sure that at least one of the leases lasts for another `ms`, extending it if needed. False: none does, or `until` was aborted first; do not write. */
  ensure(leases: Iterable<Lease>, ms: number, until?: CancelSignal): Promise<boolean>;
  /**
   * The message is about to be deleted: no more heartbeats, which would fail once it is gone. False when the lease does not
   * certainly last for another `ms`; then it must not be deleted with this receipt (rule 5).
   */
  beginDelete(lease: Lease, ms: number): Promise<boolean>;
  /** Stops the heartbeat; the message becomes visible again at its deadline. */
  letGo(lease: Lease): void;
  /** Heartbeat: until `signal` aborts, keeps every held lease alive. */
  keepAlive(signal: CancelSignal): Promise<void>;
  readonly count: number;
}

export interface LeaseDeps {
  readonly queue: Pick<Queue, "changeVisibility">;
  readonly clock: Clock;
  readonly log: Log;
  readonly visibilityTimeoutSeconds: number;
  /** A lease that ran out, that SQS disowned, or whose queue is gone. */
  readonly onLost: (lease: Lease) => void;
  /** A lease near SQS's 12-hour limit: its work must be handed off. */
  readonly onExhausted: (lease: Lease) => void;
}

interface LeaseRecord extends Lease {
  held: boolean;
  deadlineMs: number;
  /** A change request in flight. */
  changing: Promise<void> | undefined;
  readonly lost: LostChanges;
  exhausted: boolean;
  deleting: boolean;
}

/** A class, because every message has one. */
class NewLease implements LeaseRecord {
  readonly message: HeldMessage;
  held = true;
  changing: Promise<void> | undefined;
  readonly lost: LostChanges = makeLostChanges();
  exhausted = false;
  deleting = false;

  constructor(
    { messageId, receiptHandle, receiveCount, sentAt }: HeldMessage,
    readonly receivedAtMs: number,
    public deadlineMs: number,
  ) {
    this.message = { messageId, receiptHandle, receiveCount, sentAt };
  }

  get lasts(): boolean {
    return this.held && !this.exhausted;
  }
}

export function makeLeases(deps: LeaseDeps): Leases {
  const { clock, log } = deps;
  const visibilityMs = deps.visibilityTimeoutSeconds * 1000;
  const records = new Set<LeaseRecord>();
  const never = makeController().signal;

  const recordOf = (lease: Lease): LeaseRecord => lease as LeaseRecord;
  const holds = (lease: Lease, ms: number): boolean => lease.held && lease.deadlineMs - clock.monotonicMs() >= ms;

  function lose(record: LeaseRecord, reason: string): void {
    if (!record.held) return;
    record.held = false;
    records.delete(record);
    log.warn("lease-lost", { messageId: record.message.messageId, reason, receiveCount: record.message.receiveCount });
    deps.onLost(record);
  }

  /** Seconds to ask for so that the lease lasts `ms` from now without ever being lowered; 0 when the 12-hour limit forbids it. */
  function secondsFor(record: LeaseRecord, ms: number, now: number): number {
    const wanted = Math.ceil(Math.max(ms, record.deadlineMs - now) / 1000);
    const allowed = Math.floor((record.receivedAtMs + MAX_HOLD_MS - now) / 1000);
    return Math.max(0, Math.min(wanted, allowed));
  }

  /** One batch of changes. Records must be held and have no change in flight. */
  async function change(batch: readonly { record: LeaseRecord; seconds: number }[]): Promise<void> {
    const sentAt = clock.monotonicMs();
    const entries = batch.map(({ record, seconds }) => ({
      receiptHandle: record.message.receiptHandle,
      timeoutSeconds: seconds,
    }));
    const request = callOnce(clock, "ChangeMessageVisibility", CHANGE_TIMEOUT_MS, never, (signal) =>
      deps.queue.changeVisibility(entries, signal),
    ).catch((thrown: unknown) => {
      const error = asSyncError(thrown, "ChangeMessageVisibility");
      return batch.map(() => error);
    });
    const applied = request.then((results) => {
      batch.forEach(({ record, seconds }, index) => {
        record.changing = undefined;
        const error = results[index];
        if (!record.held) return;
        if (error === undefined) {
          raise(record, sentAt, seconds);
        } else if (error.code === "ReceiptInvalid" || error.code === "QueueGone") {
          lose(record, error.message);
        } else {
          // Whatever the error, the request may have been or may still be processed.
          record.lost.add(clock.monotonicMs() + LATE_CHANGE_MS, seconds);
          record.deadlineMs = Math.min(record.deadlineMs, sentAt + seconds * 1000);
          log.warn("heartbeat-failed", { messageId: record.message.messageId, error: error.message });
        }
      });
    });
    for (const { record } of batch) record.changing = applied;
    await applied;
  }

  function raise(record: LeaseRecord, sentAt: number, seconds: number): void {
    const believed = Math.min(seconds, record.lost.capSeconds(sentAt));
    record.deadlineMs = Math.max(record.deadlineMs, sentAt + believed * 1000);
  }

  /** Notices what time has done; returns whether the lease is still good for a heartbeat. */
  function stillAlive(record: LeaseRecord, now: number): boolean {
    if (now >= record.deadlineMs) {
      lose(record, "the lease ran out before it could be extended");
      return false;
    }
    if (now - record.receivedAtMs >= MAX_HOLD_MS - HOLD_MARGIN_MS && !record.exhausted) {
      record.exhausted = true;
      log.warn("lease-exhausted", {
        messageId: record.message.messageId,
        heldSeconds: Math.round((now - record.receivedAtMs) / 1000),
      });
      deps.onExhausted(record);
    }
    return record.held && !record.exhausted;
  }

  async function beat(): Promise<void> {
    const now = clock.monotonicMs();
    const due = [...records].filter(
      (record) =>
        !record.deleting &&
        stillAlive(record, now) &&
        record.changing === undefined &&
        record.deadlineMs - now <= (visibilityMs * 2) / 3,
    );
    const batches: LeaseRecord[][] = [];
    for (let i = 0; i < due.length; i += MAX_BATCH) batches.push(due.slice(i, i + MAX_BATCH));
    await Promise.all(
      batches.map((batch) =>
        change(batch.map((record) => ({ record, seconds: secondsFor(record, visibilityMs, now) }))),
      ),
    );
  }

  async function extend(record: LeaseRecord, ms: number, until: CancelSignal): Promise<boolean> {
    // More than asked for: the full time must be left after the request, which takes some of it.
    const wanted = ms + CHANGE_TIMEOUT_MS;
    for (;;) {
      if (holds(record, ms)) return true;
      if (isAborted(until) || !record.held || !stillAlive(record, clock.monotonicMs())) return false;
      if (record.changing !== undefined) {
        await record.changing;
        continue;
      }
      const now = clock.monotonicMs();
      const blocked = record.lost.blockedUntilMs(now, ms + RECHANGE_MS);
      if (blocked > now) {
        await clock.sleep(blocked - now, until);
        continue;
      }
      const seconds = secondsFor(record, wanted, now);
      if (seconds * 1000 < ms) return false;
      await change([{ record, seconds }]);
      if (holds(record, ms)) return true;
      if (records.has(record)) await clock.sleep(RECHANGE_MS, until);
    }
  }

  return {
    add(message, receivedAtMs) {
      const record = new NewLease(message, receivedAtMs, receivedAtMs + visibilityMs);
      records.add(record);
      return record;
    },
    holds,
    async ensure(leases, ms, until = never) {
      for (const lease of leases) if (holds(lease, ms)) return true;
      const candidates = [...leases].map(recordOf).sort((a, b) => b.deadlineMs - a.deadlineMs);
      for (const record of candidates) if (await extend(record, ms, until)) return true;
      return false;
    },
    async beginDelete(lease, ms) {
      const record = recordOf(lease);
      if (!(await extend(record, ms, never))) return false;
      await record.changing;
      record.deleting = true;
      return holds(record, ms / 2);
    },
    letGo(lease) {
      const record = recordOf(lease);
      record.held = false;
      records.delete(record);
    },
    async keepAlive(signal) {
      // A third of the visibility between heartbeats of one message: ticks are finer so that none is late.
      while (!isAborted(signal)) {
        await clock.sleep(Math.max(500, visibilityMs / 12), signal);
        if (!isAborted(signal)) void beat();
      }
    },
    get count() {
      return records.size;
    },
  };
}
