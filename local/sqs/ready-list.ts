/**
 * The visible messages of a queue, and which one goes next. Order is best effort: oldest first, or shuffled.
 * Fair queues: a tenant (MessageGroupId) that holds at least 30 and more than a tenth of the messages in flight is noisy, and quiet tenants go
 * first; a message without a group is a tenant of its own. Source: SQS Developer Guide "Amazon SQS fair queues".
 */
import type { Random } from "../http/random";
import type { Message } from "./message";

const NOISY_SHARE = 0.1;
const NOISY_AT_LEAST = 30;
/** A shuffled queue takes one of its first so many messages. */
const SHUFFLE_WINDOW = 100;

interface Waiting {
  readonly message: Message;
  readonly order: number;
}

/** First in, first out, with cheap taking from the front. Taken or dead places are skipped. */
class Line {
  private items: Waiting[] = [];
  private head = 0;

  push(item: Waiting): void {
    this.items.push(item);
  }

  first(): Waiting | undefined {
    while (this.head < this.items.length && this.items[this.head]?.message.state !== "ready") this.head += 1;
    if (this.head > 1024 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return this.items[this.head];
  }

  /** @param share 0 = the first, towards 1 = the last of those that may be chosen. */
  take(share: number): Waiting | undefined {
    const chosen = this.head + Math.floor(share * Math.min(SHUFFLE_WINDOW, this.items.length - this.head));
    const item = this.items[chosen];
    const front = this.items[this.head];
    if (item === undefined || front === undefined) return undefined;
    // The one at the front takes the place of the chosen one.
    this.items[chosen] = front;
    this.head += 1;
    return item;
  }
}

export class ReadyList {
  private readonly single = new Line();
  private readonly groups = new Map<string, Line>();
  private order = 0;

  constructor(
    private readonly random: Random,
    private readonly shuffles: boolean,
  ) {}

  add(message: Message): void {
    const item = { message, order: this.order++ };
    if (message.groupId === undefined) {
      this.single.push(item);
      return;
    }
    let line = this.groups.get(message.groupId);
    if (line === undefined) this.groups.set(message.groupId, (line = new Line()));
    line.push(item);
  }

  /** @param inFlight messages in flight per group; `total` of all. */
  take(inFlight: ReadonlyMap<string, number>, total: number): Message | undefined {
    let line: Line | undefined;
    let best: { noisy: boolean; order: number } | undefined;
    const consider = (candidate: Line, noisy: boolean) => {
      const first = candidate.first();
      if (first === undefined) return false;
      if (best === undefined || (noisy === best.noisy ? first.order < best.order : best.noisy)) {
        best = { noisy, order: first.order };
        line = candidate;
      }
      return true;
    };
    consider(this.single, false);
    for (const [group, candidate] of this.groups) {
      const held = inFlight.get(group) ?? 0;
      if (!consider(candidate, held >= NOISY_AT_LEAST && held > total * NOISY_SHARE)) this.groups.delete(group);
    }
    for (;;) {
      if (line?.first() === undefined) return undefined;
      const taken = line.take(this.shuffles ? this.random() : 0);
      if (taken?.message.state === "ready") return taken.message;
    }
  }
}
