/** A queue in memory under virtual time: long polls, visibility, receive counts, delays, scripted failures. */
import { makeChild, makeController, onAbort } from "../../worker/controller";
import type {
  CancelSignal,
  EntryResults,
  OutgoingMessage,
  Queue,
  QueueMessage,
  VisibilityChange,
} from "../../core/ports";
import type { VirtualClock } from "./worker-clock";
import { failure, type Scripted, scripted } from "./worker-fakes";

interface Stored {
  readonly id: string;
  readonly message: OutgoingMessage;
  readonly sentAt: number;
  visibleAt: number;
  receives: number;
  receipt: string;
}

export interface MemoryQueue extends Queue {
  readonly receive: Scripted<[max: number, waitSeconds: number, signal: CancelSignal], readonly QueueMessage[]>;
  readonly changeVisibility: Scripted<[entries: readonly VisibilityChange[], signal: CancelSignal], EntryResults>;
  readonly delete: Scripted<[receiptHandles: readonly string[], signal: CancelSignal], EntryResults>;
  readonly send: Scripted<[messages: readonly OutgoingMessage[], signal: CancelSignal], EntryResults>;
  /** Puts a message in, as S3 or an operator would. */
  put(body: string, receivesBefore?: number): void;
  /** What the worker has sent. */
  readonly sent: OutgoingMessage[];
  /** Messages not deleted. */
  readonly left: { readonly body: string; readonly visibleInMs: number; readonly receives: number }[];
}

export function makeMemoryQueue(clock: VirtualClock, visibilityMs: number): MemoryQueue {
  const stored = new Map<string, Stored>();
  const sent: OutgoingMessage[] = [];
  let serial = 0;
  let wake = makeController();

  function put(message: OutgoingMessage, receives: number): void {
    const id = `m${++serial}`;
    const visibleAt = clock.now + (message.delaySeconds ?? 0) * 1000;
    stored.set(id, { id, message, sentAt: clock.wallMs(), visibleAt, receives, receipt: "" });
    wake.abort();
    wake = makeController();
  }

  function take(max: number): QueueMessage[] {
    const visible = [...stored.values()].filter((entry) => entry.visibleAt <= clock.now).slice(0, max);
    return visible.map((entry) => {
      entry.receives++;
      entry.receipt = `${entry.id}#${entry.receives}`;
      entry.visibleAt = clock.now + visibilityMs;
      return {
        messageId: entry.id,
        receiptHandle: entry.receipt,
        body: entry.message.body,
        receiveCount: entry.receives,
        sentAt: entry.sentAt,
      };
    });
  }

  const byReceipt = (receipt: string): Stored | undefined =>
    [...stored.values()].find((entry) => entry.receipt === receipt);

  return {
    receive: scripted<Parameters<Queue["receive"]>, readonly QueueMessage[]>(async (max, waitSeconds, signal) => {
      const endsAt = clock.now + waitSeconds * 1000;
      for (;;) {
        const messages = take(max);
        if (messages.length > 0 || clock.now >= endsAt || signal.aborted) return messages;
        const next = Math.min(endsAt, ...[...stored.values()].map((entry) => entry.visibleAt));
        await clock.sleep(Math.max(1, next - clock.now), either(signal, wake.signal));
      }
    }),
    changeVisibility: scripted<Parameters<Queue["changeVisibility"]>, EntryResults>((entries) =>
      entries.map(({ receiptHandle, timeoutSeconds }) => {
        const entry = byReceipt(receiptHandle);
        if (entry === undefined) return failure("ReceiptInvalid");
        entry.visibleAt = clock.now + timeoutSeconds * 1000;
        return undefined;
      }),
    ),
    delete: scripted<Parameters<Queue["delete"]>, EntryResults>((receipts) =>
      receipts.map((receipt) => {
        const entry = byReceipt(receipt);
        if (entry !== undefined) stored.delete(entry.id);
        return undefined;
      }),
    ),
    send: scripted<Parameters<Queue["send"]>, EntryResults>((messages) =>
      messages.map((message) => {
        sent.push(message);
        put(message, 0);
        return undefined;
      }),
    ),
    put: (body, receivesBefore = 0) => put({ body }, receivesBefore),
    sent,
    get left() {
      return [...stored.values()].map((entry) => ({
        body: entry.message.body,
        visibleInMs: entry.visibleAt - clock.now,
        receives: entry.receives,
      }));
    },
  };
}

/** Aborts with whichever of the two does first. */
function either(a: CancelSignal, b: CancelSignal): CancelSignal {
  const { controller } = makeChild(a);
  onAbort(b, () => controller.abort());
  return controller.signal;
}
