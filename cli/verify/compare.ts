/**
 * Compares both buckets: lists both at once, pairs the keys, looks at once where a HEAD has to decide, and at the end looks again at
 * everything suspicious, on both sides, before it is called a finding.
 */
import { classOf, isSyncError, syncError } from "../../core/errors";
import { fingerprintOf, type Digest } from "../../core/fingerprint";
import { listingPrefix } from "../../core/keys";
import type { ListedRows, RowListing } from "../../core/listed-rows";
import type { CopySizes } from "../../core/parts";
import type { CancelSignal } from "../../core/ports";
import { listingError } from "../shell/listing-error";
import { isAborted } from "../../worker/controller";
import { Interruption } from "../../worker/interruption";
import { type Counts, type Finding, noCounts } from "./findings";
import { firstLook, provesListing, secondLook } from "./judge";
import { type Joined, makeJoin } from "./join";
import { type LookPorts, type Looks, makeLooks, type RequestCounts } from "./looks";
import { makeOverflowList, type OverflowList } from "./overflow-list";
import { makePool } from "./pool";
import type { Refusals } from "./dead-letters";
import { type LettersLook, mayBeRefused, withRefusal } from "./refusal";
import { DESTINATION, type Facts, type Side, SOURCE } from "./record";
import type { Spill } from "./spill";

export interface CompareOptions {
  readonly prefix: string;
  /** HEAD every destination object. */
  readonly deep: boolean;
  readonly memoryBytes: number;
  /** A key that changed so many seconds before the start, or later, may still be on its way. */
  readonly graceSeconds: number;
}

export interface CompareDeps extends LookPorts {
  readonly spill: Spill;
  readonly digest: Digest;
  readonly sizes: CopySizes;
  readonly progress: (phase: Phase, done: number, total?: number) => void;
  /** What workers gave up on; asked about what would have to be copied. */
  readonly refusals: Pick<Refusals, "of" | "look">;
}

export type Phase = "listing" | "looking" | "looking again";

export interface Comparison {
  readonly source: Totals;
  readonly destination: Totals;
  /** Keys of which both sides are equal, as far as this run looks. */
  readonly equal: number;
  readonly counts: Counts;
  readonly findings: OverflowList<Finding>;
  readonly requests: RequestCounts;
  readonly memory: { readonly peakBytes: number; readonly peakKeys: number; readonly spilledBytes: number };
  /** Null when no finding asked for them. */
  readonly deadLetters: LettersLook | null;
}

export interface Totals {
  readonly objects: number;
  readonly bytes: number;
}

/** A key that the first look did not acquit. */
interface Suspect {
  readonly key: string;
  /** When the destination was written, by its listing. */
  readonly written?: number;
}

/** Findings and suspects that are kept without touching the disk. */
const ENTRIES_IN_MEMORY = 5_000;
/** Single keys may fail; more than that is the system, and a verdict on the rest would be worth nothing. */
const MOST_UNREADABLE = 100;

/** Rejects when a listing fails, or anything else that is not about a single key: nothing is concluded from half a look. */
export async function compare(options: CompareOptions, deps: CompareDeps): Promise<Comparison> {
  const looks = makeLooks(deps);
  const inMotionSince = Math.floor(deps.clock.wallMs() / 1000) - options.graceSeconds;
  const first = await lookAtListings(options, deps, looks);
  const findings = makeOverflowList<Finding>(deps.spill, ENTRIES_IN_MEMORY);
  const counts = noCounts();
  const settled = await lookAgain(first.suspects, deps, looks, inMotionSince, (finding) => {
    findings.add(finding);
    counts[finding.kind]++;
    if (counts.unreadable > MOST_UNREADABLE) throw tooManyUnreadable(finding);
  });
  return {
    source: first.source,
    destination: first.destination,
    equal: first.equal + settled,
    counts,
    findings,
    requests: { ...looks.counts },
    memory: { ...first.memory, spilledBytes: deps.spill.written },
    deadLetters: deps.refusals.look,
  };
}

interface FirstResult {
  readonly source: Totals;
  readonly destination: Totals;
  readonly equal: number;
  readonly suspects: OverflowList<Suspect>;
  readonly memory: { readonly peakBytes: number; readonly peakKeys: number };
}

async function lookAtListings(options: CompareOptions, deps: CompareDeps, looks: Looks): Promise<FirstResult> {
  const { deep, prefix } = options;
  const suspects = makeOverflowList<Suspect>(deps.spill, ENTRIES_IN_MEMORY);
  const pool = makePool(2 * deps.concurrency);
  const totals = { [SOURCE]: { objects: 0, bytes: 0 }, [DESTINATION]: { objects: 0, bytes: 0 } };
  let equal = 0;
  let looked = 0;
  let failed = false;

  const suspect = ({ key, destination }: Joined): void =>
    suspects.add({ key: key(), ...(destination === undefined ? {} : { written: destination.lastModified }) });

  const join = makeJoin({
    budgetBytes: options.memoryBytes,
    spill: deps.spill,
    seed: Math.floor(deps.random() * 2 ** 32) | 0,
    keepEtag: (rows, index) => deep || rows.isMultipart(index),
    pause: async () => {
      await breathe(deps.signal);
      await pool.room();
    },
    onJoined(joined) {
      const verdict = firstLook(joined, deep);
      if (verdict === "equal") equal++;
      else if (verdict === "suspect" || joined.source === undefined) suspect(joined);
      else pool.add(headOf(joined, joined.source));
    },
  });

  /** What is needed of `joined` is taken now: it does not outlive the call. */
  function headOf(joined: Joined, source: Facts): () => Promise<void> {
    const [key, written] = [joined.key(), joined.destination?.lastModified];
    return async () => {
      const isProven = await looks.headDestination(key).then(
        (destination) => provesListing(destination, source),
        (error: unknown) => {
          if (!isAboutTheKey(error)) throw error;
          return false;
        },
      );
      if (isProven) equal++;
      else suspects.add({ key, ...(written === undefined ? {} : { written }) });
      deps.progress("looking", ++looked);
    };
  }

  function addAll(side: Side, rows: ListedRows): void {
    const total = totals[side];
    for (let index = 0; index < rows.count; index++) {
      if (!rows.isUnder(index, prefix)) continue;
      total.objects++;
      total.bytes += rows.size(index);
      join.add(side, rows, index);
    }
  }

  async function readAll(side: Side, listing: RowListing, from: string): Promise<void> {
    let token: string | undefined;
    do {
      // Half a listing is of no use, so the other side's failure ends this one too.
      if (failed) return;
      const request = { prefix: from, ...(token === undefined ? {} : { token }) };
      const page = await looks.page(listing, request).catch((error: unknown) => {
        throw listingError(error, listing.name, ", so nothing was compared or changed");
      });
      addAll(side, page.rows);
      deps.progress("listing", totals[SOURCE].objects + totals[DESTINATION].objects);
      await pool.room();
      token = page.token;
    } while (token !== undefined);
  }

  const sides = [
    readAll(SOURCE, deps.sourceListing, prefix),
    readAll(DESTINATION, deps.destinationListing, listingPrefix(prefix)),
  ];
  for (const side of sides) side.catch(() => (failed = true));
  await all(sides);
  await join.finish();
  await pool.idle();
  return {
    source: totals[SOURCE],
    destination: totals[DESTINATION],
    equal,
    suspects,
    memory: { peakBytes: join.peakBytes, peakKeys: join.peakKeys },
  };
}

/** Resolves to the number of suspects that are equal by now, on both sides or in being gone. */
async function lookAgain(
  suspects: OverflowList<Suspect>,
  deps: CompareDeps,
  looks: Looks,
  inMotionSince: number,
  found: (finding: Finding) => void,
): Promise<number> {
  const pool = makePool(2 * deps.concurrency);
  let settled = 0;
  let done = 0;
  for (const suspect of suspects.entries()) {
    pool.add(async () => {
      const finding = await lookTwice(suspect, deps, looks, inMotionSince).catch((error: unknown) =>
        aboutTheKey(error, suspect.key),
      );
      if (finding === undefined) settled++;
      else if (finding !== "gone") found(finding);
      deps.progress("looking again", ++done, suspects.length);
    });
    await pool.room();
  }
  await pool.idle();
  return settled;
}

/** The destination first: a copy that lands in between is then seen as too old, never a deletion as too new. */
async function lookTwice(
  { key, written }: Suspect,
  { source: bucket, digest, sizes, refusals }: CompareDeps,
  looks: Looks,
  inMotionSince: number,
): Promise<Finding | "gone" | undefined> {
  const destination = await looks.headDestination(key);
  const source = await looks.headSource(key);
  if (source.kind === "absent" && !(await looks.sourceExists())) {
    throw syncError({
      code: "NoSuchBucket",
      operation: "HeadBucket",
      effect: "none",
      message: `the source bucket ${bucket.name} does not exist`,
    });
  }
  if (source.kind === "absent" && destination.kind === "absent") return "gone";
  const fingerprint = source.kind === "absent" ? "" : fingerprintOf(source, { bucket: bucket.name, key }, digest);
  const look = { key, source, destination, fingerprint, destinationWritten: written, inMotionSince, sizes };
  const finding = secondLook(look);
  if (finding === undefined || !mayBeRefused(finding)) return finding;
  return withRefusal(finding, await refusals.of(fingerprint));
}

/** Verdicts on single keys become findings; 403 too, since a bucket policy may hide some keys only. */
function isAboutTheKey(error: unknown): boolean {
  return (
    isSyncError(error) && (classOf(error) === "key" || error.code === "AccessDenied" || error.code === "InvalidRequest")
  );
}

function aboutTheKey(error: unknown, key: string): Finding {
  if (!isAboutTheKey(error) || !isSyncError(error)) throw error;
  return {
    key,
    kind: classOf(error) === "key" ? "unsyncable" : "unreadable",
    reason: `${error.code}: ${error.message}`,
  };
}

function tooManyUnreadable({ reason, key }: Finding): Error {
  return syncError({
    code: "AccessDenied",
    operation: "HeadObject",
    effect: "none",
    message: `more than ${MOST_UNREADABLE} keys could not be looked at; the last one is ${JSON.stringify(key)}: ${reason}`,
  });
}

/** The first failure counts; the other one is awaited, so that nothing goes on behind the caller's back. */
async function all(works: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/** Lets timers and sockets have their turn. @throws Interruption */
async function breathe(signal: CancelSignal): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  if (isAborted(signal)) throw new Interruption("stopping");
}
