/**
 * The outbox: message deletes, put-backs, hand-offs and dead letters on their way to SQS, in batches.
 *
 * A batch answers 200 although entries failed, so every entry is looked at and repeated on its own. Nothing is deleted with
 * a receipt whose lease is not certainly held while the request is under way (rule 5): the message may belong to somebody
 * else by then, and deleting it would take away the redelivery that protects the other's write.
 */
import { asSyncError, type SyncError } from "../core/errors";
import type { CancelSignal, Clock, EntryResults, Log, OutgoingMessage, Queue } from "../core/ports";
import { backoffMs } from "../core/retry";
import type { Condition } from "./condition";
import { type Controller, makeController } from "./controller";
import type { Lease, Leases } from "./leases";
import { callOnce } from "./retry";

const MAX_ENTRIES = 10;
/** SQS takes 1 MiB per batch (API SendMessageBatch); a little less leaves room for attributes. */
const MAX_BATCH_BYTES = 900_000;
/** Deletes wait this long for company. */
export const LINGER_MS = 200;
/** When no message is held whose delete could follow: the end of a burst is not told late, and what trickles in is still shared. */
const LAST_LINGER_MS = 50;
const SEND_LINGER_MS = 5;
const CALL_TIMEOUT_MS = 15_000;
/** A delete is only sent while the lease outlives the request and its possible late processing. */
const DELETE_MARGIN_MS = 2 * CALL_TIMEOUT_MS;
/** A lease that takes longer than this to extend makes what was said about its neighbours stale. */
const CHANGE_PATIENCE_MS = 5_000;
const ATTEMPTS = 8;
const BACKOFF = { baseMs: 100, capMs: 5_000 };
const STALE = Symbol("the lease is not held any more");

export interface Outbox {
  /** Deletes the message soon. Resolves when it is deleted, or given up (then it is delivered again, which is harmless). */
  acknowledge(lease: Lease): Promise<void>;
  /** Sends to the work queue. False when SQS did not take it: the caller must not let go of the original. */
  send(message: OutgoingMessage): Promise<boolean>;
  /** Sends to the dead-letter queue. */
  deadLetter(message: OutgoingMessage): Promise<boolean>;
  /** Resolves when nothing is on its way. */
  drained(): Promise<void>;
  readonly pending: number;
}

export interface OutboxDeps {
  readonly queue: Pick<Queue, "delete" | "send">;
  readonly deadLetters: Pick<Queue, "send">;
  readonly leases: Leases;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Notified whenever something has left: the worker may have room for another message. */
  readonly changed: Condition;
}

interface Entry<T> {
  readonly item: T;
  readonly settle: (done: boolean) => void;
  attempts: number;
}

export function makeOutbox(deps: OutboxDeps): Outbox {
  const { clock, leases, log, changed } = deps;
  const never = makeController().signal;
  let pending = 0;
  let deleting = 0;

  const deletes = makeLane<Lease>({
    operation: "DeleteMessage",
    nameOf: (lease) => lease.message.messageId,
    lingerMs: () => (leases.count > deleting ? LINGER_MS : LAST_LINGER_MS),
    sizeOf: () => 1,
    async send(batch) {
      const held = await allHeld(batch);
      const sendable = batch.filter((_, index) => held[index]);
      const results = await call(
        "DeleteMessage",
        (signal) =>
          deps.queue.delete(
            sendable.map((l) => l.message.receiptHandle),
            signal,
          ),
        sendable.length,
      );
      return batch.map((lease) => (sendable.includes(lease) ? results[sendable.indexOf(lease)] : STALE));
    },
  });

  /** Asked again when one lease kept the others waiting: their answers would be old by the time the request is sent. */
  async function allHeld(batch: readonly Lease[]): Promise<boolean[]> {
    for (;;) {
      const askedAt = clock.monotonicMs();
      const held = await Promise.all(batch.map((lease) => leases.beginDelete(lease, DELETE_MARGIN_MS)));
      if (clock.monotonicMs() - askedAt < CHANGE_PATIENCE_MS) return held;
    }
  }

  const sendTo = (queue: Pick<Queue, "send">): Lane<OutgoingMessage> =>
    makeLane<OutgoingMessage>({
      operation: "SendMessage",
      nameOf: (message) => message.attributes?.["Key"] ?? message.body.slice(0, 200),
      lingerMs: () => SEND_LINGER_MS,
      sizeOf: (message) => message.body.length * 3,
      send: (batch) => call("SendMessage", (signal) => queue.send(batch, signal), batch.length),
    });
  const sends = sendTo(deps.queue);
  const deadLetters = sendTo(deps.deadLetters);

  async function call(
    operation: string,
    request: (signal: CancelSignal) => Promise<EntryResults>,
    count: number,
  ): Promise<EntryResults> {
    if (count === 0) return [];
    try {
      return await callOnce(clock, operation, CALL_TIMEOUT_MS, never, request);
    } catch (thrown) {
      const error = asSyncError(thrown, operation);
      return Array.from({ length: count }, () => error);
    }
  }

  interface Lane<T> {
    add(item: T): Promise<boolean>;
  }

  /** One kind of batched call: collects, sends, repeats the entries that failed. */
  function makeLane<T>(lane: {
    operation: string;
    /** For logs. */
    nameOf: (item: T) => string;
    lingerMs: () => number;
    sizeOf: (item: T) => number;
    send: (batch: readonly T[]) => Promise<readonly (SyncError | undefined | typeof STALE)[]>;
  }): Lane<T> {
    const waiting: Entry<T>[] = [];
    let timer: { readonly controller: Controller; readonly atMs: number } | undefined;

    function takeBatch(): Entry<T>[] {
      const batch: Entry<T>[] = [];
      let bytes = 0;
      while (batch.length < MAX_ENTRIES && waiting[0] !== undefined) {
        bytes += lane.sizeOf(waiting[0].item);
        if (batch.length > 0 && bytes > MAX_BATCH_BYTES) break;
        batch.push(...waiting.splice(0, 1));
      }
      return batch;
    }

    async function flush(): Promise<void> {
      timer = undefined;
      const batch = takeBatch();
      if (batch.length === 0) return;
      if (waiting.length > 0) schedule();
      const results = await lane.send(batch.map((entry) => entry.item));
      batch.forEach((entry, index) => conclude(entry, results[index]));
    }

    function conclude(entry: Entry<T>, error: SyncError | undefined | typeof STALE): void {
      if (error === undefined) return entry.settle(true);
      entry.attempts++;
      if (
        error === STALE ||
        error.code === "ReceiptInvalid" ||
        error.code === "QueueGone" ||
        entry.attempts >= ATTEMPTS
      ) {
        const why = error === STALE ? "the lease is not held any more" : error.message;
        log.warn("outbox-gave-up", { operation: lane.operation, what: lane.nameOf(entry.item), error: why });
        return entry.settle(false);
      }
      void clock.sleep(backoffMs(entry.attempts, BACKOFF, deps.random())).then(() => {
        waiting.push(entry);
        schedule();
      });
    }

    function schedule(): void {
      if (waiting.length >= MAX_ENTRIES) {
        timer?.controller.abort();
        void flush();
      } else if (waiting.length > 0) flushWithin(lane.lingerMs());
    }

    function flushWithin(ms: number): void {
      const atMs = clock.monotonicMs() + ms;
      if (timer !== undefined && timer.atMs <= atMs) return;
      timer?.controller.abort();
      const controller = makeController();
      timer = { controller, atMs };
      void clock.sleep(ms, controller.signal).then(() => (controller.signal.aborted ? undefined : flush()));
    }

    return {
      add: (item) =>
        new Promise<boolean>((resolve) => {
          pending++;
          const settle = (done: boolean): void => {
            pending--;
            resolve(done);
            changed.notify();
          };
          waiting.push({ item, settle, attempts: 0 });
          schedule();
        }),
    };
  }

  return {
    async acknowledge(lease) {
      deleting++;
      await deletes.add(lease);
      deleting--;
      leases.letGo(lease);
      changed.notify();
    },
    send: (message) => sends.add(message),
    deadLetter: (message) => deadLetters.add(message),
    async drained() {
      while (pending > 0) await changed.wait();
    },
    get pending() {
      return pending;
    },
  };
}
