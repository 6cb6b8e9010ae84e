/** What a queue is made with and what it answers. Types only. */
import type { Clock } from "../http/clock";
import type { Random } from "../http/random";
import type { Message } from "./message";
import type { Queue } from "./queue";

/** How hard the queue makes it for its consumers. Everything AWS permits may be turned on. */
export interface Hardness {
  /** Share of deliveries that are handed to a second receiver as well, within the visibility timeout. Default 0. */
  readonly duplicateProbability: number;
  /** Gives messages in a random order. Default false: oldest first. */
  readonly shuffle: boolean;
  /** DeleteMessage with the handle of an earlier receive: AWS says either can happen. Default "ignored". */
  readonly staleDelete: "ignored" | "deletes";
  /** GetQueueAttributes shows counts that are up to this old. Default 0 = exact. */
  readonly countStalenessMs: number;
  /** Messages in flight at once. Default 120,000. */
  readonly maxInFlight: number;
}

/** Once per message: SendMessage; a message handed out; a deletion, repeated ones included. */
export type QueueActivity = "sent" | "received" | "deleted";

export interface QueueContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly hardness: Hardness;
  /** The queue of an ARN, for the dead-letter target. */
  readonly queueByArn: (arn: string) => Queue | undefined;
  /** Called after it has happened. */
  readonly onActivity: (activity: QueueActivity) => void;
}

export interface Delivery {
  readonly message: Message;
  readonly receiptHandle: string;
  readonly receiveCount: number;
}

export interface Depth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}
