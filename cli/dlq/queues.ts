/** The two queues as the dlq verbs use them. */
import type { SQSClient } from "@aws-sdk/client-sqs";
import { makeQueue } from "../../aws/queue";
import { receiveLetters } from "../../aws/operator/dead-letters";
import type { EntryResults, OutgoingMessage } from "../../core/ports";
import type { System } from "../../core/system";
import type { SweepPorts } from "./sweep";

export interface DeadLetterPorts extends SweepPorts {
  /** At most ten receipt handles. */
  readonly remove: (receiptHandles: readonly string[]) => Promise<EntryResults>;
}

/** A second is enough for SQS to ask all its servers. */
const WAIT_SECONDS = 1;
/** What was begun is ended, also after Ctrl-C: half a batch would be redriven and not deleted. */
const NEVER = new AbortController().signal;

export function deadLetterPorts(sqs: SQSClient, { deadLetterQueueUrl: url }: Pick<System, "deadLetterQueueUrl">) {
  const queue = makeQueue({ client: sqs, queueUrl: url });
  const ports: DeadLetterPorts = {
    receive: (visibilitySeconds, signal) =>
      receiveLetters(sqs, url, { visibilitySeconds, waitSeconds: WAIT_SECONDS }, signal),
    giveBack: (handles) =>
      queue.changeVisibility(
        handles.map((receiptHandle) => ({ receiptHandle, timeoutSeconds: 0 })),
        NEVER,
      ),
    remove: (handles) => queue.delete(handles, NEVER),
  };
  return ports;
}

export function sendTo(
  sqs: SQSClient,
  queueUrl: string,
): (messages: readonly OutgoingMessage[]) => Promise<EntryResults> {
  const queue = makeQueue({ client: sqs, queueUrl });
  return (messages) => queue.send(messages, NEVER);
}
