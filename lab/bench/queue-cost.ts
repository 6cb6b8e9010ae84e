/** `npm run bench -- queue`: what the three calls that a worker makes at the queue cost it, through its own transport. */
import { makeQueueClient } from "../../aws/clients";
import { leanCalls } from "../../aws/lean/queue";
import { makeSqsTransport } from "../../aws/lean/sqs-transport";
import { makeQueueOn } from "../../aws/queue";
import type { EntryResults, Queue, QueueMessage } from "../../core/ports";
import { type CloudProcess, startCloudProcess } from "./cloud/client";
import type { Prepared } from "./cloud/protocol";
import { dollarsOf } from "./dollars";
import { median, rounded } from "./result";
import { jobOf } from "./workloads";

export const QUEUE_CALLS = ["ReceiveMessage", "ChangeMessageVisibilityBatch", "DeleteMessageBatch"] as const;
export type QueueCall = (typeof QUEUE_CALLS)[number];

/** Of one kind of call, with ten messages in each. */
export interface QueueCost {
  readonly call: QueueCall;
  /** CPU seconds of the client. */
  readonly cpuPer1000Calls: number;
  readonly cpuPer1000Objects: number;
  readonly dollarsPerMillionObjects: number;
}

const MESSAGES = 10_000;
const BATCH = 10;
/** As many receives as a worker has open, and no more of the others than it usually has. */
const AT_ONCE = 2;
const HELD_SECONDS = 120;

/** All messages are received, extended once and deleted, one kind of call after the other. Medians over the runs. */
export async function measureQueue(runs: number, scale: number): Promise<readonly QueueCost[]> {
  const job = jobOf("small", Math.max(BATCH, MESSAGES * scale) / jobOf("small").objects.length);
  const cloud = startCloudProcess();
  try {
    const prepared = await cloud.prepare({ job, tls: undefined });
    const found: Record<QueueCall, number>[] = [];
    // The first compiles what is measured afterwards.
    for (let run = 0; run <= runs; run++) found.push(await once(cloud, prepared));
    return QUEUE_CALLS.map((call) => costOf(call, median(found.slice(1).map((one) => one[call]))));
  } finally {
    await cloud.end();
  }
}

/** Pure. */
export function costOf(call: QueueCall, cpuPer1000Calls: number): QueueCost {
  return {
    call,
    cpuPer1000Calls: rounded(cpuPer1000Calls),
    cpuPer1000Objects: rounded(cpuPer1000Calls / BATCH),
    dollarsPerMillionObjects: rounded(
      dollarsOf({ requests: { [call]: 1e6 / BATCH }, bytesCopied: 0, workerSeconds: 0 }),
    ),
  };
}

async function once(cloud: CloudProcess, prepared: Prepared): Promise<Record<QueueCall, number>> {
  await cloud.reset({ messages: true });
  const { queue, destroy } = connect(prepared);
  const { signal } = new AbortController();
  try {
    const messages: QueueMessage[] = [];
    const receives = await cpuPer1000(async () => {
      const received = await queue.receive(BATCH, 0, signal);
      messages.push(...received);
      return received.length > 0;
    });
    const handles = messages.map(({ receiptHandle }) => receiptHandle);
    const changes = await cpuPer1000(
      inBatches(handles, (some) =>
        queue.changeVisibility(
          some.map((receiptHandle) => ({ receiptHandle, timeoutSeconds: HELD_SECONDS })),
          signal,
        ),
      ),
    );
    const deletes = await cpuPer1000(inBatches(handles, (some) => queue.delete(some, signal)));
    const { messagesLeft } = await cloud.seen(null);
    if (messagesLeft > 0) throw new Error(`${messagesLeft} messages are left over`);
    return { ReceiveMessage: receives, ChangeMessageVisibilityBatch: changes, DeleteMessageBatch: deletes };
  } finally {
    destroy();
  }
}

/** @param call makes one call; false when there is nothing left to do */
async function cpuPer1000(call: () => Promise<boolean>): Promise<number> {
  let calls = 0;
  const lane = async (): Promise<void> => {
    do calls++;
    while (await call());
  };
  const began = process.cpuUsage();
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const { user, system } = process.cpuUsage(began);
  return ((user + system) / 1e6 / calls) * 1000;
}

function inBatches(
  handles: readonly string[],
  call: (some: readonly string[]) => Promise<EntryResults>,
): () => Promise<boolean> {
  let next = 0;
  return async () => {
    const some = handles.slice(next, next + BATCH);
    next += BATCH;
    if (some.length === 0) return false;
    const failed = (await call(some)).find((one) => one !== undefined);
    if (failed !== undefined) throw failed;
    return next < handles.length;
  };
}

function connect({ endpoint, operatorEnvironment, workerEnvironment, system }: Prepared): {
  readonly queue: Queue;
  readonly destroy: () => void;
} {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId = "",
    AWS_SECRET_ACCESS_KEY: secretAccessKey = "",
    AWS_SESSION_TOKEN: sessionToken,
  } = { ...operatorEnvironment, ...workerEnvironment };
  const { region, queueUrl } = system;
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  const client = makeQueueClient({ endpoint, region, credentials });
  const transport = makeSqsTransport({ client, queueUrl, region, maxConnections: AT_ONCE });
  const queue = makeQueueOn(leanCalls({ transport, polling: transport, heartbeat: transport }), {
    queueUrl,
    visibilityTimeoutSeconds: HELD_SECONDS,
  });
  return {
    queue,
    destroy() {
      transport.destroy();
      client.destroy();
    },
  };
}
