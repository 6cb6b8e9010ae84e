/** What the SQS contract runs against: the local cloud, or an AWS account when the environment says so. */
import { CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startCloud } from "../../../local/cloud";
import { manualClock } from "../../../local/http/clock";

export interface QueueUnderTest {
  readonly url: string;
  readonly arn: string;
}

export interface SqsTarget {
  readonly client: SQSClient;
  createQueue(attributes?: Record<string, string>): Promise<QueueUnderTest>;
  /** Lets time pass for the queues. */
  elapse(ms: number): Promise<void>;
  /** Starts a request that waits at the service, and lets time pass while it does. */
  elapseDuring<T>(start: () => Promise<T>, ms: number): Promise<T>;
  close(): Promise<void>;
}

function makeQueues(client: SQSClient) {
  const urls: string[] = [];
  return {
    createQueue: async (attributes: Record<string, string> = {}): Promise<QueueUnderTest> => {
      const QueueName = `contract-${process.pid}-${Date.now()}-${urls.length}`;
      const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes: attributes }));
      urls.push(QueueUrl!);
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
      );
      return { url: QueueUrl!, arn: Attributes!["QueueArn"]! };
    },
    deleteAll: async (): Promise<void> => {
      for (const QueueUrl of urls) await client.send(new DeleteQueueCommand({ QueueUrl })).catch(() => undefined);
    },
  };
}

/** Time stands still between steps, so 12 hours take no time. */
export async function localTarget(): Promise<SqsTarget> {
  const clock = manualClock();
  const cloud = await startCloud({ clock });
  const operator = cloud.principals.byName("operator")!;
  const client = new SQSClient({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: operator,
    maxAttempts: 1,
  });
  const { createQueue } = makeQueues(client);
  return {
    client,
    createQueue,
    elapse: async (ms) => clock.tick(ms),
    async elapseDuring(start, ms) {
      const waiting = clock.waiting;
      const pending = start();
      pending.catch(() => undefined);
      while (clock.waiting === waiting) await new Promise((resolve) => setImmediate(resolve));
      clock.tick(ms);
      return pending;
    },
    async close() {
      client.destroy();
      await cloud.close();
    },
  };
}

/** Set S3ES_CONTRACT_REAL=1 (and credentials, AWS_REGION) to hold the facts against the real service; tests that need hours are left out. */
export const isOnAws = process.env["S3ES_CONTRACT_REAL"] === "1";

export async function awsTarget(): Promise<SqsTarget> {
  const client = new SQSClient({});
  const { createQueue, deleteAll } = makeQueues(client);
  const elapse = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  return {
    client,
    createQueue,
    elapse,
    async elapseDuring(start, ms) {
      const pending = start();
      pending.catch(() => undefined);
      await elapse(ms);
      return pending;
    },
    async close() {
      await deleteAll();
      client.destroy();
    },
  };
}
