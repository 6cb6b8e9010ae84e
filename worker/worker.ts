/** One worker: receives, reconciles, leaves by itself. Wires the parts of this folder; everything it touches is a parameter. */
import type { WorkerConfig } from "../core/config";
import type { SyncError } from "../core/errors";
import type { Digest } from "../core/fingerprint";
import type { CancelSignal, Clock, DestinationBucket, Listing, Log, Queue, SourceBucket } from "../core/ports";
import { attend, type Attending } from "./attend";
import { makeBreaker } from "./breaker";
import { makeBucketCheck } from "./bucket-check";
import { makeCondition } from "./condition";
import { consume, type ConsumerEnd } from "./consumer";
import { makeController } from "./controller";
import { makeChecksums } from "./copy/checksums";
import { abortWaitingUploads, handBackWaiting } from "./drain";
import { makeInbox, type KeyTask } from "./inbox";
import { makeIntake } from "./intake";
import { type Lease, makeLeases } from "./leases";
import { makeLister } from "./listing";
import { makeMetrics } from "./metrics";
import { makeOutbox } from "./outbox";
import { makeRelease } from "./release";
import { makeReport } from "./report";
import { callOnce, withRetry } from "./retry";
import { makeRoom } from "./room";
import { makeSlots } from "./slots";
import { makeTally, type TallyName } from "./tally";
import type { AttendDeps } from "./work";

export interface WorkerDeps {
  readonly source: SourceBucket;
  readonly destination: DestinationBucket;
  readonly sourceListing: Listing;
  readonly destinationListing: Listing;
  readonly queue: Queue;
  /** A queue client of its own: a heartbeat must not wait behind long polls. */
  readonly heartbeats: Pick<Queue, "changeVisibility">;
  readonly deadLetters: Pick<Queue, "send">;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly digest: Digest;
}

export interface WorkerResult {
  /** 0: idle, drained, or the queue is gone. 1: systemic failure for longer than the budget. */
  readonly exitCode: 0 | 1;
  readonly reason: "idle" | "stopped" | "queue-gone" | "breaker" | "receive-failed";
  readonly tally: Readonly<Record<TallyName, number>>;
}

/** Each costs a long poll whenever the queue is empty. */
export const RECEIVERS = 2;
/** Together with the receivers: 10 messages each in 10 to 20 ms, which is more than a worker can copy. */
const HELPERS = 6;
/** Receives at once. */
export const MOST_RECEIVES = RECEIVERS + HELPERS;
/** After the drain budget: time to send what is left in the outbox. */
const FLUSH_MS = 10_000;
const EXISTS_TIMEOUT_MS = 15_000;

/** Runs until nothing is left to do or `stop` aborts (SIGTERM). Never rejects. */
export async function runWorker(config: WorkerConfig, deps: WorkerDeps, stop: CancelSignal): Promise<WorkerResult> {
  const { clock, log, random, source, destination } = deps;
  const sizes = { partSize: config.partSize, multipartThreshold: config.multipartThreshold };
  const slotCount = config.copyConcurrency;
  const tally = makeTally();
  const changed = makeCondition();
  const stopping = makeController();
  const abandon = makeController();
  const heartbeat = makeController();
  const active = new Map<KeyTask, Attending>();
  let queueExists = true;
  let broken: SyncError | undefined;

  const metrics = makeMetrics({ clock, log, tally, queueUrl: config.queueUrl, slotsInUse: () => slots.takePeak() });
  const leases = makeLeases({
    queue: deps.heartbeats,
    clock,
    log,
    visibilityTimeoutSeconds: config.visibilityTimeoutSeconds,
    onLost: interruptTasksOf,
    onExhausted: interruptTasksOf,
  });
  const slots = makeSlots(slotCount, (limit) =>
    log.warn("throttled", { slots: limit, of: slotCount, bucket: destination.name }),
  );
  const heads = makeSlots(slotCount, (limit) =>
    log.warn("throttled", { heads: limit, of: slotCount, bucket: source.name }),
  );
  const inbox = makeInbox(sizes, slotCount);
  const outbox = makeOutbox({ queue: deps.queue, deadLetters: deps.deadLetters, leases, clock, random, log, changed });
  const breaker = makeBreaker({
    clock,
    log,
    budgetMs: config.breakerBudgetSeconds * 1000,
    onOpen: () => tally.add("breakerOpened"),
    onClose: () => {
      changed.notify();
      lister.pump();
    },
    onBudgetSpent: (error) => {
      broken = error;
      stopping.abort();
    },
  });
  const calls = { clock, random, log, tally, slots, heads, abandon: abandon.signal };
  const lister = makeLister({
    source,
    destination,
    sourceListing: deps.sourceListing,
    destinationListing: deps.destinationListing,
    prefix: config.prefix,
    sizes,
    unitKeys: config.listUnitKeys,
    calls,
    outbox,
    leases,
    metrics,
    maxReceiveCount: config.maxReceiveCount,
    failureBudgetMs: config.breakerBudgetSeconds * 1000,
    stopping: stopping.signal,
    mayBegin: (onTheirWay) => inbox.unstarted + onTheirWay < slotCount && !breaker.isOpen,
    onChange: () => changed.notify(),
  });
  const room = makeRoom({
    slots: slotCount,
    receivers: RECEIVERS,
    unstarted: () => inbox.unstarted,
    held: () => leases.count,
    ranges: () => lister.waiting,
    keysWhileOpen: () => (breaker.isOpen ? inbox.size : undefined),
  });
  const intake = makeIntake({ config, inbox, lister, outbox, leases, clock, log, tally, metrics });
  const attending: AttendDeps = {
    reconciling: {
      source,
      destination,
      sizes,
      digest: deps.digest,
      // Repeated like any other call: many deletes share this answer, and one lost answer is no trouble of theirs.
      sourceExists: makeBucketCheck(() =>
        withRetry({ clock, random, onError: () => tally.add("retries") }, "HeadBucket", stopping.signal, () =>
          callOnce(clock, "HeadBucket", EXISTS_TIMEOUT_MS, abandon.signal, (signal) => source.exists(signal)),
        ),
      ),
    },
    calls,
    checksums: makeChecksums(),
    lanes: slotCount,
    inbox,
    leases,
    breaker,
    release: makeRelease({ inbox, outbox, leases }),
    roomChanged: () => {
      changed.notify();
      lister.pump();
    },
    report: makeReport({ clock, log, tally, metrics, prefix: config.prefix }),
    maxReceiveCount: config.maxReceiveCount,
    stopping: stopping.signal,
    queueExists: () => queueExists,
  };

  /** A lease was lost or must be handed off: keys that have no other end their work now. */
  function interruptTasksOf(lease: Lease): void {
    lister.interrupt(lease);
    for (const task of inbox.tasksOf(lease)) {
      const others = [...task.deliveries].some((delivery) => delivery.lease !== lease && delivery.lease.lasts);
      if (!others) active.get(task)?.interrupt();
    }
  }

  /** Begins as many keys as may be in progress. */
  function pump(): void {
    while (active.size < 2 * slotCount && !stopping.signal.aborted) {
      const task = inbox.take();
      if (task === undefined) return;
      const work = attend(attending, task);
      active.set(task, work);
      const over = (): void => {
        active.delete(task);
        pump();
        lister.pump();
        changed.notify();
      };
      work.done.then(over, (error: unknown) => {
        giveUp(task, error);
        over();
      });
    }
  }

  /** A bug of ours: the messages come back when their leases run out, and the key must not block the exit. */
  function giveUp(task: KeyTask, error: unknown): void {
    log.error("internal-error", { key: task.key, error: error instanceof Error ? error.stack : String(error) });
    for (const { lease } of task.deliveries) leases.letGo(lease);
    inbox.release(task, [...task.deliveries]);
    inbox.settle(task);
  }

  async function drain(end: ConsumerEnd): Promise<void> {
    if (end.kind === "queue-gone") queueExists = false;
    stopping.abort();
    const budget = makeController();
    void clock.sleep(config.drainSeconds * 1000, budget.signal).then(() => abandon.abort());
    const outOfTime = new Promise<void>((resolve) => abandon.signal.addEventListener("abort", () => resolve()));
    if (queueExists) {
      const keys = handBackWaiting({ inbox, outbox, leases, clock, log, tally, sizes });
      await Promise.race([Promise.all([keys, lister.handBackWaiting()]), outOfTime]);
    } else {
      await abortWaitingUploads({ inbox, clock, log }, destination, abandon.signal);
    }
    while (active.size > 0 || (queueExists && lister.size > 0)) await changed.wait();
    budget.abort();
    await Promise.race([outbox.drained(), clock.sleep(FLUSH_MS)]);
    heartbeat.abort();
    metrics.flush();
  }

  const onStop = (): void => {
    log.info("stopping", {
      keysInProgress: active.size,
      keysWaiting: inbox.waiting,
      drainSeconds: config.drainSeconds,
    });
    stopping.abort();
  };
  if (stop.aborted) onStop();
  else stop.addEventListener("abort", onStop, { once: true });

  void leases.keepAlive(heartbeat.signal);
  void metrics.flushEvery(heartbeat.signal);
  const end = await consume(
    {
      queue: deps.queue,
      leases,
      clock,
      random,
      log,
      changed,
      room: () => room.messages(),
      roomForHelp: () => room.messagesForHelp(),
      answered: (asked, came) => room.answered(asked, came),
      busy: () => inbox.size > 0 || lister.size > 0 || outbox.pending > 0,
      intake: (lease, body) => {
        const before = { requests: inbox.unstarted, ranges: lister.size };
        const filed = intake(lease, body);
        room.filed(inbox.unstarted - before.requests);
        if (lister.size > before.ranges) room.filedRange();
        pump();
        return filed;
      },
      longPollSeconds: config.longPollSeconds,
      emptyPollsBeforeExit: config.emptyPollsBeforeExit,
      receivers: RECEIVERS,
      helpers: HELPERS,
      failureBudgetMs: config.breakerBudgetSeconds * 1000,
    },
    stopping.signal,
  );
  await drain(end);
  stop.removeEventListener("abort", onStop);
  return resultOf(end, broken, tally.totals);
}

function resultOf(end: ConsumerEnd, broken: SyncError | undefined, tally: WorkerResult["tally"]): WorkerResult {
  if (broken !== undefined) return { exitCode: 1, reason: "breaker", tally };
  if (end.kind === "failed") return { exitCode: 1, reason: "receive-failed", tally };
  return { exitCode: 0, reason: end.kind, tally };
}
