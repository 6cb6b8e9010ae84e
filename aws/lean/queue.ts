/** The calls of a queue over the lean transport: receives, deletes, visibility changes and sends are all hot. */
import { createHash } from "node:crypto";
import type { BatchAnswer, QueueCalls } from "../queue";
import type { SqsTransport } from "./sqs-transport";
import type { CancelSignal } from "../../core/ports";

export interface LeanQueueOptions {
  readonly transport: SqsTransport;
  /** Long polls hold a connection for 20 s each. */
  readonly polling: SqsTransport;
  /** Visibility changes must never wait behind anything. */
  readonly heartbeat: SqsTransport;
}

export function leanCalls({ transport, polling, heartbeat }: LeanQueueOptions): QueueCalls {
  return {
    receive: async (input, signal) => {
      const answer = (await polling.call("ReceiveMessage", { ...input }, signal)) as Received;
      for (const { Body = "", MD5OfBody } of answer.Messages ?? []) checkDigest(Body, MD5OfBody);
      return answer;
    },
    changeVisibility: (input, signal) => batch(heartbeat, "ChangeMessageVisibilityBatch", { ...input }, signal),
    delete: (input, signal) => batch(transport, "DeleteMessageBatch", { ...input }, signal),
    send: (input, signal) => batch(transport, "SendMessageBatch", { ...input }, signal),
  };
}

type Received = Awaited<ReturnType<QueueCalls["receive"]>>;

async function batch(
  transport: SqsTransport,
  action: string,
  input: Readonly<Record<string, unknown>>,
  signal: CancelSignal,
): Promise<BatchAnswer> {
  return (await transport.call(action, input, signal)) as BatchAnswer;
}

/** As the SDK does it: a body that is not what was sent is no message. */
function checkDigest(body: string, digest: string | undefined): void {
  if (digest === undefined || createHash("md5").update(body, "utf8").digest("hex") === digest) return;
  throw new Error("the body of a message does not have the digest that SQS gave it");
}
