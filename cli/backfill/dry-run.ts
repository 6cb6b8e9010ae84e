/** What a backfill would enqueue, found out from this machine by the same code that workers list with. Sends nothing. */
import { putBack, splitEnvelope } from "../../core/envelope";
import type { SyncError } from "../../core/errors";
import type { Difference } from "../../core/listing-compare";
import type { EnvelopeHistory, ListRange } from "../../core/messages";
import { type CopySizes, plannedRequests } from "../../core/parts";
import type { Clock, DestinationBucket, Listing, SourceBucket } from "../../core/ports";
import { backoffMs } from "../../core/retry";
import { makeKeyCalls } from "../../worker/calls";
import { makeCondition } from "../../worker/condition";
import { isAborted } from "../../worker/controller";
import { Interruption } from "../../worker/interruption";
import { runUnit, type UnitDeps, type UnitResult } from "../../worker/listing/unit";
import { makeSlots } from "../../worker/slots";
import { listingError } from "../shell/listing-error";
import { makeTally } from "../../worker/tally";

export interface DryRunDeps {
  readonly source: SourceBucket;
  readonly destination: DestinationBucket;
  readonly sourceListing: Listing;
  readonly destinationListing: Listing;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly sizes: CopySizes;
  readonly unitKeys: number;
  /** Told page by page how many keys were listed so far; of a large bucket the first result is long in coming. */
  readonly onListed: (keys: number) => void;
}

export interface DryRun {
  /** False when it was stopped. */
  readonly isComplete: boolean;
  listed: number;
  same: number;
  archived: number;
  differing: number;
  /** Of what differs. */
  bytes: number;
  messages: number;
  copyRequests: number;
  readonly reasons: Partial<Record<Difference, number>>;
}

const LANES = 4;
const HEADS = 64;
const ATTEMPTS = 5;
const PAUSE = { baseMs: 1_000, capMs: 15_000 };
const HISTORY: EnvelopeHistory = { failures: 0, eventTime: 0, firstSeen: 0, origin: "backfill" };
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Rejects with a SyncError when a bucket cannot be read. */
export async function dryRun(deps: DryRunDeps, range: ListRange, compare: boolean): Promise<DryRun> {
  const ranges: ListRange[] = [range];
  const totals = { listed: 0, same: 0, archived: 0, differing: 0, bytes: 0, messages: 0, copyRequests: 0, reasons: {} };
  const unit = unitDeps(deps);
  const changed = makeCondition();
  let busy = 0;
  let failed = false;
  const isOver = (): boolean => failed || isAborted(deps.signal) || (ranges.length === 0 && busy === 0);

  async function lane(): Promise<void> {
    while (!isOver()) {
      const next = ranges.pop();
      if (next === undefined) {
        await changed.wait(deps.signal);
        continue;
      }
      busy++;
      try {
        const result = await runUnit(unit, next, compare);
        // What a stop cut short was not compared: it does not count.
        if (isAborted(deps.signal)) return;
        add(totals, result, deps.sizes);
        ranges.push(...result.rest);
      } catch (thrown) {
        failed = true;
        if (!(thrown instanceof Interruption)) throw thrown;
      } finally {
        busy--;
        changed.notify();
      }
    }
  }

  await Promise.all(Array.from({ length: LANES }, lane));
  return { ...totals, isComplete: !deps.signal.aborted };
}

function unitDeps({ source, destination, sourceListing, destinationListing, unitKeys, ...deps }: DryRunDeps): UnitDeps {
  const { clock, random, signal, onListed } = deps;
  const calls = makeKeyCalls(
    {
      ...{ clock, random, log: SILENT, tally: makeTally(), abandon: signal },
      ...{ slots: makeSlots(HEADS), heads: makeSlots(HEADS) },
    },
    "dry run",
    {
      stopping: signal,
      ensureLease: () => Promise.resolve(false),
      canHandOff: () => false,
      onWritten: () => undefined,
    },
  );
  let [failures, listed] = [0, 0];
  return {
    ...{ source, destination, unitKeys },
    ...{ sourceListing: telling(sourceListing), destinationListing: telling(destinationListing) },
    reads: calls.begin,
    lanes: HEADS,
    onPage: (keys) => onListed((listed += keys)),
    async onFailure(error: SyncError) {
      if (++failures >= ATTEMPTS) throw error;
      await clock.sleep(backoffMs(failures, PAUSE, random()), signal);
      if (signal.aborted) throw new Interruption("stopping");
    },
  };
}

/** The same listing, whose errors name the bucket. */
function telling(listing: Listing): Listing {
  return {
    name: listing.name,
    list: (request, signal) =>
      listing.list(request, signal).catch((error: unknown) => {
        throw listingError(error, listing.name);
      }),
  };
}

function add(
  totals: Omit<DryRun, "isComplete">,
  { listed, same, archived, differing }: UnitResult,
  sizes: CopySizes,
): void {
  totals.listed += listed;
  totals.same += same;
  totals.archived += archived.length;
  totals.differing += differing.length;
  for (const { object, why } of differing) {
    totals.bytes += object.size;
    totals.copyRequests += plannedRequests(object.size, sizes);
    totals.reasons[why] = (totals.reasons[why] ?? 0) + 1;
  }
  const keys = differing.map(({ object: { key, size } }) => ({ key, size }));
  totals.messages += splitEnvelope(putBack(keys, HISTORY), sizes).length;
}
