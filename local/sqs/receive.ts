/** ReceiveMessage: what of a message is shown. Source: API ReceiveMessage. */
import { optionalNumber, texts, type Input } from "./input";
import { md5OfAttributes, type MessageAttributes } from "./message";
import type { Delivery, Queue } from "./queue";

export async function receiveMessage(queue: Queue, input: Input, signal: AbortSignal): Promise<Input> {
  const max = optionalNumber(input, "MaxNumberOfMessages", 1, 10) ?? 1;
  const visibility =
    optionalNumber(input, "VisibilityTimeout", 0, 43_200) ?? queue.settings.number("VisibilityTimeout");
  const wait =
    optionalNumber(input, "WaitTimeSeconds", 0, 20) ?? queue.settings.number("ReceiveMessageWaitTimeSeconds");
  const system = new Set([...texts(input, "AttributeNames"), ...texts(input, "MessageSystemAttributeNames")]);
  const wanted = texts(input, "MessageAttributeNames");
  const deliveries = await queue.receive(max, visibility * 1000, wait * 1000, signal);
  return deliveries.length === 0 ? {} : { Messages: deliveries.map((delivery) => shown(delivery, system, wanted)) };
}

function shown(delivery: Delivery, system: ReadonlySet<string>, wanted: readonly string[]): Input {
  const { message, receiptHandle } = delivery;
  const attributes = chosen(message.attributes, wanted);
  const digest = md5OfAttributes(attributes);
  const systemAttributes = Object.entries(systemOf(delivery)).filter(([name]) => system.has(name) || system.has("All"));
  return {
    MessageId: message.id,
    ReceiptHandle: receiptHandle,
    MD5OfBody: message.md5,
    Body: message.body,
    ...(systemAttributes.length > 0 && { Attributes: Object.fromEntries(systemAttributes) }),
    ...(digest !== undefined && { MD5OfMessageAttributes: digest, MessageAttributes: attributes }),
  };
}

function systemOf({ message, receiveCount }: Delivery): Record<string, string> {
  const trace = message.systemAttributes["AWSTraceHeader"]?.StringValue;
  return {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? 0),
    ...(message.groupId !== undefined && { MessageGroupId: message.groupId }),
    ...(message.deadLetterSourceArn !== undefined && { DeadLetterQueueSourceArn: message.deadLetterSourceArn }),
    ...(trace !== undefined && { AWSTraceHeader: trace }),
  };
}

/** "All", ".*", a name, or "prefix.*". */
function chosen(attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes {
  if (wanted.length === 0) return {};
  const fits = (name: string) =>
    wanted.some(
      (w) => w === "All" || w === ".*" || w === name || (w.endsWith(".*") && name.startsWith(w.slice(0, -1))),
    );
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => fits(name)));
}
