/**
 * One listing unit: lists a bounded part of its range, finds out what differs, and says how to share out the rest. It sends
 * nothing: who called it does, and lets go of the message only when all of it was taken.
 */
import { asSyncError, isSyncError, type SyncError } from "../../core/errors";
import type { ListRange } from "../../core/messages";
import type { ListedObject, Listing } from "../../core/ports";
import { Interruption } from "../interruption";
import { type CompareDeps, type Compared, findDifferent } from "./compare";
import { scanRange, type Scan, type ScanDeps } from "./scan";
import { splitRest } from "./split";

export interface UnitDeps extends Omit<CompareDeps, "listing">, Pick<ScanDeps, "onPage"> {
  readonly sourceListing: Listing;
  readonly destinationListing: Listing;
  readonly unitKeys: number;
  /**
   * A request failed after all its repetitions: resolves when it is time to try again, rejects with what the unit ends with.
   * Nothing that was listed is listed again.
   */
  readonly onFailure: (error: SyncError) => Promise<void>;
}

export interface UnitResult extends Compared {
  readonly listed: number;
  /** Bytes of everything listed. */
  readonly bytes: number;
  /** Ranges that are still to be listed. */
  readonly rest: readonly ListRange[];
}

/**
 * @param compare false: everything listed is taken to differ
 * Rejects with an Interruption when it was stopped before anything was listed, or with what `onFailure` rejects with.
 */
export async function runUnit(deps: UnitDeps, range: ListRange, compare: boolean): Promise<UnitResult> {
  const source = { listing: deps.sourceListing, reads: deps.reads, onPage: deps.onPage };
  const scan = await persist(deps, () => scanRange(source, range, deps.unitKeys));
  const compared = compare ? await comparedBy(deps, scan) : uncompared(scan.objects);
  const bytes = scan.objects.reduce((sum, { size }) => sum + size, 0);
  return { ...compared, listed: scan.objects.length, bytes, rest: await sharedOut(deps, scan) };
}

async function comparedBy(deps: UnitDeps, scan: Scan): Promise<Compared> {
  try {
    return await persist(deps, () => findDifferent({ ...deps, listing: deps.destinationListing }, scan));
  } catch (thrown) {
    // Stopped: what is listed must not be listed again, and a worker that gets a key looks at both sides anyway.
    if (thrown instanceof Interruption) return uncompared(scan.objects);
    throw thrown;
  }
}

function uncompared(objects: readonly ListedObject[]): Compared {
  return { differing: objects.map((object) => ({ object, why: "not-compared" })), same: 0, archived: [] };
}

/** Cutting is only worth its requests, never worth a failure. */
async function sharedOut(deps: UnitDeps, { rest, objects, isCutShort }: Scan): Promise<readonly ListRange[]> {
  if (rest === undefined) return [];
  if (isCutShort) return [rest];
  const source = { listing: deps.sourceListing, reads: deps.reads };
  const keys = objects.map(({ key }) => key);
  return splitRest(source, rest, keys, deps.unitKeys).catch((thrown: unknown) => {
    if (thrown instanceof Interruption || isSyncError(thrown)) return [rest];
    throw thrown;
  });
}

async function persist<T>(deps: Pick<UnitDeps, "onFailure">, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (thrown) {
      if (thrown instanceof Interruption) throw thrown;
      await deps.onFailure(asSyncError(thrown, "ListObjectsV2"));
    }
  }
}
