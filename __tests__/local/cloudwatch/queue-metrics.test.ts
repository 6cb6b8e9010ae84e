/** AWS/SQS metrics on a clock that stands still (SQS Developer Guide "Available CloudWatch metrics for Amazon SQS"). */
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { watchQueues } from "../../../local/cloudwatch/queue-metrics";
import { MetricStore } from "../../../local/cloudwatch/metric-store";
import { startCloud, type Cloud } from "../../../local/cloud";
import { manualClock } from "../../../local/http/clock";

const clock = manualClock(Date.UTC(2026, 0, 1));
let cloud: Cloud;
let client: SQSClient;
beforeAll(async () => {
  cloud = await startCloud({ clock });
  const { endpoint, region, principals } = cloud;
  client = new SQSClient({ endpoint, region, credentials: principals.byName("operator")!, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await cloud.close();
});

function watched() {
  const store = new MetricStore();
  const sample = watchQueues(cloud.sqs, store, clock);
  const of = (queue: string, name: string) => {
    const id = { namespace: "AWS/SQS", name, dimensions: [{ name: "QueueName", value: queue }] };
    return store.samples(id, 0, Infinity).flatMap(({ value, count }) => Array<number>(count).fill(value));
  };
  return { sample, of };
}

async function receive(QueueUrl: string, VisibilityTimeout = 30) {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout, MaxNumberOfMessages: 10 }),
  );
  return Messages;
}

test("each message sent, received and deleted counts, repeated deletions included; a move to the dead letters is none of them", async () => {
  const dead = cloud.sqs.createQueue("count-dead");
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
  const queue = cloud.sqs.createQueue("count", { RedrivePolicy });
  const { of } = watched();
  queue.send("kept");
  queue.send("deleted");
  const [first] = (await receive(queue.url)).filter(({ Body }) => Body === "deleted");
  const remove = new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: first!.ReceiptHandle });
  await client.send(remove);
  await client.send(remove);
  clock.tick(31_000);
  expect(await receive(queue.url)).toEqual([]);
  expect(dead.depth().visible).toBe(1);
  const counts = ["Sent", "Received", "Deleted"].map((what) => of("count", `NumberOfMessages${what}`).length);
  expect(counts).toEqual([2, 2, 2]);
  expect(of("count-dead", "NumberOfMessagesSent")).toEqual([]);
});

test("the age is that of the message here longest, not of one received more than three times; it starts anew in the dead letters", async () => {
  const dead = cloud.sqs.createQueue("age-dead");
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 5 });
  const queue = cloud.sqs.createQueue("age", { RedrivePolicy });
  const ages = () => [queue.oldestAgeMs(), dead.oldestAgeMs()];
  expect(ages()).toEqual([0, 0]);
  queue.send("poison");
  clock.tick(10_000);
  expect(ages()).toEqual([10_000, 0]);
  queue.send("young", { delaySeconds: 900 });
  for (let receives = 1; receives <= 5; receives++) {
    expect(await receive(queue.url, 1)).toHaveLength(1);
    clock.tick(1_000);
    expect(ages()).toEqual([receives <= 3 ? (10 + receives) * 1000 : receives * 1000, 0]);
  }
  await receive(queue.url);
  clock.tick(2_000);
  expect(ages()).toEqual([7_000, 2_000]);
});

test("depth and age are sampled when something happens, once a second, and when somebody asks", () => {
  const queue = cloud.sqs.createQueue("sampled");
  const { sample, of } = watched();
  queue.send("a");
  queue.send("b");
  const visible = () => of("sampled", "ApproximateNumberOfMessagesVisible");
  expect(visible()).toEqual([1]);
  sample();
  expect(visible()).toEqual([1, 2]);
  clock.tick(1_000);
  queue.send("c");
  expect(visible()).toEqual([1, 2, 3]);
  expect(of("sampled", "ApproximateAgeOfOldestMessage")).toEqual([0, 0, 1]);
});
