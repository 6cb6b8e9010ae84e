/** An SQS standard queue through the SDK. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type BatchResultErrorEntry,
  type Message,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { syncError, type SyncError } from "../core/errors";
import type { EntryResults, OutgoingMessage, Queue, QueueMessage } from "../core/ports";
import { orAbort } from "./call";
import { codeOfName, translate } from "./errors";

export interface QueueOptions {
  /** Deletes and sends; and everything that has no client of its own below. */
  readonly client: SQSClient;
  /** Long polls hold a connection for 20 s each. */
  readonly polling?: SQSClient;
  /** Visibility changes must never wait behind anything. */
  readonly heartbeat?: SQSClient;
  readonly queueUrl: string;
  /** Asked for with every receive: deadlines are reckoned with it, so the queue's own attribute must not be another one. */
  readonly visibilityTimeoutSeconds?: number;
}

/** A whole call that fails rejects; entries that fail inside a 200 are told one by one, in the order of the input. */
export function makeQueue(options: QueueOptions): Queue {
  const { client, polling = client, heartbeat = client, queueUrl, visibilityTimeoutSeconds } = options;
  return {
    receive: (max, waitSeconds, signal) => {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: max,
        WaitTimeSeconds: waitSeconds,
        ...(visibilityTimeoutSeconds === undefined ? {} : { VisibilityTimeout: visibilityTimeoutSeconds }),
        MessageSystemAttributeNames: ["ApproximateReceiveCount", "SentTimestamp"],
      });
      return translated("ReceiveMessage", "read", async () => {
        const { Messages = [] } = await orAbort(polling.send(command, { abortSignal: signal }), signal);
        return Messages.map(received);
      });
    },
    changeVisibility: (entries, signal) =>
      batch("ChangeMessageVisibilityBatch", entries, async () => {
        const Entries = entries.map(({ receiptHandle, timeoutSeconds }, index) => ({
          Id: String(index),
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: timeoutSeconds,
        }));
        const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries });
        return orAbort(heartbeat.send(command, { abortSignal: signal }), signal);
      }),
    delete: (receiptHandles, signal) =>
      batch("DeleteMessageBatch", receiptHandles, async () => {
        const Entries = receiptHandles.map((handle, index) => ({ Id: String(index), ReceiptHandle: handle }));
        const command = new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries });
        return orAbort(client.send(command, { abortSignal: signal }), signal);
      }),
    send: (messages, signal) =>
      batch("SendMessageBatch", messages, async () => {
        const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: messages.map(outgoing) });
        return orAbort(client.send(command, { abortSignal: signal }), signal);
      }),
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

interface BatchAnswer {
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
