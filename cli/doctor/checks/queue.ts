/** The queue and its dead letters: kept long enough, given up as the worker believes, hidden as long as a worker needs. */
import { writeBoundMs } from "../../../core/bounds";
import type { QueueSetup } from "../../../aws/operator/queue-setup";
import type { WorkerConfig } from "../../../core/config";
import { duration } from "../../shell/progress";
import { bytes } from "../../shell/words";
import { type Check, type Finding, orOk, problem, warning } from "../check";

export const queueCheck: Check = {
  id: "queue",
  title: "queue and dead-letter queue",
  gone: ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"],
  run: async (facts) => {
    const [queue, deadLetters, { worker }] = await Promise.all([facts.queue(), facts.deadLetters(), facts.task()]);
    return judgeQueues(queue, deadLetters, worker.ok ? worker.config : undefined);
  },
};

const DAY = 86_400;
/** What an S3 notification may hold at most (S3 guide, notification content structure); SQS refuses what is larger, and it is lost. */
const NOTIFICATION_BYTES = 64 * 1024;

export function judgeQueues(
  queue: QueueSetup,
  deadLetters: QueueSetup,
  worker: Pick<WorkerConfig, "maxReceiveCount"> | undefined,
): readonly Finding[] {
  const { redrive, retentionSeconds, maximumMessageSize } = queue;
  const findings: Finding[] = [];
  if (redrive === undefined) {
    findings.push(
      problem(
        "the queue has no dead-letter queue",
        "Run `pulumi up`: messages that kill workers would come back for ever.",
      ),
    );
  } else if (redrive.deadLetterQueueArn !== deadLetters.arn) {
    findings.push(
      problem(
        `SQS moves dead letters to ${redrive.deadLetterQueueArn}, the worker to ${deadLetters.arn}`,
        "Run `pulumi up`, so that there is one place to look.",
      ),
    );
  } else if (worker !== undefined && redrive.maxReceiveCount !== worker.maxReceiveCount) {
    findings.push(
      warning(
        `SQS gives up after ${redrive.maxReceiveCount} receives, the worker after ${worker.maxReceiveCount}`,
        "Run `pulumi up`: keys that SQS moves itself carry no reason.",
      ),
    );
  }
  if (deadLetters.retentionSeconds < retentionSeconds) {
    findings.push(
      warning(
        `dead letters are kept ${duration(deadLetters.retentionSeconds)}, messages ${duration(retentionSeconds)}`,
        "Keep dead letters longer: a message keeps its age when it moves there (SQS guide, dead-letter queue retention).",
      ),
    );
  }
  if (retentionSeconds < DAY) {
    findings.push(
      warning(
        `messages are kept ${duration(retentionSeconds)} only`,
        "Raise queueRetentionDays: what waits longer, through an outage or a pause, is lost.",
      ),
    );
  }
  if (maximumMessageSize < NOTIFICATION_BYTES) {
    findings.push(
      problem(
        `messages above ${bytes(maximumMessageSize)} are refused`,
        "Set MaximumMessageSize to 1 MiB: an S3 event may have 64 KiB, and one that is refused is lost.",
      ),
    );
  }
  return orOk(findings, `kept ${duration(retentionSeconds)}, dead letters ${duration(deadLetters.retentionSeconds)}`);
}

export const visibilityCheck: Check = {
  id: "visibility",
  title: "visibility against the longest copy",
  run: async (facts) => {
    const [{ visibilityTimeoutSeconds }, { worker }] = await Promise.all([facts.queue(), facts.task()]);
    if (!worker.ok) return [{ verdict: "unknown", finding: "the worker's settings are incomplete: see task" }];
    return judgeVisibility(visibilityTimeoutSeconds, worker.config);
  },
};

/** The message of a killed worker is hidden that long: beyond this an operator thinks that the system stands still. */
const SLOW_COMEBACK_SECONDS = 1800;
/** Two heartbeats may fail before a lease runs out: they come at a third of it. */
const SHORT_SECONDS = 30;

/** Not a matter of correctness: a lease is extended before a write that could outlive it (rule 4). */
export function judgeVisibility(
  queueSeconds: number,
  worker: Pick<WorkerConfig, "visibilityTimeoutSeconds" | "multipartThreshold">,
): readonly Finding[] {
  const { visibilityTimeoutSeconds: seconds, multipartThreshold } = worker;
  const longest = Math.ceil(writeBoundMs("CopyObject", multipartThreshold) / 1000);
  const findings: Finding[] = [];
  if (queueSeconds !== seconds) {
    findings.push(
      warning(
        `the queue hides a message ${queueSeconds} s, the worker asks for ${seconds} s`,
        "Run `pulumi up`: the worker's wins, but whatever else receives from this queue gets the other.",
      ),
    );
  }
  if (seconds > SLOW_COMEBACK_SECONDS) {
    findings.push(
      warning(
        `the message of a killed worker comes back after ${duration(seconds)}`,
        `Set visibilityTimeoutSeconds to 120: a living worker extends it for the longest copy (${longest} s) by itself.`,
      ),
    );
  }
  if (seconds < SHORT_SECONDS) {
    findings.push(
      warning(
        `messages are hidden ${seconds} s only`,
        "Set visibilityTimeoutSeconds to 120: a slow minute of SQS would give messages to two workers.",
      ),
    );
  }
  const needsExtension = longest > seconds ? ", for which the lease is extended first" : "";
  return orOk(
    findings,
    `${seconds} s; one copy of ${bytes(multipartThreshold)} may take ${longest} s to land${needsExtension}`,
  );
}
