/** A message of a queue, what is known of it, and the digests SQS answers with. */
import { createHash } from "node:crypto";

/** Source: API MessageAttributeValue. Binary values are kept as base64 text, the way JSON carries them. */
export interface MessageAttributeValue {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttributeValue>>;

export interface NewMessage {
  readonly body: string;
  readonly attributes?: MessageAttributes;
  readonly systemAttributes?: MessageAttributes;
  readonly groupId?: string;
  readonly delaySeconds?: number;
  readonly senderId?: string;
}

export type MessageState = "ready" | "delayed" | "in-flight" | "gone";

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  readonly attributes: MessageAttributes;
  readonly systemAttributes: MessageAttributes;
  readonly groupId: string | undefined;
  readonly senderId: string;
  /** Milliseconds since the epoch; survives the move to a dead-letter queue. */
  readonly sentAt: number;
  /** When it came into the queue it is in. */
  enteredAt: number;
  /** How often it had been received by then, in the queue it was in before. */
  receivesAtEntry: number;
  state: MessageState;
  firstReceivedAt: number | undefined;
  receiveCount: number;
  /** Counts deliveries that change hands; a receipt handle of another generation is stale. */
  generation: number;
  /** When this generation was received: the 12 hours count from here. */
  receivedAt: number;
  /** When a delayed message appears or an in-flight one reappears. */
  dueAt: number;
  /** The queue SQS moved it here from. */
  deadLetterSourceArn: string | undefined;
}

export function md5(text: string): string {
  return createHash("md5").update(text, "utf8").digest("hex");
}

/** Source: SQS Developer Guide "Calculating the MD5 message digest for message attributes". Undefined when there are none. */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash("md5");
  const add = (data: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    hash.update(length).update(data);
  };
  for (const name of names) {
    const value = attributes[name];
    if (value === undefined) continue;
    add(Buffer.from(name));
    add(Buffer.from(value.DataType));
    const isBinary = value.DataType.startsWith("Binary");
    hash.update(Buffer.from([isBinary ? 2 : 1]));
    add(isBinary ? Buffer.from(value.BinaryValue ?? "", "base64") : Buffer.from(value.StringValue ?? ""));
  }
  return hash.digest("hex");
}

/** Bytes that count against the size limit: body, and name, type and value of each attribute. */
export function sizeOf(body: string, attributes: MessageAttributes | undefined): number {
  let size = Buffer.byteLength(body);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    size += Buffer.byteLength(name) + Buffer.byteLength(value.DataType);
    size +=
      value.BinaryValue !== undefined
        ? Buffer.from(value.BinaryValue, "base64").length
        : Buffer.byteLength(value.StringValue ?? "");
  }
  return size;
}
