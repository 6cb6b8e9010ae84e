/** What `work` would begin with, as text and as a document. Pure. */
import type { WorkerConfig } from "../../core/config";
import type { QueueDepth } from "../../core/scale";
import type { SetUp } from "../../worker/connect";
import { bytes, count, queueDepth } from "../shell/words";

export interface WorkDryRun extends SetUp {
  /** Undefined when it was not read: the set-up is wrong, or these rights do not reach that far, which a worker's need not. */
  readonly queue: QueueDepth | undefined;
}

export function dryRunDocument(config: WorkerConfig, { queue, problems, undecided }: WorkDryRun): object {
  const { region, sourceBucket, destinationBucket, prefix, queueUrl, deadLetterQueueUrl, ...tuning } = config;
  return {
    dryRun: true,
    system: { region, sourceBucket, destinationBucket, prefix, queueUrl, deadLetterQueueUrl },
    tuning,
    ...(queue === undefined ? {} : { queue: depthOf(queue) }),
    problems,
    undecided,
  };
}

/** For a set-up without problems. */
export function dryRunLines(config: WorkerConfig, { queue }: Pick<WorkDryRun, "queue">): readonly string[] {
  const { sourceBucket, prefix, destinationBucket, region } = config;
  const rows: readonly (readonly [name: string, text: string])[] = [
    ["queue", queue === undefined ? "not read: these credentials may not see its depth" : queueDepth(queue)],
    [
      "copies",
      `${count(config.copyConcurrency, "request")} at once, above ${bytes(config.multipartThreshold)} in parts of ${bytes(config.partSize)}`,
    ],
    [
      "receives",
      `long poll ${config.longPollSeconds} s, ends after ${count(config.emptyPollsBeforeExit, "empty poll")}`,
    ],
    [
      "messages",
      `hidden for ${config.visibilityTimeoutSeconds} s, a dead letter after ${count(config.maxReceiveCount, "failure")}`,
    ],
    ["stopping", `within ${config.drainSeconds} s; gives up after ${config.breakerBudgetSeconds} s in which all fails`],
  ];
  return [
    `A worker could begin: s3://${sourceBucket}/${prefix} -> ${destinationBucket}, ${region}. Nothing was received, nothing changed.`,
    "",
    ...rows.map(([name, text]) => `${name.padEnd(9)} ${text}`),
  ];
}

/** Without the queue's other attributes, which are not what waits. */
function depthOf({ visible, inFlight, delayed }: QueueDepth): QueueDepth {
  return { visible, inFlight, delayed };
}
