/** A queue as its attributes show it. */
import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { QueueDepth } from "../../core/scale";

export interface QueueState extends QueueDepth {
  /** How long the queue keeps a message that nobody deletes. */
  readonly retentionSeconds: number;
  /** How long the message of a worker that died stays hidden. */
  readonly visibilityTimeoutSeconds: number;
}

/** All counts are approximate (API GetQueueAttributes). */
export async function readQueueState(sqs: SQSClient, queueUrl: string, signal: AbortSignal): Promise<QueueState> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: queueUrl,
    AttributeNames: [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesNotVisible",
      "ApproximateNumberOfMessagesDelayed",
      "MessageRetentionPeriod",
      "VisibilityTimeout",
    ],
  });
  const { Attributes: attributes = {} } = await sqs.send(command, { abortSignal: signal });
  return {
    visible: Number(attributes["ApproximateNumberOfMessages"] ?? 0),
    inFlight: Number(attributes["ApproximateNumberOfMessagesNotVisible"] ?? 0),
    delayed: Number(attributes["ApproximateNumberOfMessagesDelayed"] ?? 0),
    // Defaults of SQS (API SetQueueAttributes).
    retentionSeconds: Number(attributes["MessageRetentionPeriod"] ?? 345_600),
    visibilityTimeoutSeconds: Number(attributes["VisibilityTimeout"] ?? 30),
  };
}
