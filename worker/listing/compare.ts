/**
 * Which of the listed objects differ: by the destination's listing of the same directories where that is about as long, else by a
 * HEAD of the destination. The rules and what they cannot see are in core/listing-compare.ts.
 *
 * A directory bucket's listing has no order, takes no StartAfter and only prefixes that end in `/`, so it is never walked in step with
 * the source's: whole directories are read and looked up, in memory bounded by what was listed of the source.
 */
import { classOf, isSyncError } from "../../core/errors";
import { compareHead, compareListed, type Difference, type Scope, scopesOf } from "../../core/listing-compare";
import type { DestinationBucket, ListedObject, Listing, SourceBucket } from "../../core/ports";
import { Interruption } from "../interruption";
import { MAX_PAGE_KEYS, type Reads, type Scan } from "./scan";

export interface CompareDeps {
  readonly reads: Reads;
  readonly source: Pick<SourceBucket, "head">;
  readonly destination: Pick<DestinationBucket, "head">;
  readonly listing: Listing;
  /** HEAD requests at once. */
  readonly lanes: number;
}

export interface Found {
  readonly object: ListedObject;
  readonly why: Difference;
}

export interface Compared {
  readonly differing: readonly Found[];
  readonly same: number;
  /** Archived and not restored: they differ, and no worker could copy them. Not in `differing`. */
  readonly archived: readonly ListedObject[];
}

/** With fewer keys than this a HEAD of each is not dearer than a page of the listing. */
const WORTH_LISTING = 16;
/** Pages of a directory that was only listed in part at the source; it may be endless. */
const PAGES_OF_A_PART = 2;

/** Storage classes whose objects cannot be read before they are restored (User Guide, storage classes). */
const ARCHIVES: ReadonlySet<string> = new Set(["GLACIER", "DEEP_ARCHIVE"]);

/** Rejects with a SyncError when the destination cannot be asked; after a stop it answers with what it knows. */
export async function findDifferent(deps: CompareDeps, scan: Scan): Promise<Compared> {
  const differing: Found[] = [];
  const toLookAt: ListedObject[] = [];
  let same = 0;
  for (const scope of scopesOf(scan.objects, scan.span)) {
    const listed = scope.objects.length < WORTH_LISTING ? undefined : await orNothing(replicasOf(deps, scope));
    for (const object of scope.objects) {
      const replica = listed?.replicas.get(object.key);
      if (listed === undefined || (replica === undefined && !listed.complete)) {
        toLookAt.push(object);
        continue;
      }
      const verdict = compareListed(object, replica);
      if (verdict.kind === "look") toLookAt.push(object);
      else if (verdict.kind === "differs") differing.push({ object, why: verdict.why });
      else same++;
    }
  }
  await inLanes(deps.lanes, toLookAt, async (object) => {
    const why = await look(deps, object);
    if (why === undefined) same++;
    else differing.push({ object, why });
  });
  const archived = await archivedOf(deps, differing);
  return { differing: differing.filter(({ object }) => !archived.has(object)), same, archived: [...archived] };
}

interface Replicas {
  readonly replicas: ReadonlyMap<string, ListedObject>;
  /** Everything in the directory was seen: what is not among the replicas does not exist. */
  readonly complete: boolean;
}

async function replicasOf({ reads, listing }: CompareDeps, scope: Scope<ListedObject>): Promise<Replicas> {
  const wanted = new Set(scope.objects.map(({ key }) => key));
  const replicas = new Map<string, ListedObject>();
  // Twice as long as the source's, and it is not worth going on: there are HEADs.
  const pages = scope.whole ? 2 + 2 * Math.ceil(wanted.size / MAX_PAGE_KEYS) : PAGES_OF_A_PART;
  let token: string | undefined;
  for (let page = 0; page < pages; page++) {
    const request = {
      prefix: scope.directory,
      delimited: !scope.whole,
      ...(token === undefined ? {} : { token }),
    };
    const answer = await reads.readDestination("ListObjectsV2", (signal) => listing.list(request, signal));
    for (const object of answer.objects) if (wanted.has(object.key)) replicas.set(object.key, object);
    token = answer.token;
    if (token === undefined) return { replicas, complete: true };
  }
  return { replicas, complete: false };
}

/** Why the object differs; undefined: it does not. */
async function look({ reads, destination }: CompareDeps, object: ListedObject): Promise<Difference | undefined> {
  try {
    const state = await reads.readDestination("HeadObject", (signal) => destination.head(object.key, signal));
    const verdict = compareHead(object, state);
    return verdict.kind === "same" ? undefined : verdict.why;
  } catch (thrown) {
    if (cannotBeCompared(thrown)) return "not-compared";
    throw thrown;
  }
}

/** Asked one by one: a listing does not tell which archived objects are restored. */
async function archivedOf(deps: CompareDeps, differing: readonly Found[]): Promise<ReadonlySet<ListedObject>> {
  const suspects = differing.map(({ object }) => object).filter(({ storageClass = "" }) => ARCHIVES.has(storageClass));
  const archived = new Set<ListedObject>();
  await inLanes(deps.lanes, suspects, async (object) => {
    const state = await orNothing(
      deps.reads.readSource("HeadObject", (signal) => deps.source.head(object.key, signal)),
    );
    if (state?.kind === "object" && state.archived === true) archived.add(object);
  });
  return archived;
}

/** Undefined where the answer is left to the worker that gets the key, which looks at both sides anyway. */
async function orNothing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (thrown) {
    if (cannotBeCompared(thrown)) return undefined;
    throw thrown;
  }
}

/** A stop, or a verdict about this key or directory alone: some keys a directory bucket may not take. */
function cannotBeCompared(thrown: unknown): boolean {
  if (thrown instanceof Interruption) return true;
  return isSyncError(thrown) && (classOf(thrown) === "key" || thrown.code === "InvalidRequest");
}

async function inLanes<T>(lanes: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  async function lane(): Promise<void> {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  }
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
}
