/**
 * How notifications reach their queues: at least once, unordered, some time later (UG EventNotifications). By default at once, in order and
 * once; `DeliveryMode` makes it as bad as a test wants, by the cloud's seeded randomness.
 */
import type { Clock, Timer } from "../http/clock";
import type { Random } from "../http/random";

export interface DeliveryMode {
  /** Each message is delivered after a time in this range, in milliseconds. Default [0, 0]. */
  readonly delayMs?: readonly [number, number];
  /** Share of messages that are delivered twice, the second time with a delay of its own. Default 0. */
  readonly duplicate?: number;
  /** Share of messages that are overtaken by the one after them. Default 0. */
  readonly reorder?: number;
}

export interface DeliveryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly deliver: (queueArn: string, body: string) => void | Promise<void>;
  readonly deliverToEventBridge: ((event: unknown) => void | Promise<void>) | undefined;
}

interface Message {
  readonly hand: () => void | Promise<void>;
  /** In the order they were sent; undefined: the second of two. */
  readonly order: number | undefined;
  timer: Timer | undefined;
}

/** A message that waits to be overtaken and is alone goes out after this time. */
const OVERTAKEN_WITHIN_MS = 200;

export class Delivery {
  private mode: DeliveryMode = {};
  private readonly pending = new Set<Message>();
  private readonly inFlight = new Set<Promise<void>>();
  private held: Message | undefined;
  private closed = false;
  private sent = 0;
  private latestHanded = 0;
  private overtaken = 0;
  private duplicated = 0;
  /** Messages no queue would take: S3 drops them without a word. */
  failed = 0;

  constructor(private readonly options: DeliveryOptions) {}

  get currentMode(): DeliveryMode {
    return this.mode;
  }

  setMode(mode: DeliveryMode): void {
    this.mode = mode;
  }

  /** What became of the messages so far. */
  counters(): Readonly<Record<string, number>> {
    const { sent, duplicated, overtaken } = this;
    return { eventsSent: sent, eventsDuplicated: duplicated, eventsOvertaken: overtaken };
  }

  /** Messages not handed over yet. */
  get waiting(): number {
    return this.pending.size + this.inFlight.size;
  }

  send(queueArn: string, body: string): void {
    this.schedule(() => this.options.deliver(queueArn, body));
  }

  /** Without delay, and with the queue's refusal as an error. */
  async sendNow(queueArn: string, body: string): Promise<void> {
    await this.options.deliver(queueArn, body);
  }

  sendToEventBridge(event: unknown): void {
    const { deliverToEventBridge } = this.options;
    if (deliverToEventBridge !== undefined) this.schedule(() => deliverToEventBridge(event));
  }

  /** Hands over everything that waits, now, and waits until it has been taken. */
  async flush(): Promise<void> {
    for (const message of [...this.pending]) this.hand(message);
    await Promise.all(this.inFlight);
  }

  /** Drops what waits. */
  close(): void {
    this.closed = true;
    for (const message of this.pending) message.timer?.cancel();
    this.pending.clear();
    this.held = undefined;
  }

  private schedule(hand: Message["hand"]): void {
    if (this.closed) return;
    const { duplicate = 0, reorder = 0 } = this.mode;
    const overtaken = this.held;
    this.held = undefined;
    const message: Message = { hand, order: ++this.sent, timer: undefined };
    if (reorder > 0 && overtaken === undefined && this.options.random() < reorder) {
      this.held = message;
      this.later(message, OVERTAKEN_WITHIN_MS);
    } else this.later(message, this.delay());
    if (duplicate > 0 && this.options.random() < duplicate) {
      this.duplicated += 1;
      this.later({ hand, order: undefined, timer: undefined }, this.delay());
    }
    if (overtaken !== undefined && this.pending.has(overtaken)) {
      overtaken.timer?.cancel();
      this.later(overtaken, this.delay());
    }
  }

  private later(message: Message, ms: number): void {
    this.pending.add(message);
    if (ms <= 0) this.hand(message);
    else message.timer = this.options.clock.after(ms, () => this.hand(message));
  }

  private delay(): number {
    const [least, most] = this.mode.delayMs ?? [0, 0];
    return least + (most > least ? this.options.random() * (most - least) : 0);
  }

  private hand(message: Message): void {
    message.timer?.cancel();
    if (!this.pending.delete(message)) return;
    if (this.held === message) this.held = undefined;
    const { order = this.latestHanded } = message;
    if (order < this.latestHanded) this.overtaken += 1;
    else this.latestHanded = order;
    const run: Promise<void> = (async () => message.hand())()
      .catch(() => void (this.failed += 1))
      .finally(() => this.inFlight.delete(run));
    this.inFlight.add(run);
  }
}
