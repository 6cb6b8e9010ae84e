/**
 * The convergence rule: make the destination's object equal to the source's current one.
 *
 *     repeat
 *       before = HEAD source                    404 = absent, if the bucket exists (rule 0); 403 is an error, never "gone"
 *       absent:    DELETE destination
 *       in sync:   nothing
 *       otherwise: copy, on condition that the source still has before's ETag (rule 2)
 *       after = HEAD source                     (rule 1)
 *     until after is the same state as before
 *
 * Why it converges: take the last write to the destination's key. The worker that made it then saw the source in the state it
 * had written. Any later change of the source makes a new event, whose reconcile runs after. What a dead or cut-off worker
 * may still write is waited out by whoever holds the message (rules 3 to 6), so "the last write" exists.
 *
 * An event is only a hint: its verb is never looked at. __tests__/model/ searches this rule exhaustively.
 */
import { decide, type Decision } from "../core/decide";
import { classOf, isSyncError, syncError, type SyncError } from "../core/errors";
import { fingerprintOf, type Digest } from "../core/fingerprint";
import type { UploadState } from "../core/messages";
import type { CopySizes } from "../core/parts";
import type { CancelSignal, Clock, DestinationBucket, SourceBucket } from "../core/ports";
import { backoffMs } from "../core/retry";
import { type DestinationState, sameState, type SourceState } from "../core/state";
import type { KeyCalls } from "./calls";
import { isAborted } from "./controller";
import { copy } from "./copy/copy";
import type { CopyDeps } from "./copy/job";
import { abortUpload } from "./copy/uploads";
import { Interruption } from "./interruption";

/** A key that still changes under the copy after this many passes is put back; others need the worker more. */
export const MAX_PASSES = 8;
/** Rule 0: no delete is sent on the word of an older look at the source bucket. */
const MAX_LOOK_AGE_MS = 60_000;
/** Waiting time between passes: grows, frees the key's slots, and is jittered so that two holders do not meet for ever. */
const PASS_BACKOFF = { baseMs: 2_000, capMs: 30_000 };

export interface ReconcileDeps {
  readonly source: SourceBucket;
  readonly destination: DestinationBucket;
  /** Whether the source bucket existed at some time after this call began (rule 0). */
  readonly sourceExists: () => Promise<boolean>;
  readonly sizes: CopySizes;
  readonly digest: Digest;
  readonly clock: Clock;
  readonly random: () => number;
  readonly calls: KeyCalls;
  readonly copying: CopyDeps;
  readonly stopping: CancelSignal;
  readonly report: ReconcileReport;
}

export interface ReconcileReport {
  decided(key: string, decision: Decision): void;
  deleted(key: string): void;
  restarted(key: string, why: string): void;
}

export interface Attention {
  readonly key: string;
  /** Look at the destination before writing: somebody may have done the work already. */
  readonly mustLook: boolean;
  /** Only look: the retries are used up, and a key that is still not in sync fails with this. */
  readonly giveUp: SyncError | undefined;
  /** Open uploads of this key that we are responsible for: handed to us, or begun by an earlier pass. */
  readonly uploads: UploadState[];
  /** Told which state of the source is decided on, by its fingerprint; undefined when it is looked at anew, and when it is absent. */
  readonly onState: (fingerprint: string | undefined) => void;
}

/**
 * Resolves to the source state that the destination equals, or to "unstable" when it changed under every pass. Rejects with a
 * SyncError (a verdict about the key, or a failure), or with an Interruption when the work has to end.
 */
export async function reconcile(deps: ReconcileDeps, attention: Attention): Promise<SourceState | "unstable"> {
  const { key, uploads } = attention;
  const { calls, clock, report } = deps;
  let mustLook = attention.mustLook;
  for (let pass = 1; ; pass++) {
    let why: string;
    let error: SyncError | undefined;
    attention.onState(undefined);
    try {
      const { state: before, atMs } = await headSource(deps, key);
      await write(deps, attention, { before, atMs, mustLook });
      if (uploads.length > 0) await abortOpen(deps, key, uploads);
      const after = await calls.finish.readSource("HeadObject", (signal) => deps.source.head(key, signal));
      if (sameState(before, after)) return after;
      why = "the source changed meanwhile";
    } catch (thrown) {
      if (!isSyncError(thrown) || classOf(thrown) !== "raced") throw thrown;
      error = thrown;
      why = thrown.message;
    }
    // After a write of unknown outcome the destination may already be what we want.
    mustLook ||= calls.writes.unsettledUntilMs > 0;
    report.restarted(key, why);
    if (isAborted(deps.stopping)) throw new Interruption("stopping");
    if (pass >= MAX_PASSES) {
      if (error !== undefined && error.code !== "PreconditionFailed" && error.code !== "NoSuchKey") {
        throw syncError({
          ...error,
          code: "Unknown",
          message: `still failing after ${pass} passes: ${error.message}`,
          cause: error,
        });
      }
      return "unstable";
    }
    // The first change is ordinary (an upload, then its metadata); waiting begins with the second.
    if (pass > 1) await clock.sleep(Math.max(1_000, backoffMs(pass - 1, PASS_BACKOFF, deps.random())), deps.stopping);
    if (isAborted(deps.stopping)) throw new Interruption("stopping");
  }
}

/** `atMs` (monotonic): the bucket existed at this time or later. */
async function headSource(
  { source, calls, clock, sourceExists }: ReconcileDeps,
  key: string,
): Promise<{ readonly state: SourceState; readonly atMs: number }> {
  const state = await calls.begin.readSource("HeadObject", (signal) => source.head(key, signal));
  const atMs = clock.monotonicMs();
  // Rule 0. HEAD has no body, so a missing bucket is the same bare 404 (API HeadObject).
  if (state.kind === "absent" && !(await sourceExists())) {
    throw syncError({
      code: "NoSuchBucket",
      operation: "HeadBucket",
      effect: "none",
      message: `the source bucket ${source.name} does not exist`,
    });
  }
  return { state, atMs };
}

interface Look {
  readonly before: SourceState;
  readonly atMs: number;
  readonly mustLook: boolean;
}

/** Makes the destination equal to `before`, if it is not already known to be. */
async function write(deps: ReconcileDeps, attention: Attention, { before, atMs, mustLook }: Look): Promise<void> {
  const { calls, clock, destination, report } = deps;
  const { key, uploads } = attention;
  const fingerprint =
    before.kind === "absent" ? "" : fingerprintOf(before, { bucket: deps.source.name, key }, deps.digest);
  if (before.kind !== "absent") attention.onState(fingerprint);
  const present = mustLook
    ? await calls.begin.readDestination("HeadObject", (signal) => destination.head(key, signal))
    : undefined;
  const decision = decide(before, fingerprint, present, deps.sizes);
  report.decided(key, decision);
  if (attention.giveUp !== undefined && (decision.kind === "copy" || decision.kind === "delete"))
    throw attention.giveUp;
  switch (decision.kind) {
    case "in-sync":
      return;
    case "delete":
      // Asked anew for every attempt: a lease, or an answer, may have been waited for.
      await calls.begin.write("DeleteObject", 0, (signal) =>
        clock.monotonicMs() - atMs > MAX_LOOK_AGE_MS
          ? Promise.reject(lookTooOld())
          : destination.deleteObject(key, signal, etagOf(present)),
      );
      report.deleted(key);
      return;
    case "copy":
      return copy(deps.copying, { key, source: decision.source, fingerprint, plan: decision.plan, uploads });
    case "refuse":
      await abortOpen(deps, key, uploads);
      throw syncError({
        code: decision.reason,
        operation: "HeadObject",
        effect: "none",
        message:
          decision.reason === "ArchivedObject" ? "the source object is archived" : "the source object is too large",
      });
  }
}

/** Nothing was sent; the reconcile starts over. */
function lookTooOld(): SyncError {
  return syncError({
    code: "PreconditionFailed",
    operation: "DeleteObject",
    effect: "none",
    message: "the look at the source is too old to delete by",
  });
}

/** What was looked at is deleted, and nothing that took its place since: a delete that lands late cannot take a newer copy with it. */
function etagOf(present: DestinationState | undefined): string | undefined {
  return present?.kind === "object" ? present.etag : undefined;
}

/** Whoever receives a hand-off completes or aborts its upload in every branch (rule 8). */
async function abortOpen(deps: ReconcileDeps, key: string, uploads: UploadState[]): Promise<void> {
  for (let upload = uploads[0]; upload !== undefined; upload = uploads[0]) {
    await abortUpload(deps, key, upload.id);
    uploads.shift();
  }
}
