/**
 * Listing as work on the same queue: each message names a range of the source, of which a worker lists a bounded part, enqueues what
 * differs, and shares out the rest. So a listing runs on the fleet and survives whatever a key survives.
 *
 * - A message is acknowledged when SQS has taken everything that replaces it: the keys to look at and the rest of the range.
 *   Keys that are enqueued twice after a kill are harmless, a range that nobody lists would not be.
 * - Listing goes no faster than copying: SQS would take a billion keys, and drop what waits longer than its retention. A unit
 *   begins only while the worker has less than one pool of unstarted copy requests, those of keys it has just queued included
 *   (listing/on-their-way.ts), and is put off while keys that a backfill queued come out of the queue later than {@link BACKLOG_MS} after they went in. So ranges wait instead of keys, and each time
 *   one is put off its retention begins anew.
 * - It never delays live events: its requests take turns with those of keys (slots.ts), and its keys go behind (inbox.ts).
 */
import { encodeEnvelope, groupIdOf, listWork, splitEnvelope } from "../core/envelope";
import { adviceFor, asSyncError, syncError, type SyncError } from "../core/errors";
import { describeRange, narrowRange } from "../core/listing";
import type { Envelope, EnvelopeHistory, KeyEntry, ListEnvelope, ListRange } from "../core/messages";
import type { CopySizes } from "../core/parts";
import type { CancelSignal, DestinationBucket, Listing, SourceBucket } from "../core/ports";
import { backoffMs } from "../core/retry";
import { type CallDeps, makeKeyCalls } from "./calls";
import { type Controller, makeChild } from "./controller";
import { deadLetterOf } from "./dead-letter";
import { Interruption } from "./interruption";
import type { Lease, Leases } from "./leases";
import { makeOnTheirWay } from "./listing/on-their-way";
import { runUnit, type UnitResult } from "./listing/unit";
import type { Metrics } from "./metrics";
import type { Outbox } from "./outbox";

export interface ListerDeps {
  readonly source: SourceBucket;
  readonly destination: DestinationBucket;
  readonly sourceListing: Listing;
  readonly destinationListing: Listing;
  readonly prefix: string;
  readonly sizes: CopySizes;
  readonly unitKeys: number;
  readonly calls: CallDeps;
  readonly outbox: Outbox;
  readonly leases: Leases;
  readonly metrics: Pick<Metrics, "skipped">;
  /** Errors that count, after which a range goes to the dead-letter queue. */
  readonly maxReceiveCount: number;
  /** How long a unit rides out trouble with its message held. */
  readonly failureBudgetMs: number;
  readonly stopping: CancelSignal;
  /** Whether the worker could do with more keys than those that are on their way. */
  readonly mayBegin: (onTheirWay: number) => boolean;
  /** A unit has ended. */
  readonly onChange: () => void;
}

export interface Lister {
  /** A message with so many keys of a backfill has come. How long it was in the queue tells how much work waits there. */
  keysCame(keys: number, waitedMs: number): void;
  /** Takes over a message about a range: its work, and its end. */
  take(lease: Lease, envelope: ListEnvelope): void;
  /** Begins units, as far as they may. */
  pump(): void;
  /** The lease was lost or must be handed off. */
  interrupt(lease: Lease): void;
  /** Hands back every range that nobody has begun. */
  handBackWaiting(): Promise<void>;
  readonly waiting: number;
  /** Units that wait or run. */
  readonly size: number;
}

interface Unit {
  readonly lease: Lease;
  readonly envelope: ListEnvelope;
  readonly range: ListRange;
  readonly controller: Controller;
  readonly unlink: () => void;
}

/** Units at once: one waits for the source while another waits for the destination. */
const MAX_RUNNING = 4;
/** HEAD requests at once of one unit; they share the slots with everything else. */
const LANES = 64;
const PAUSE = { baseMs: 1_000, capMs: 30_000 };
const PUT_BACK = { baseMs: 30_000, capMs: 300_000 };
/** Of work in the queue; more than the longest delay of a message (15 minutes), which is no sign of a backlog. */
const BACKLOG_MS = 20 * 60_000;
/** How long what was seen of the backlog counts. */
const SEEN_MS = 60_000;
/** A range that is put off: between this and as much again. At most 900 (API SendMessage). */
const PUT_OFF_SECONDS = 400;
/** The death of a worker says little about a range it held; this many say that the range kills them. */
const MAX_DEATHS = 20;

export function makeLister(deps: ListerDeps): Lister {
  const { outbox, leases, calls } = deps;
  const { clock, log, tally } = calls;
  const waiting = new Set<Unit>();
  const running = new Set<Unit>();
  const onTheirWay = makeOnTheirWay(clock, () => pump());
  let keysSeen = { waitedMs: 0, atMs: -Infinity };

  function isBacklogLong(): boolean {
    return keysSeen.waitedMs > BACKLOG_MS && clock.monotonicMs() - keysSeen.atMs < SEEN_MS;
  }

  function take(lease: Lease, envelope: ListEnvelope): void {
    const range = narrowRange(envelope.range, deps.prefix);
    if (range === undefined) {
      log.warn("range-ignored", { range: describeRange(envelope.range), reason: "outside-prefix" });
      tally.add("ignored");
      deps.metrics.skipped("outside-prefix");
      void outbox.acknowledge(lease);
      return;
    }
    const { controller, unlink } = makeChild(deps.stopping);
    waiting.add({ lease, envelope, range, controller, unlink });
    pump();
  }

  function pump(): void {
    for (const unit of waiting) {
      if (running.size >= MAX_RUNNING || deps.stopping.aborted || !deps.mayBegin(onTheirWay.keys)) return;
      waiting.delete(unit);
      running.add(unit);
      void attendUnit(unit)
        .catch((error: unknown) => {
          log.error("internal-error", { range: describeRange(unit.range), error: textOf(error) });
          leases.letGo(unit.lease);
        })
        .finally(() => {
          running.delete(unit);
          unit.unlink();
          pump();
          deps.onChange();
        });
    }
  }

  async function attendUnit(unit: Unit): Promise<void> {
    // A message of its own, with its own count: SQS would bury it after a few deaths of workers.
    if (unit.lease.message.receiveCount > 1) return renew(unit);
    if (isBacklogLong()) return putOff(unit);
    const beganAtMs = clock.monotonicMs();
    try {
      const result = await runUnit(unitDeps(unit, beganAtMs), unit.range, unit.envelope.compare !== false);
      const isTaken = unit.lease.held && (await enqueue(unit, result));
      if (isTaken) report(unit, result, clock.monotonicMs() - beganAtMs);
      else log.warn("left-to-its-lease", { range: describeRange(unit.range), why: "it comes back by itself" });
      await endOf(unit, isTaken);
    } catch (thrown) {
      if (!(thrown instanceof Interruption)) return fail(unit, asSyncError(thrown, "ListObjectsV2"));
      if (unit.lease.held) await handBack(unit);
    }
  }

  function unitDeps(unit: Unit, beganAtMs: number) {
    const name = `list ${describeRange(unit.range)}`;
    const stopping = unit.controller.signal;
    const keyCalls = makeKeyCalls(calls, name, {
      stopping,
      ensureLease: () => Promise.resolve(false),
      canHandOff: () => false,
      onWritten: () => undefined,
    });
    let failures = 0;
    return {
      source: deps.source,
      destination: deps.destination,
      sourceListing: deps.sourceListing,
      destinationListing: deps.destinationListing,
      reads: keyCalls.begin,
      unitKeys: deps.unitKeys,
      lanes: LANES,
      async onFailure(error: SyncError): Promise<void> {
        failures++;
        log.warn("listing-failed", { range: describeRange(unit.range), failures, ...about(error) });
        if (clock.monotonicMs() - beganAtMs > deps.failureBudgetMs) throw error;
        await clock.sleep(backoffMs(failures, PAUSE, 0.5 + calls.random() / 2), stopping);
        if (stopping.aborted) throw new Interruption("stopping");
      },
    };
  }

  /** The rest first: others can begin while the keys are still on their way. */
  async function enqueue({ envelope, range }: Unit, { rest, differing }: UnitResult): Promise<boolean> {
    const history = bulk(envelope);
    const lists = rest.map((piece) => listWork(piece, history, envelope.compare !== false));
    const keys: KeyEntry[] = differing.map(({ object: { key, size } }) => ({ key, size }));
    const batches = splitEnvelope({ v: 1, kind: "keys", ...history, keys }, deps.sizes);
    onTheirWay.add(keys.length);
    const sent = await sendAll([...lists, ...batches]).finally(() => onTheirWay.sent());
    log.debug("range-sent", { range: describeRange(range), ranges: lists.length, messages: batches.length });
    return sent;
  }

  async function sendAll(envelopes: readonly Envelope[], delaySeconds = 0): Promise<boolean> {
    const sent = await Promise.all(
      envelopes.map((envelope) => {
        const groupId = groupIdOf(envelope);
        return outbox.send({
          body: encodeEnvelope(envelope),
          ...(groupId === undefined ? {} : { groupId }),
          ...(delaySeconds === 0 ? {} : { delaySeconds }),
        });
      }),
    );
    return sent.every(Boolean);
  }

  function report(unit: Unit, { listed, same, differing, archived, rest }: UnitResult, ms: number): void {
    tally.add("listUnits");
    tally.add("listed", listed);
    tally.add("enqueued", differing.length);
    for (const { key } of archived.slice(0, 1)) {
      log.warn("archived-skipped", { key, count: archived.length, advice: adviceFor("ArchivedObject") });
    }
    for (let i = 0; i < archived.length; i++) deps.metrics.skipped("archived");
    log.info("range-listed", {
      range: describeRange(unit.range),
      listed,
      enqueued: differing.length,
      same,
      archived: archived.length,
      ranges: rest.length,
      seconds: Math.round(ms / 100) / 10,
    });
  }

  /** Rule 7: an interruption is not the range's fault; earlier receives ended in the death of a worker. */
  async function handBack(unit: Unit): Promise<void> {
    const failures = unit.envelope.failures + unit.lease.message.receiveCount - 1;
    await replace(unit, failures, 0);
  }

  async function putOff(unit: Unit): Promise<void> {
    log.info("range-put-off", {
      range: describeRange(unit.range),
      why: "keys that were queued before wait for more than 20 minutes",
    });
    await replace(unit, unit.envelope.failures, Math.floor(PUT_OFF_SECONDS * (1 + calls.random())));
  }

  async function renew(unit: Unit): Promise<void> {
    const deaths = unit.envelope.failures + unit.lease.message.receiveCount - 1;
    if (deaths < MAX_DEATHS) return replace(unit, deaths, 0);
    const message = `${deaths} workers died while they held this range`;
    const effect = "none" as const;
    await bury(
      unit,
      syncError({ code: "Unknown", operation: "ListObjectsV2", effect, awsName: "WorkerDied", message }),
    );
  }

  async function fail(unit: Unit, error: SyncError): Promise<void> {
    const counted = unit.envelope.failures + unit.lease.message.receiveCount;
    log.error("range-failed", { range: describeRange(unit.range), failures: counted, ...about(error) });
    if (counted >= deps.maxReceiveCount) return bury(unit, error);
    const delayMs = backoffMs(counted, PUT_BACK, 0.5 + calls.random() / 2);
    await replace(unit, counted, Math.ceil(delayMs / 1000));
  }

  async function replace({ envelope, range, lease }: Unit, failures: number, delaySeconds: number): Promise<void> {
    if (!lease.held) return;
    const next = listWork(range, { ...bulk(envelope), failures }, envelope.compare !== false);
    await endOf({ lease }, await sendAll([next], delaySeconds));
  }

  async function bury({ envelope, range, lease }: Unit, error: SyncError): Promise<void> {
    const body = encodeEnvelope(listWork(range, bulk(envelope), envelope.compare !== false));
    const advice = `${adviceFor(error.code)} Redrive it: the listing goes on with this range.`;
    const sent = await outbox.deadLetter(deadLetterOf(body, error, undefined, advice));
    if (sent) tally.add("deadLetters");
    await endOf({ lease }, sent);
  }

  /** Never a visibility of 0: it burns a receive. */
  async function endOf({ lease }: Pick<Unit, "lease">, replaced: boolean): Promise<void> {
    if (replaced && lease.held) await outbox.acknowledge(lease);
    else leases.letGo(lease);
  }

  return {
    keysCame(keys, waitedMs) {
      onTheirWay.came(keys);
      keysSeen = { waitedMs, atMs: clock.monotonicMs() };
    },
    take,
    pump,
    interrupt(lease) {
      for (const unit of [...waiting, ...running]) if (unit.lease === lease) unit.controller.abort();
      for (const unit of waiting) {
        if (unit.lease !== lease) continue;
        waiting.delete(unit);
        unit.unlink();
        if (lease.held) void handBack(unit);
      }
    },
    async handBackWaiting() {
      const units = [...waiting];
      waiting.clear();
      if (units.length > 0) log.info("handing-back-ranges", { ranges: units.length });
      await Promise.all(units.map((unit) => handBack(unit).finally(unit.unlink)));
    },
    get waiting() {
      return waiting.size;
    },
    get size() {
      return waiting.size + running.size;
    },
  };
}

/** What is enqueued carries the time of the backfill, and is never taken for live work or a sweep, whatever the message says. */
function bulk({ eventTime, firstSeen, origin }: EnvelopeHistory): EnvelopeHistory {
  return { failures: 0, eventTime, firstSeen, origin: origin === "worker" ? "backfill" : origin };
}

function about(error: SyncError): Record<string, unknown> {
  return { code: error.code, operation: error.operation, error: error.message, advice: adviceFor(error.code) };
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
