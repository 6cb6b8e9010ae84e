/** The SQS API in the shapes of its JSON protocol; the query protocol is translated to and from these. Source: SQS API Reference. */
import { batchEntries, eachEntry } from "./batch";
import { invalidValue, missingParameter, sqsError } from "./errors";
import { messageAttributes, optionalNumber, optionalText, requiredText, textMap, texts, type Input } from "./input";
import { md5OfAttributes, sizeOf, type NewMessage } from "./message";
import type { MoveTasks } from "./move-tasks";
import type { Queue } from "./queue";
import { receiveMessage } from "./receive";
import type { QueueRegistry } from "./registry";

const MAX_BATCH_BYTES = 1_048_576;
const NOT_ALLOWED = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

export interface CallContext {
  readonly registry: QueueRegistry;
  readonly moveTasks: MoveTasks;
  readonly senderId: string;
  readonly signal: AbortSignal;
}

type Operation = (input: Input, context: CallContext) => Input | Promise<Input>;

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateQueue: (input, { registry }) => {
    const queue = registry.create(requiredText(input, "QueueName"), textMap(input, "Attributes"));
    for (const [key, value] of Object.entries(textMap(input, "tags"))) queue.tags.set(key, value);
    return { QueueUrl: registry.urlOf(queue) };
  },
  DeleteQueue: (input, context) => {
    context.registry.remove(queueOf(input, context));
    return {};
  },
  GetQueueUrl: (input, { registry }) => ({ QueueUrl: registry.urlOf(registry.get(requiredText(input, "QueueName"))) }),
  ListQueues: (input, { registry }) => {
    const prefix = optionalText(input, "QueueNamePrefix") ?? "";
    const queues = registry.list().filter((queue) => queue.name.startsWith(prefix));
    return page(
      queues.map((queue) => registry.urlOf(queue)),
      input,
      "QueueUrls",
    );
  },
  ListDeadLetterSourceQueues: (input, context) => {
    const urls = context.registry.sourcesOf(queueOf(input, context)).map((queue) => context.registry.urlOf(queue));
    return page(urls, input, "queueUrls");
  },
  GetQueueAttributes: (input, context) =>
    queueAttributes(queueOf(input, context), texts(input, "AttributeNames"), context),
  SetQueueAttributes: (input, context) => {
    context.registry.setAttributes(queueOf(input, context), textMap(input, "Attributes"));
    return {};
  },
  SendMessage: (input, context) => {
    const { Id: _id, ...sent } = send(queueOf(input, context), input, context);
    return sent;
  },
  SendMessageBatch: (input, context) => {
    const queue = queueOf(input, context);
    const entries = batchEntries(input);
    const bytes = entries.reduce((sum, entry) => sum + sizeOf(optionalText(entry, "MessageBody") ?? "", undefined), 0);
    if (bytes > MAX_BATCH_BYTES) {
      throw sqsError(
        "BatchRequestTooLong",
        `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${bytes} bytes.`,
      );
    }
    return { ...eachEntry(entries, (entry) => send(queue, entry, context)) };
  },
  ReceiveMessage: (input, context) => receiveMessage(queueOf(input, context), input, context.signal),
  DeleteMessage: (input, context) => {
    queueOf(input, context).delete(requiredText(input, "ReceiptHandle"));
    return {};
  },
  DeleteMessageBatch: (input, context) => {
    const queue = queueOf(input, context);
    const entry = (one: Input) => (queue.delete(requiredText(one, "ReceiptHandle")), {});
    return { ...eachEntry(batchEntries(input), entry) };
  },
  ChangeMessageVisibility: (input, context) => changeVisibility(queueOf(input, context), input),
  ChangeMessageVisibilityBatch: (input, context) => {
    const queue = queueOf(input, context);
    return { ...eachEntry(batchEntries(input), (entry) => changeVisibility(queue, entry)) };
  },
  PurgeQueue: (input, context) => {
    queueOf(input, context).purgeOnce();
    return {};
  },
  StartMessageMoveTask: (input, { moveTasks }) => moveTasks.start(input),
  ListMessageMoveTasks: (input, { moveTasks }) => moveTasks.list(input),
  TagQueue: (input, context) => {
    const { tags } = queueOf(input, context);
    for (const [key, value] of Object.entries(textMap(input, "Tags"))) tags.set(key, value);
    return {};
  },
  UntagQueue: (input, context) => {
    for (const key of texts(input, "TagKeys")) queueOf(input, context).tags.delete(key);
    return {};
  },
  ListQueueTags: (input, context) => ({ Tags: Object.fromEntries(queueOf(input, context).tags) }),
};

function queueOf(input: Input, { registry }: CallContext): Queue {
  return registry.byUrl(requiredText(input, "QueueUrl"));
}

function send(queue: Queue, input: Input, context: CallContext): Input {
  const message = readMessage(queue, input, context);
  const sent = queue.send(message);
  const digest = md5OfAttributes(sent.attributes);
  const systemDigest = md5OfAttributes(sent.systemAttributes);
  return {
    MessageId: sent.id,
    MD5OfMessageBody: sent.md5,
    ...(digest !== undefined && { MD5OfMessageAttributes: digest }),
    ...(systemDigest !== undefined && { MD5OfMessageSystemAttributes: systemDigest }),
  };
}

function readMessage(queue: Queue, input: Input, { senderId }: CallContext): NewMessage {
  const body = input["MessageBody"];
  if (typeof body !== "string" || body === "") throw missingParameter("MessageBody");
  if (NOT_ALLOWED.test(body)) throw sqsError("InvalidMessageContents", "Invalid characters found in the message body.");
  const attributes = messageAttributes(input, "MessageAttributes");
  const most = queue.settings.number("MaximumMessageSize");
  if (sizeOf(body, attributes) > most) {
    throw sqsError(
      "InvalidParameterValue",
      `One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`,
    );
  }
  const groupId = optionalText(input, "MessageGroupId");
  if (groupId !== undefined && !/^[!-~]{1,128}$/.test(groupId)) {
    throw invalidValue(
      groupId,
      "MessageGroupId",
      "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.",
    );
  }
  const delaySeconds = optionalNumber(input, "DelaySeconds", 0, 900);
  return {
    body,
    attributes,
    systemAttributes: messageAttributes(input, "MessageSystemAttributes"),
    senderId,
    ...(groupId !== undefined && { groupId }),
    ...(delaySeconds !== undefined && { delaySeconds }),
  };
}

function changeVisibility(queue: Queue, input: Input): Input {
  const seconds = optionalNumber(input, "VisibilityTimeout", 0, 43_200);
  if (seconds === undefined) throw missingParameter("VisibilityTimeout");
  queue.changeVisibility(requiredText(input, "ReceiptHandle"), seconds * 1000);
  return {};
}

function queueAttributes(queue: Queue, names: readonly string[], { registry }: CallContext): Input {
  const depth = queue.shownDepth(registry.countStalenessMs);
  const all: Record<string, string> = {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(depth.visible),
    ApproximateNumberOfMessagesNotVisible: String(depth.inFlight),
    ApproximateNumberOfMessagesDelayed: String(depth.delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
    ...queue.settings.shown(),
  };
  const unknown = names.find((name) => name !== "All" && !KNOWN_NAMES.has(name) && !(name in all));
  if (unknown !== undefined) throw sqsError("InvalidAttributeName", `Unknown Attribute ${unknown}.`);
  const chosen = Object.entries(all).filter(([name]) => names.includes("All") || names.includes(name));
  return chosen.length === 0 ? {} : { Attributes: Object.fromEntries(chosen) };
}

/** Attributes a queue may lack. */
const KNOWN_NAMES = new Set([
  "Policy",
  "RedrivePolicy",
  "RedriveAllowPolicy",
  "KmsMasterKeyId",
  "KmsDataKeyReusePeriodSeconds",
  "SqsManagedSseEnabled",
  "FifoQueue",
  "ContentBasedDeduplication",
  "DeduplicationScope",
  "FifoThroughputLimit",
]);

function page(urls: readonly string[], input: Input, member: string): Input {
  const most = optionalNumber(input, "MaxResults", 1, 1000);
  const start = Number(optionalText(input, "NextToken") ?? 0);
  const end = start + (most ?? 1000);
  return {
    [member]: urls.slice(start, end),
    ...(most !== undefined && end < urls.length && { NextToken: String(end) }),
  };
}
