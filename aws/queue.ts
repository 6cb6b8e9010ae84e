/** An SQS standard queue: what the calls of SQS mean, whatever transport carries them. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type BatchResultErrorEntry,
  type ChangeMessageVisibilityBatchCommandInput,
  type DeleteMessageBatchCommandInput,
  type Message,
  type ReceiveMessageCommandInput,
  type ReceiveMessageResult,
  type SendMessageBatchCommandInput,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { syncError, type SyncError } from "../core/errors";
import type { CancelSignal, EntryResults, OutgoingMessage, Queue, QueueMessage } from "../core/ports";
import { withAbortSignal } from "./abort-signal";
import { orAbort } from "./call";
import { codeOfName, translate } from "./errors";

export interface QueueOptions extends QueueTraits {
  /** Deletes and sends; and everything that has no client of its own below. */
  readonly client: SQSClient;
  /** Long polls hold a connection for 20 s each. */
  readonly polling?: SQSClient;
  /** Visibility changes must never wait behind anything. */
  readonly heartbeat?: SQSClient;
}

/** The calls of SQS that a queue is made of; inputs and answers as the API has them. */
export interface QueueCalls {
  readonly receive: (input: ReceiveMessageCommandInput, signal: CancelSignal) => Promise<ReceiveMessageResult>;
  readonly changeVisibility: (
    input: ChangeMessageVisibilityBatchCommandInput,
    signal: CancelSignal,
  ) => Promise<BatchAnswer>;
  readonly delete: (input: DeleteMessageBatchCommandInput, signal: CancelSignal) => Promise<BatchAnswer>;
  readonly send: (input: SendMessageBatchCommandInput, signal: CancelSignal) => Promise<BatchAnswer>;
}

export interface QueueTraits {
  readonly queueUrl: string;
  /** Asked for with every receive: deadlines are reckoned with it, so the queue's own attribute must not be another one. */
  readonly visibilityTimeoutSeconds?: number;
}

/** The queue through the SDK. */
export function makeQueue(options: QueueOptions): Queue {
  return makeQueueOn(sdkCalls(options), options);
}

export function sdkCalls({
  client,
  polling = client,
  heartbeat = client,
}: Pick<QueueOptions, "client" | "polling" | "heartbeat">): QueueCalls {
  return {
    receive: (input, signal) =>
      withAbortSignal(signal, (abortSignal) => polling.send(new ReceiveMessageCommand(input), { abortSignal })),
    changeVisibility: (input, signal) =>
      withAbortSignal(signal, (abortSignal) =>
        heartbeat.send(new ChangeMessageVisibilityBatchCommand(input), { abortSignal }),
      ),
    delete: (input, signal) =>
      withAbortSignal(signal, (abortSignal) => client.send(new DeleteMessageBatchCommand(input), { abortSignal })),
    send: (input, signal) =>
      withAbortSignal(signal, (abortSignal) => client.send(new SendMessageBatchCommand(input), { abortSignal })),
  };
}

/** A whole call that fails rejects; entries that fail inside a 200 are told one by one, in the order of the input. */
export function makeQueueOn(calls: QueueCalls, { queueUrl, visibilityTimeoutSeconds }: QueueTraits): Queue {
  return {
    receive: (max, waitSeconds, signal) =>
      translated("ReceiveMessage", "read", async () => {
        const input: ReceiveMessageCommandInput = {
          QueueUrl: queueUrl,
          MaxNumberOfMessages: max,
          WaitTimeSeconds: waitSeconds,
          ...(visibilityTimeoutSeconds === undefined ? {} : { VisibilityTimeout: visibilityTimeoutSeconds }),
          MessageSystemAttributeNames: ["ApproximateReceiveCount", "SentTimestamp"],
        };
        const { Messages } = await orAbort(calls.receive(input, signal), signal);
        return (Messages ?? []).map(received);
      }),
    changeVisibility: (entries, signal) =>
      batch("ChangeMessageVisibilityBatch", entries, () => {
        const Entries = entries.map(({ receiptHandle, timeoutSeconds }, index) => ({
          Id: String(index),
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: timeoutSeconds,
        }));
        return orAbort(calls.changeVisibility({ QueueUrl: queueUrl, Entries }, signal), signal);
      }),
    delete: (receiptHandles, signal) =>
      batch("DeleteMessageBatch", receiptHandles, () => {
        const Entries = receiptHandles.map((handle, index) => ({ Id: String(index), ReceiptHandle: handle }));
        return orAbort(calls.delete({ QueueUrl: queueUrl, Entries }, signal), signal);
      }),
    send: (messages, signal) =>
      batch("SendMessageBatch", messages, () =>
        orAbort(calls.send({ QueueUrl: queueUrl, Entries: messages.map(outgoing) }, signal), signal),
      ),
  };
}

/** Throws an `Error` when a field is missing that every message has. */
function received(message: Message): QueueMessage {
  const { MessageId: messageId, ReceiptHandle: receiptHandle, Body: body = "", Attributes: attributes = {} } = message;
  if (messageId === undefined || receiptHandle === undefined) throw new Error("a message without id or receipt handle");
  const receiveCount = Number(attributes.ApproximateReceiveCount ?? "1");
  const sentAt = Number(attributes.SentTimestamp ?? "0");
  return { messageId, receiptHandle, body, receiveCount, sentAt };
}

function outgoing(message: OutgoingMessage, index: number): SendMessageBatchRequestEntry {
  const { body, delaySeconds, groupId, attributes = {} } = message;
  // SQS refuses empty attribute values.
  const filled = Object.entries(attributes).filter(([, value]) => value !== "");
  const entries = filled.map(([name, value]) => [name, { DataType: "String", StringValue: value }] as const);
  return {
    Id: String(index),
    MessageBody: body,
    ...(delaySeconds === undefined ? {} : { DelaySeconds: delaySeconds }),
    ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
    ...(entries.length === 0 ? {} : { MessageAttributes: Object.fromEntries(entries) }),
  };
}

export interface BatchAnswer {
  readonly Successful?: readonly { readonly Id?: string | undefined }[] | undefined;
  readonly Failed?: readonly BatchResultErrorEntry[] | undefined;
}

/** SQS takes 10 entries per batch; more is a mistake of the caller and not an error of the service. */
const MAX_ENTRIES = 10;

async function batch(
  operation: string,
  entries: readonly unknown[],
  send: () => Promise<BatchAnswer>,
): Promise<EntryResults> {
  if (entries.length > MAX_ENTRIES) throw new RangeError(`${operation}: ${entries.length} entries, at most 10 fit`);
  if (entries.length === 0) return [];
  const answer = await translated(operation, "write", send);
  const succeeded = new Set(answer.Successful?.map(({ Id }) => Id));
  const failed = new Map(answer.Failed?.map((entry) => [entry.Id, entry]));
  return entries.map((_, index) => {
    const id = String(index);
    const failure = failed.get(id);
    if (failure !== undefined) return entryError(operation, failure);
    return succeeded.has(id) ? undefined : missingEntry(operation);
  });
}

function entryError(
  operation: string,
  { Code = "Unknown", Message = "", SenderFault }: BatchResultErrorEntry,
): SyncError {
  const code = codeOfName(Code, Message);
  const effect = SenderFault === true ? "none" : "unknown";
  return syncError({ code, operation, effect, message: `${Code} ${Message}`.trim(), awsName: Code });
}

function missingEntry(operation: string): SyncError {
  return syncError({ code: "Unknown", operation, effect: "unknown", message: "the answer lacks this entry" });
}

async function translated<T>(operation: string, kind: "read" | "write", run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw translate(error, operation, kind);
  }
}
