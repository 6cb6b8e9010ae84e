/** One standard queue: who sees which message when. Knows no protocol. Times come from the cloud's clock. */
import type { Timer } from "../http/clock";
import { randomHex, randomUuid } from "../http/random";
import { QueueSettings } from "./attributes";
import { DueHeap } from "./due-heap";
import { invalidValue, sqsError } from "./errors";
import { md5, type Message, type NewMessage } from "./message";
import { ReadyList } from "./ready-list";
import type { Delivery, Depth, QueueContext } from "./queue-types";
import { readReceipt, writeReceipt } from "./receipt";
import { Waiters } from "./waiters";

/** 12 hours from the receive. Source: API ChangeMessageVisibility. */
const MAX_VISIBILITY_MS = 12 * 3600 * 1000;
/** A message received more often does not count as the oldest. Source: Developer Guide, ApproximateAgeOfOldestMessage. */
const MAX_RECEIVES_OF_OLDEST = 3;
/** Source: API PurgeQueue. */
const PURGE_EVERY_MS = 60_000;

export type { Delivery, Depth, Hardness, QueueActivity, QueueContext } from "./queue-types";

export class Queue {
  readonly createdAt: number;
  modifiedAt: number;
  readonly tags = new Map<string, string>();
  private messages = new Map<string, Message>();
  private ready: ReadyList;
  private readonly due = new DueHeap<{ readonly message: Message; readonly expires: boolean }>();
  private echoes: Message[] = [];
  private readonly waiters: Waiters;
  private readonly emptyWaiters = new Set<() => void>();
  private wakeUp: { at: number; timer: Timer } | undefined;
  private purgedAt: number | undefined;
  private shown: { at: number; depth: Depth } | undefined;
  private readonly counts = { ready: 0, delayed: 0, "in-flight": 0, gone: 0 };
  private readonly groupsInFlight = new Map<string, number>();

  constructor(
    readonly name: string,
    readonly arn: string,
    readonly settings: QueueSettings,
    private readonly context: QueueContext,
  ) {
    this.createdAt = this.modifiedAt = context.clock.now();
    this.waiters = new Waiters(context.clock);
    this.ready = new ReadyList(context.random, context.hardness.shuffle);
  }

  send(input: NewMessage): Message {
    const now = this.context.clock.now();
    const delayMs = (input.delaySeconds ?? this.settings.number("DelaySeconds")) * 1000;
    const message: Message = {
      id: randomUuid(this.context.random),
      body: input.body,
      md5: md5(input.body),
      attributes: input.attributes ?? {},
      systemAttributes: input.systemAttributes ?? {},
      groupId: input.groupId,
      senderId: input.senderId ?? "AIDALOCAL",
      sentAt: now,
      enteredAt: now,
      receivesAtEntry: 0,
      state: "gone",
      firstReceivedAt: undefined,
      receiveCount: 0,
      generation: 0,
      receivedAt: 0,
      dueAt: now + delayMs,
      deadLetterSourceArn: undefined,
    };
    this.take(message);
    this.context.onActivity("sent");
    return message;
  }

  /** Puts a message here that was in another queue (dead letters, move tasks) or is new. */
  take(message: Message): void {
    message.enteredAt = this.context.clock.now();
    message.receivesAtEntry = message.receiveCount;
    this.messages.set(message.id, message);
    this.due.push(message.sentAt + this.settings.number("MessageRetentionPeriod") * 1000, { message, expires: true });
    if (message.dueAt > this.context.clock.now()) this.hide(message, "delayed", message.dueAt);
    else this.show(message);
    this.serveWaiters();
  }

  /**
   * Up to `max` messages, hidden from now on; waits until there is at least one, `waitMs` is over or the signal comes.
   * @throws CloudError OverLimit (403) for a short poll with too many in flight already.
   */
  async receive(max: number, visibilityMs: number, waitMs: number, signal?: AbortSignal): Promise<Delivery[]> {
    const found = this.deliver(max, visibilityMs);
    if (this.echoes.length > 0) this.serveWaiters();
    if (found.length > 0) return found;
    if (waitMs === 0) {
      if (this.counts["in-flight"] < this.context.hardness.maxInFlight) return found;
      throw sqsError("OverLimit", "Too many messages in flight.");
    }
    if (signal?.aborted === true) return found;
    const waiting = this.waiters.add(max, visibilityMs, waitMs, signal);
    this.planWakeUp();
    return waiting;
  }

  /** Succeeds for a message that is gone already. @throws CloudError ReceiptHandleIsInvalid */
  delete(receiptHandle: string): void {
    const receipt = readReceipt(this.name, receiptHandle);
    this.advance();
    const message = this.messages.get(receipt.messageId);
    const isStale = message?.generation !== receipt.generation && this.context.hardness.staleDelete === "ignored";
    if (message !== undefined && !isStale) this.drop(message);
    this.context.onActivity("deleted");
  }

  /**
   * Counts from now; 0 gives the message back.
   * @throws CloudError ReceiptHandleIsInvalid, MessageNotInflight, InvalidParameterValue (message gone or received again; beyond 12 hours)
   */
  changeVisibility(receiptHandle: string, visibilityMs: number): void {
    const receipt = readReceipt(this.name, receiptHandle);
    this.advance();
    const message = this.messages.get(receipt.messageId);
    if (message === undefined || message.generation !== receipt.generation) {
      throw invalidValue(
        receiptHandle,
        "ReceiptHandle",
        "Message does not exist or is not available for visibility timeout change.",
      );
    }
    if (message.state !== "in-flight") {
      throw sqsError("MessageNotInflight", "The specified message isn't in flight.");
    }
    const now = this.context.clock.now();
    if (now + visibilityMs > message.receivedAt + MAX_VISIBILITY_MS) {
      throw invalidValue(
        visibilityMs / 1000,
        "VisibilityTimeout",
        "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
      );
    }
    if (visibilityMs === 0) this.show(message);
    else this.hide(message, "in-flight", now + visibilityMs);
    this.serveWaiters();
  }

  depth(): Depth {
    this.advance();
    return { visible: this.counts.ready, inFlight: this.counts["in-flight"], delayed: this.counts.delayed };
  }

  /** Since it came here: messages are kept in that order. 0 when there is none. */
  oldestAgeMs(): number {
    this.advance();
    for (const message of this.messages.values()) {
      const receives = message.receiveCount - message.receivesAtEntry;
      if (receives <= MAX_RECEIVES_OF_OLDEST) return this.context.clock.now() - message.enteredAt;
    }
    return 0;
  }

  /** What GetQueueAttributes shows: up to `stalenessMs` old. */
  shownDepth(stalenessMs: number): Depth {
    const now = this.context.clock.now();
    if (this.shown === undefined || now - this.shown.at >= stalenessMs) this.shown = { at: now, depth: this.depth() };
    return this.shown.depth;
  }

  /** All messages, in the order they came into this queue. */
  all(): Message[] {
    this.advance();
    return [...this.messages.values()];
  }

  /** Resolves as soon as nothing is left: not visible, not in flight, not delayed. */
  whenEmpty(): Promise<void> {
    this.advance();
    return this.messages.size === 0 ? Promise.resolve() : new Promise((resolve) => void this.emptyWaiters.add(resolve));
  }

  /** Deletes everything, in flight included. */
  purge(): void {
    for (const message of [...this.messages.values()]) this.drop(message);
    this.due.clear();
    this.echoes = [];
  }

  /** As PurgeQueue: once in 60 seconds. @throws CloudError PurgeQueueInProgress */
  purgeOnce(): void {
    const now = this.context.clock.now();
    if (this.purgedAt !== undefined && now - this.purgedAt < PURGE_EVERY_MS) {
      throw sqsError(
        "PurgeQueueInProgress",
        `Only one PurgeQueue operation on ${this.name} is allowed every 60 seconds.`,
      );
    }
    this.purgedAt = now;
    this.purge();
  }

  /** Takes a message out, to put it elsewhere. */
  drop(message: Message): void {
    this.enter(message, "gone");
    this.messages.delete(message.id);
    if (this.messages.size > 0) return;
    for (const resolve of this.emptyWaiters) resolve();
    this.emptyWaiters.clear();
  }

  /** Ends all waiting. */
  close(): void {
    this.wakeUp?.timer.cancel();
    this.waiters.close();
  }

  private deliver(max: number, visibilityMs: number): Delivery[] {
    this.advance();
    const { clock, hardness, random } = this.context;
    const now = clock.now();
    const deliveries = this.deliverEchoes(max);
    while (deliveries.length < max && this.counts["in-flight"] < hardness.maxInFlight) {
      const message = this.ready.take(this.groupsInFlight, this.counts["in-flight"]);
      if (message === undefined) break;
      if (this.isDeadLetter(message)) continue;
      message.receiveCount += 1;
      message.generation += 1;
      message.firstReceivedAt ??= now;
      message.receivedAt = now;
      this.hide(message, "in-flight", now + visibilityMs);
      deliveries.push(this.delivery(message));
      if (hardness.duplicateProbability > 0 && random() < hardness.duplicateProbability) this.echoes.push(message);
    }
    for (const _delivery of deliveries) this.context.onActivity("received");
    return deliveries;
  }

  /** Duplicates: the copy of a message on another server, which does not know of the first receive. */
  private deliverEchoes(max: number): Delivery[] {
    const echoes = this.echoes
      .splice(0, max)
      .filter((message) => message.state === "in-flight" && this.messages.has(message.id));
    return echoes.map((message) => this.delivery(message));
  }

  private delivery(message: Message): Delivery {
    const receiptHandle = writeReceipt(this.name, message.id, message.generation, randomHex(this.context.random, 16));
    return { message, receiptHandle, receiveCount: message.receiveCount };
  }

  /** Moves a message that was received often enough. True if it is here no more. */
  private isDeadLetter(message: Message): boolean {
    const { redrive } = this.settings;
    if (redrive === undefined || message.receiveCount < redrive.maxReceiveCount) return false;
    const target = this.context.queueByArn(redrive.deadLetterTargetArn);
    if (target === undefined) return false;
    this.drop(message);
    message.deadLetterSourceArn = this.arn;
    message.dueAt = 0;
    target.take(message);
    return true;
  }

  private show(message: Message): void {
    this.enter(message, "ready");
    this.ready.add(message);
  }

  private hide(message: Message, state: "delayed" | "in-flight", until: number): void {
    this.enter(message, state);
    message.dueAt = until;
    this.due.push(until, { message, expires: false });
  }

  private enter(message: Message, state: Message["state"]): void {
    this.counts[message.state] -= 1;
    this.counts[state] += 1;
    const step = (state === "in-flight" ? 1 : 0) - (message.state === "in-flight" ? 1 : 0);
    if (message.groupId !== undefined && step !== 0) {
      const held = (this.groupsInFlight.get(message.groupId) ?? 0) + step;
      if (held === 0) this.groupsInFlight.delete(message.groupId);
      else this.groupsInFlight.set(message.groupId, held);
    }
    message.state = state;
  }

  /** Does what has fallen due: delays and visibility timeouts that ended, retention that is over. */
  private advance(): void {
    const now = this.context.clock.now();
    for (let next = this.due.popDue(now); next !== undefined; next = this.due.popDue(now)) {
      const { message, expires } = next;
      if (this.messages.get(message.id) !== message) continue;
      if (expires) {
        const expiresAt = message.sentAt + this.settings.number("MessageRetentionPeriod") * 1000;
        if (expiresAt <= now) this.drop(message);
        else this.due.push(expiresAt, next);
      } else if (message.dueAt <= now && (message.state === "delayed" || message.state === "in-flight")) {
        this.show(message);
      }
    }
  }

  private serveWaiters(): void {
    this.waiters.serve((max, visibilityMs) => this.deliver(max, visibilityMs));
    this.planWakeUp();
  }

  /** One timer for the earliest change, and only while somebody waits for it. */
  private planWakeUp(): void {
    const at = this.due.first?.at;
    if (this.waiters.size === 0 || at === undefined || at === this.wakeUp?.at) return;
    this.wakeUp?.timer.cancel();
    const timer = this.context.clock.after(Math.max(0, Math.min(at - this.context.clock.now(), 2 ** 31 - 1)), () => {
      this.wakeUp = undefined;
      this.advance();
      this.serveWaiters();
    });
    this.wakeUp = { at, timer };
  }
}
