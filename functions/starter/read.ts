/** What the starter looks at: the queue's depth and the worker family's tasks. */
import type { ECSClient } from "@aws-sdk/client-ecs";
import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { readTasks as readFamily } from "../../aws/fleet";
import type { StarterConfig } from "../../core/config";
import type { TaskFacts } from "../../core/fleet";
import type { QueueDepth } from "../../core/scale";
import { explained } from "./sdk-error";

export async function readDepth(sqs: SQSClient, queueUrl: string): Promise<QueueDepth> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: queueUrl,
    AttributeNames: [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesNotVisible",
      "ApproximateNumberOfMessagesDelayed",
    ],
  });
  try {
    const { Attributes: attributes = {} } = await sqs.send(command);
    return {
      visible: Number(attributes["ApproximateNumberOfMessages"] ?? 0),
      inFlight: Number(attributes["ApproximateNumberOfMessagesNotVisible"] ?? 0),
      delayed: Number(attributes["ApproximateNumberOfMessagesDelayed"] ?? 0),
    };
  } catch (error) {
    throw explained("GetQueueAttributes", error);
  }
}

/** Every task of the worker's family, running and stopped. */
export function readTasks(ecs: ECSClient, config: StarterConfig): Promise<readonly TaskFacts[]> {
  return readFamily(ecs, config, { explained });
}
