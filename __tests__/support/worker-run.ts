/** A whole worker over buckets and queues in memory, under virtual time. */
import type { WorkerConfig } from "../../core/config";
import { parseEnvelope } from "../../core/envelope";
import { MIB } from "../../core/parts";
import { runWorker } from "../../worker/worker";
import { makeBuckets, sourceObject } from "./worker-buckets";
import { makeClock } from "./worker-clock";
import { makeRecordedLog } from "./worker-fakes";
import { digest } from "./worker-key";
import { makeMemoryQueue } from "./worker-queue";

export const SECOND = 1000;
const CONFIG: WorkerConfig = {
  region: "eu-north-1",
  sourceBucket: "src",
  destinationBucket: "dst",
  prefix: "",
  queueUrl: "https://queue",
  deadLetterQueueUrl: "https://dead",
  visibilityTimeoutSeconds: 120,
  maxReceiveCount: 3,
  copyConcurrency: 8,
  partSize: 8 * MIB,
  multipartThreshold: 16 * MIB,
  longPollSeconds: 20,
  emptyPollsBeforeExit: 3,
  listUnitKeys: 10_000,
  transport: "lean",
  drainSeconds: 90,
  breakerBudgetSeconds: 300,
  logLevel: "info",
};
export const eventOf = (...keys: string[]): string =>
  JSON.stringify({
    Records: keys.map((key) => ({
      eventVersion: "2.1",
      eventSource: "aws:s3",
      eventName: "ObjectCreated:Put",
      eventTime: "2025-12-31T23:59:59.000Z",
      s3: { bucket: { name: "src" }, object: { key, size: 10 } },
    })),
  });

export function beginRun(overrides: Partial<WorkerConfig> = {}) {
  const clock = makeClock();
  const log = makeRecordedLog();
  const buckets = makeBuckets();
  const queue = makeMemoryQueue(clock, 120 * SECOND);
  const dead = makeMemoryQueue(clock, 120 * SECOND);
  const stop = new AbortController();
  const run = () =>
    runWorker(
      { ...CONFIG, ...overrides },
      {
        ...{ source: buckets.source, destination: buckets.destination, queue, heartbeats: queue, deadLetters: dead },
        ...{ sourceListing: buckets.sourceListing, destinationListing: buckets.destinationListing },
        ...{ clock, log, random: () => 0.5, digest },
      },
      stop.signal,
    );
  const put = (key: string, ...more: string[]): void => {
    for (const each of [key, ...more]) buckets.at.source.set(each, sourceObject(`e-${each}`));
    queue.put(eventOf(key, ...more));
  };
  const handedBack = () => queue.sent.map(({ body }) => parseEnvelope(JSON.parse(body) as unknown));
  return { clock, log, buckets, queue, dead, stop, run, put, handedBack };
}
