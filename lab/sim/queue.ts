/**
 * A standard queue as SQS describes it: unordered, at least once, invisible while held, a new receipt for every receive, a
 * dead-letter queue after too many receives. All methods act at the instant they are called.
 */
import type { QueueMessage } from "../../core/ports";
import { refusal } from "./source";
import type { SyncError } from "../../core/errors";
import type { Random } from "./random";
import type { Scheduler } from "./scheduler";
import { EPOCH_MS } from "./time";

/** From the first byte of a receive: "a message can be invisible for at most 12 hours" (API ChangeMessageVisibility). */
const MAX_HOLD_MS = 12 * 3600 * 1000;

export interface SimMessage {
  readonly id: string;
  readonly body: string;
  readonly keys: readonly string[];
  readonly sentAtMs: number;
  readonly attributes: Readonly<Record<string, string>>;
  /** Hidden before this instant: delayed or held. */
  visibleAtMs: number;
  receives: number;
  receipt: string | undefined;
  receivedAtMs: number;
  holder: string | undefined;
}

export interface QueueTraits {
  readonly visibilityMs: number;
  readonly maxReceiveCount: number;
  /** Chance that a delete with a stale receipt deletes all the same. */
  readonly staleDeletePower: number;
  /** Chance per receive that a message somebody holds is handed out once more (the known residual; 0 by default). */
  readonly duplicateDelivery: number;
}

export interface QueueEvents {
  readonly received: (message: SimMessage) => void;
  readonly deadLettered: (message: SimMessage) => void;
}

export class SimQueue {
  readonly messages = new Map<string, SimMessage>();
  /** Receipt -> message id, also of old receipts and deleted messages. */
  private readonly receipts = new Map<string, string>();
  private readonly pollers = new Set<() => void>();
  private counter = 0;

  constructor(
    private readonly label: string,
    private readonly traits: QueueTraits,
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly events: QueueEvents,
  ) {}

  send(
    body: string,
    keys: readonly string[],
    delayMs: number,
    attributes: Readonly<Record<string, string>>,
  ): SimMessage {
    const message: SimMessage = {
      id: `${this.label}${String(++this.counter)}`,
      body,
      keys,
      sentAtMs: this.scheduler.now,
      attributes,
      visibleAtMs: this.scheduler.now + delayMs,
      receives: 0,
      receipt: undefined,
      receivedAtMs: -1,
      holder: undefined,
    };
    this.messages.set(message.id, message);
    this.announce(message);
    return message;
  }

  /** Hands out what is visible, at most `max`. */
  take(max: number, holder: string): readonly QueueMessage[] {
    const taken: QueueMessage[] = [];
    for (const message of this.available()) {
      if (taken.length >= max) break;
      if (message.receives >= this.traits.maxReceiveCount) {
        this.messages.delete(message.id);
        this.events.deadLettered(message);
      } else {
        taken.push(this.hand(message, holder));
      }
    }
    return taken;
  }

  /** Calls back whenever a message may have become visible; the returned function ends that. */
  poll(look: () => void): () => void {
    this.pollers.add(look);
    return () => this.pollers.delete(look);
  }

  changeVisibility(receipt: string, seconds: number): SyncError | undefined {
    const { now } = this.scheduler;
    const message = this.byReceipt(receipt);
    if (message?.receipt !== receipt || message.visibleAtMs <= now) {
      return refusal("ReceiptInvalid", "ChangeMessageVisibility");
    }
    if (now + seconds * 1000 > message.receivedAtMs + MAX_HOLD_MS) {
      return refusal("InvalidRequest", "ChangeMessageVisibility");
    }
    message.visibleAtMs = now + seconds * 1000;
    this.announce(message);
    return undefined;
  }

  /** Resolves to the message when this call removed it. SQS says "deleted" in any case. */
  delete(receipt: string): SimMessage | undefined {
    const message = this.byReceipt(receipt);
    if (message === undefined) return undefined;
    const fresh = message.receipt === receipt && message.visibleAtMs > this.scheduler.now;
    if (!fresh && !this.random.chance(this.traits.staleDeletePower)) return undefined;
    this.messages.delete(message.id);
    return message;
  }

  byReceipt(receipt: string): SimMessage | undefined {
    return this.messages.get(this.receipts.get(receipt) ?? "");
  }

  /** Messages about a key that are still to be dealt with. */
  about(key: string): readonly SimMessage[] {
    return [...this.messages.values()].filter((message) => message.keys.includes(key));
  }

  visibleCount(): number {
    return [...this.messages.values()].filter((message) => message.visibleAtMs <= this.scheduler.now).length;
  }

  /** Until when a worker holds some message about the key; 0 when it holds none. */
  leaseUntil(holder: string, key: string): number {
    const held = this.about(key).filter((m) => m.holder === holder && m.receipt !== undefined);
    return Math.max(0, ...held.map((message) => message.visibleAtMs));
  }

  private available(): readonly SimMessage[] {
    const { now } = this.scheduler;
    return [...this.messages.values()]
      .filter(
        (m) => m.visibleAtMs <= now || (m.receipt !== undefined && this.random.chance(this.traits.duplicateDelivery)),
      )
      .map((message) => ({ message, order: this.random.next() }))
      .sort((a, b) => a.order - b.order)
      .map(({ message }) => message);
  }

  private hand(message: SimMessage, holder: string): QueueMessage {
    message.receives++;
    message.receipt = `${message.id}#${String(message.receives)}`;
    message.receivedAtMs = this.scheduler.now;
    message.visibleAtMs = this.scheduler.now + this.traits.visibilityMs;
    message.holder = holder;
    this.receipts.set(message.receipt, message.id);
    this.announce(message);
    this.events.received(message);
    return {
      messageId: message.id,
      receiptHandle: message.receipt,
      body: message.body,
      receiveCount: message.receives,
      sentAt: EPOCH_MS + Math.floor(message.sentAtMs),
    };
  }

  private announce(message: SimMessage): void {
    const { visibleAtMs } = message;
    this.scheduler.after(visibleAtMs - this.scheduler.now, () => {
      if (this.messages.get(message.id)?.visibleAtMs !== visibleAtMs) return;
      for (const look of [...this.pollers]) look();
    });
  }
}
