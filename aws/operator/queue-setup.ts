/** How a queue is set up: who may send, where its dead letters go, how long it keeps and hides messages. */
import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";

export interface QueueSetup {
  readonly arn: string;
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  /** Bytes. */
  readonly maximumMessageSize: number;
  /** JSON text of the access policy; undefined when there is none. */
  readonly policy: string | undefined;
  readonly redrive: { readonly deadLetterQueueArn: string; readonly maxReceiveCount: number } | undefined;
  readonly kmsKeyId: string | undefined;
}

export async function readQueueSetup(sqs: SQSClient, queueUrl: string, signal: AbortSignal): Promise<QueueSetup> {
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["All"] });
  const { Attributes: attributes = {} } = await sqs.send(command, { abortSignal: signal });
  return {
    arn: attributes["QueueArn"] ?? "",
    // Defaults of SQS (API SetQueueAttributes).
    visibilityTimeoutSeconds: Number(attributes["VisibilityTimeout"] ?? 30),
    retentionSeconds: Number(attributes["MessageRetentionPeriod"] ?? 345_600),
    maximumMessageSize: Number(attributes["MaximumMessageSize"] ?? 1_048_576),
    policy: attributes["Policy"],
    redrive: redriveOf(attributes["RedrivePolicy"]),
    kmsKeyId: attributes["KmsMasterKeyId"],
  };
}

function redriveOf(text: string | undefined): QueueSetup["redrive"] {
  if (text === undefined) return undefined;
  const { deadLetterTargetArn = "", maxReceiveCount = 0 } = JSON.parse(text) as {
    deadLetterTargetArn?: string;
    maxReceiveCount?: number | string;
  };
  return { deadLetterQueueArn: deadLetterTargetArn, maxReceiveCount: Number(maxReceiveCount) };
}
