/** The queue between bucket and workers, and the queue for keys that cannot be synced. */
import type { Resource } from "@pulumi/pulumi";
import { Queue, QueuePolicy } from "@pulumi/aws/sqs";
import { type Context, named, under } from "./context";
import { queuePolicy } from "./policies/resources";

export interface Queues {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  /** Lets the events in. */
  readonly policy: QueuePolicy;
}

const DAY_SECONDS = 86_400;
/** The longest SQS keeps a message. A message keeps its age when it moves here, so this is more than the queue's. */
const DEAD_LETTER_DAYS = 14;

/** @param after deleted only after the queue: once it is gone, workers leave by themselves and their cluster can go as well */
export function createQueues(context: Context, after: readonly Resource[]): Queues {
  const { settings, names, arns, place } = context;
  const deadLetterQueue = new Queue(
    named(context, "dlq"),
    {
      name: names.deadLetterQueue,
      messageRetentionSeconds: DEAD_LETTER_DAYS * DAY_SECONDS,
      redriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [arns.queue] }),
      sqsManagedSseEnabled: true,
      tags: settings.tags,
    },
    under(context, after),
  );
  const queue = new Queue(
    named(context, "queue"),
    {
      name: names.queue,
      visibilityTimeoutSeconds: settings.visibilityTimeoutSeconds,
      messageRetentionSeconds: settings.queueRetentionDays * DAY_SECONDS,
      receiveWaitTimeSeconds: settings.longPollSeconds,
      redrivePolicy: JSON.stringify({
        deadLetterTargetArn: arns.deadLetterQueue,
        maxReceiveCount: settings.maxReceiveCount,
      }),
      sqsManagedSseEnabled: true,
      tags: settings.tags,
    },
    under(context, [deadLetterQueue, ...after]),
  );
  const policy = new QueuePolicy(
    named(context, "queue-policy"),
    { queueUrl: queue.url, policy: JSON.stringify(queuePolicy(settings.notificationMode, arns, place)) },
    under(context),
  );
  return { queue, deadLetterQueue, policy };
}
