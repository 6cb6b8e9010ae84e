/** The dead-letter queue for whoever looks into it: what a worker or SQS itself put there, with all that is written on it. */
import { type Message, PurgeQueueCommand, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";

/** A dead letter as received. */
export interface ReceivedLetter {
  readonly messageId: string;
  /** Valid for this receive only. */
  readonly receiptHandle: string;
  readonly body: string;
  /** String attributes: what the worker wrote on it (worker/dead-letter.ts). */
  readonly attributes: Readonly<Record<string, string>>;
  /** How often it was received, all in all, this time included. */
  readonly receives: number;
  /** Epoch milliseconds. */
  readonly sentAt: number;
  /** SQS moved it, after too many receives. */
  readonly movedBySqs: boolean;
}

/** Up to ten messages, hidden from others for `visibilitySeconds`; an empty array when none came in `waitSeconds`. */
export async function receiveLetters(
  sqs: SQSClient,
  queueUrl: string,
  { visibilitySeconds, waitSeconds }: { readonly visibilitySeconds: number; readonly waitSeconds: number },
  signal: AbortSignal,
): Promise<readonly ReceivedLetter[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 10,
    VisibilityTimeout: visibilitySeconds,
    // Long polling asks all servers of the queue, so that an empty answer means something (API ReceiveMessage).
    WaitTimeSeconds: waitSeconds,
    MessageAttributeNames: ["All"],
    MessageSystemAttributeNames: ["All"],
  });
  const { Messages: messages = [] } = await sqs.send(command, { abortSignal: signal });
  return messages.map(letterOf);
}

/** Deletes every message. SQS takes one purge a minute, which takes up to a minute (API PurgeQueue). */
export async function purgeQueue(sqs: SQSClient, queueUrl: string, signal: AbortSignal): Promise<void> {
  await sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl }), { abortSignal: signal });
}

function letterOf(message: Message): ReceivedLetter {
  const { Attributes: system = {}, MessageAttributes: own = {} } = message;
  const texts = Object.entries(own).flatMap(([name, { StringValue: value }]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return {
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    body: message.Body ?? "",
    attributes: Object.fromEntries(texts),
    receives: Number(system.ApproximateReceiveCount ?? "1"),
    sentAt: Number(system.SentTimestamp ?? "0"),
    movedBySqs: system.DeadLetterQueueSourceArn !== undefined,
  };
}
