/** Envelopes on their way from this machine to the queue: all are taken, or it rejects. */
import { encodeEnvelope, groupIdOf } from "../../core/envelope";
import { asSyncError, type SyncError } from "../../core/errors";
import type { Envelope } from "../../core/messages";
import type { Clock, OutgoingMessage, Queue } from "../../core/ports";
import { decideRetry, DEFAULT_RETRY } from "../../core/retry";

export interface SendDeps {
  readonly queue: Pick<Queue, "send">;
  readonly clock: Clock;
  readonly random: () => number;
}

/** API SendMessageBatch; ten of the largest envelopes fit into one (core/envelope.ts). */
const MAX_ENTRIES = 10;
const LANES = 8;
const TIMEOUT_MS = 30_000;

/** A message that SQS took although its answer was lost is sent again: a key that is enqueued twice is looked at twice. */
export async function sendEnvelopes(deps: SendDeps, envelopes: readonly Envelope[]): Promise<void> {
  const messages = envelopes.map(messageOf);
  const batches: OutgoingMessage[][] = [];
  for (let i = 0; i < messages.length; i += MAX_ENTRIES) batches.push(messages.slice(i, i + MAX_ENTRIES));
  let next = 0;
  async function lane(): Promise<void> {
    for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) await sendBatch(deps, batch);
  }
  await Promise.all(Array.from({ length: Math.min(LANES, batches.length) }, lane));
}

async function sendBatch({ queue, clock, random }: SendDeps, batch: readonly OutgoingMessage[]): Promise<void> {
  let left = batch;
  for (let attempt = 1; left.length > 0; attempt++) {
    const results = await attemptOf(queue, left);
    left = left.filter((_, index) => results[index] !== undefined);
    const [error] = results.filter((result) => result !== undefined);
    if (error === undefined) return;
    const decision = decideRetry(error, attempt, DEFAULT_RETRY, random());
    if (decision.kind === "give-up") throw error;
    await clock.sleep(decision.delayMs);
  }
}

async function attemptOf(
  queue: Pick<Queue, "send">,
  messages: readonly OutgoingMessage[],
): Promise<readonly (SyncError | undefined)[]> {
  try {
    return await queue.send(messages, AbortSignal.timeout(TIMEOUT_MS));
  } catch (thrown) {
    const error = asSyncError(thrown, "SendMessageBatch");
    return messages.map(() => error);
  }
}

function messageOf(envelope: Envelope): OutgoingMessage {
  const groupId = groupIdOf(envelope);
  return { body: encodeEnvelope(envelope), ...(groupId === undefined ? {} : { groupId }) };
}
