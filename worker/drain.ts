/**
 * The orderly end (rule 6): what nobody has begun is handed back at once, what is in flight is finished within the drain
 * budget, and what is left is put back with the delay its writes need. Interruptions burn no receive counts, because a put-back
 * is a new message.
 */
import { encodeEnvelope, groupIdOf, handoff, splitEnvelope } from "../core/envelope";
import type { CopySizes } from "../core/parts";
import type { CancelSignal, Clock, DestinationBucket, Log } from "../core/ports";
import type { Delivery, Inbox, KeyTask } from "./inbox";
import type { Leases } from "./leases";
import type { Outbox } from "./outbox";
import { callOnce } from "./retry";
import type { Tally } from "./tally";

const ABORT_TIMEOUT_MS = 15_000;
/** After SIGTERM, past the drain budget and the outbox: whatever still holds the process is cut off before Fargate does it. */
export const EXIT_MARGIN_MS = 15_000;

export interface DrainDeps {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly leases: Leases;
  readonly clock: Clock;
  readonly log: Log;
  readonly tally: Tally;
  readonly sizes: CopySizes;
}

/** The queue is gone, so nobody can go on with the uploads that were handed to us: ends them, as far as that works at once. */
export async function abortWaitingUploads(
  { inbox, clock, log }: Pick<DrainDeps, "inbox" | "clock" | "log">,
  destination: DestinationBucket,
  signal: CancelSignal,
): Promise<void> {
  const uploads = inbox.takeAllWaiting().flatMap(({ key, uploads: open }) => open.map(({ id }) => ({ key, id })));
  await Promise.all(
    uploads.map(({ key, id }) =>
      callOnce(clock, "AbortMultipartUpload", ABORT_TIMEOUT_MS, signal, (inner) =>
        destination.abortUpload(key, id, inner),
      ).catch((error: unknown) => log.warn("upload-left-open", { key, uploadId: id, error: String(error) })),
    ),
  );
}

/** Hands back every key that nobody has begun: one message per message received, however many keys are left of it. */
export async function handBackWaiting(deps: DrainDeps): Promise<void> {
  const { inbox, log } = deps;
  const waiting = inbox.takeAllWaiting();
  if (waiting.length === 0) return;
  const byDelivery = new Map<Delivery, KeyTask[]>();
  for (const task of waiting) {
    for (const delivery of task.deliveries) byDelivery.set(delivery, [...(byDelivery.get(delivery) ?? []), task]);
  }
  log.info("handing-back", { keys: waiting.length, messages: byDelivery.size, first: waiting[0]?.key });
  await Promise.all([...byDelivery].map(([delivery, tasks]) => handBack(deps, delivery, tasks)));
  for (const task of waiting) inbox.settle(task);
}

async function handBack(deps: DrainDeps, delivery: Delivery, tasks: readonly KeyTask[]): Promise<void> {
  const { inbox, outbox, leases, tally } = deps;
  const { lease, history } = delivery;
  const entries = tasks.map(({ key, size }) => (size === undefined ? { key } : { key, size }));
  const carried = { ...history, failures: history.failures + lease.message.receiveCount - 1 };
  const whole = handoff(entries, carried);
  // An upload handed to us and not begun goes on to the next worker with its key, in the place of the message it came with.
  const { upload } = delivery;
  const messages = upload === undefined ? splitEnvelope(whole, deps.sizes) : [{ ...whole, upload }];
  const groupId = groupIdOf(whole);
  const sent = await Promise.all(
    messages.map((message) =>
      outbox.send({ body: encodeEnvelope(message), ...(groupId === undefined ? {} : { groupId }) }),
    ),
  );
  tally.add("handoffs", entries.length);
  const finished = tasks.flatMap((task) => inbox.release(task, [delivery]));
  // Not visibility 0: that would burn a receive, and another key of the same message may be in the middle of a write.
  if (!sent.every(Boolean)) leases.letGo(lease);
  else for (const done of finished) void outbox.acknowledge(done);
}
