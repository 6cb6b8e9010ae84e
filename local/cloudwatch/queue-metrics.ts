/**
 * The metrics AWS/SQS of the local queues: what is sent, received and deleted is counted when it happens; depth and age are sampled whenever
 * something happens in a queue (once a second at most) and whenever somebody asks. AWS reports each minute, some minutes late.
 * Source: SQS Developer Guide "Available CloudWatch metrics for Amazon SQS".
 */
import type { Clock } from "../http/clock";
import type { QueueActivity, QueueAdmin, Sqs } from "../sqs";
import type { MetricStore } from "./metric-store";

const COUNTERS: Readonly<Record<QueueActivity, string>> = {
  sent: "NumberOfMessagesSent",
  received: "NumberOfMessagesReceived",
  deleted: "NumberOfMessagesDeleted",
};

/** Answers what samples all queues now. */
export function watchQueues(sqs: Sqs, store: MetricStore, clock: Clock): () => void {
  const sampledAt = new Map<string, number>();
  const put = (queue: QueueAdmin, name: string, value: number, unit: string) => {
    const dimensions = [{ name: "QueueName", value: queue.name }];
    store.put({ namespace: "AWS/SQS", name, dimensions }, clock.now(), value, unit);
  };
  const sample = (queue: QueueAdmin) => {
    sampledAt.set(queue.name, Math.floor(clock.now() / 1000));
    const { visible, inFlight, delayed } = queue.depth();
    put(queue, "ApproximateNumberOfMessagesVisible", visible, "Count");
    put(queue, "ApproximateNumberOfMessagesNotVisible", inFlight, "Count");
    put(queue, "ApproximateNumberOfMessagesDelayed", delayed, "Count");
    put(queue, "ApproximateAgeOfOldestMessage", Math.floor(queue.oldestAgeMs() / 1000), "Seconds");
  };
  sqs.onActivity((queue, activity) => {
    put(queue, COUNTERS[activity], 1, "Count");
    if (sampledAt.get(queue.name) !== Math.floor(clock.now() / 1000)) sample(queue);
  });
  return () => sqs.queues().forEach(sample);
}
