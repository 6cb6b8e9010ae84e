/** One key from its messages to their end: everything real but the buckets, the clock, and an outbox that records. */
import type { EnvelopeHistory } from "../../core/messages";
import { parseEnvelope } from "../../core/envelope";
import type { EntryResults, OutgoingMessage, VisibilityChange } from "../../core/ports";
import { attend } from "../../worker/attend";
import { makeBreaker } from "../../worker/breaker";
import { makeController } from "../../worker/controller";
import { makeChecksums } from "../../worker/copy/checksums";
import { type Filing, makeInbox } from "../../worker/inbox";
import { type Lease, makeLeases } from "../../worker/leases";
import type { Outbox } from "../../worker/outbox";
import { makeRelease } from "../../worker/release";
import { makeReport } from "../../worker/report";
import { makeSlots } from "../../worker/slots";
import { makeTally } from "../../worker/tally";
import { makeBuckets } from "./worker-buckets";
import { makeClock, WALL_START_MS } from "./worker-clock";
import { makeRecordedLog, message, scripted } from "./worker-fakes";
import { digest, KEY, SIZES } from "./worker-key";
import { NO_METRICS } from "./worker-fakes";

export const HISTORY: EnvelopeHistory = {
  failures: 0,
  eventTime: WALL_START_MS - 5_000,
  firstSeen: WALL_START_MS,
  origin: "worker",
};

export function beginAttend(options: { maxReceiveCount?: number; queueExists?: boolean } = {}) {
  const clock = makeClock();
  const log = makeRecordedLog();
  const tally = makeTally();
  const buckets = makeBuckets();
  const { source, destination } = buckets;
  const stopping = makeController();
  const abandon = makeController();
  const heartbeat = makeController();
  const budgetSpent: string[] = [];
  const inbox = makeInbox(SIZES, 8);
  const changeVisibility = scripted((entries: readonly VisibilityChange[]): EntryResults =>
    entries.map(() => undefined),
  );
  const interrupts = new Map<string, () => void>();
  const interruptTasksOf = (lease: Lease): void => {
    for (const task of inbox.tasksOf(lease)) {
      if (![...task.deliveries].some((other) => other.lease !== lease && other.lease.held))
        interrupts.get(task.key)?.();
    }
  };
  const leases = makeLeases({
    queue: { changeVisibility },
    clock,
    log,
    visibilityTimeoutSeconds: 120,
    onLost: interruptTasksOf,
    onExhausted: interruptTasksOf,
  });
  void leases.keepAlive(heartbeat.signal);
  const acknowledged: string[] = [];
  const send = scripted((_message: OutgoingMessage) => true);
  const deadLetter = scripted((_message: OutgoingMessage) => true);
  const outbox: Outbox = {
    async acknowledge(lease) {
      acknowledged.push(`${lease.message.messageId} at ${clock.now / 1000}${lease.held ? "" : " (not held)"}`);
      leases.letGo(lease);
    },
    send,
    deadLetter,
    drained: async () => undefined,
    pending: 0,
  };
  const breaker = makeBreaker({
    clock,
    log,
    budgetMs: 900_000,
    onOpen: () => undefined,
    onClose: () => undefined,
    onBudgetSpent: (error) => {
      budgetSpent.push(error.code);
      stopping.abort();
    },
  });
  const sourceExists = (): Promise<boolean> => source.exists(stopping.signal);
  const deps = {
    reconciling: { source, destination, sizes: SIZES, digest, sourceExists },
    calls: {
      ...{ clock, random: () => 0.5, log, tally, abandon: abandon.signal },
      ...{ slots: makeSlots(8), heads: makeSlots(8) },
    },
    checksums: makeChecksums(),
    lanes: 8,
    ...{ inbox, leases, breaker, release: makeRelease({ inbox, outbox, leases }) },
    report: makeReport({ clock, log, tally, metrics: NO_METRICS, prefix: "" }),
    maxReceiveCount: options.maxReceiveCount ?? 3,
    stopping: stopping.signal,
    roomChanged: () => undefined,
    queueExists: () => options.queueExists ?? true,
  };

  /** A message arrives now. */
  function deliver(
    id: string,
    more: Partial<Filing> & { history?: Partial<EnvelopeHistory>; receiveCount?: number; keys?: string[] } = {},
  ): Lease {
    const { history, receiveCount = 1, keys = [KEY], ...filing } = more;
    const lease = leases.add(message(id, { receiveCount }), clock.monotonicMs());
    inbox.file(
      lease,
      { ...HISTORY, ...history },
      {
        entries: keys.map((key) => ({ key })),
        ...{ upload: undefined, mustLook: false, suspectUploads: false, live: true },
        ...filing,
      },
    );
    return lease;
  }

  /** Works on the next key until nothing is left of it. */
  function begin(): Promise<void> {
    const task = inbox.take()!;
    const attending = attend(deps, task);
    interrupts.set(task.key, () => attending.interrupt());
    return attending.done;
  }

  return {
    ...{ clock, log, tally, buckets, stopping, abandon, heartbeat, budgetSpent, inbox, leases, changeVisibility },
    ...{ acknowledged, send, deadLetter, breaker, deliver, begin },
    /** What was put back: the envelope and its delay. */
    putBacks: () =>
      send.calls.map(([{ body, delaySeconds, groupId }]) => {
        const envelope = parseEnvelope(JSON.parse(body) as unknown);
        return { ...envelope, delaySeconds, ...(groupId === undefined ? {} : { groupId }) };
      }),
    end: () => heartbeat.abort(),
  };
}
