/**
 * One key from the first look to the end of its messages: passes through the breaker, reconciles, waits out writes of unknown
 * outcome (rule 3), and carries out the verdict.
 *
 * A message is only released by a pass that began after it was received: what a dead worker wrote before its message came to
 * us has landed by then, and a pass that was already under way may have looked before that.
 */
import { asSyncError, classOf, isSyncError, type SyncError } from "../core/errors";
import type { UploadState } from "../core/messages";
import type { Outcome } from "../core/outcome";
import type { SourceState } from "../core/state";
import { makeKeyCalls } from "./calls";
import { conclude, worstOf } from "./conclude";
import { makeChild } from "./controller";
import { abortOtherUploads } from "./copy/uploads";
import type { KeyTask } from "./inbox";
import { Interruption } from "./interruption";
import { makeProgress } from "./progress";
import { reconcile } from "./reconcile";
import type { AttendDeps, Work } from "./work";

/** Between two passes over a key that S3 throttles. */
const THROTTLED_PAUSE_MS = 2_000;

/** Handles for the rest of the worker to end the work on one key. */
export interface Attending {
  readonly done: Promise<void>;
  /** A lease of the key was lost or must be handed off: end if none is left. */
  interrupt(): void;
}

export function attend(deps: AttendDeps, task: KeyTask): Attending {
  const { controller, unlink } = makeChild(deps.stopping);
  const stopping = controller.signal;
  const holds = (): boolean => {
    for (const { lease } of task.deliveries) if (lease.held) return true;
    return false;
  };
  const calls = makeKeyCalls(deps.calls, task.key, {
    stopping,
    ensureLease: (ms, until) =>
      deps.leases.ensure(
        [...task.deliveries].map((delivery) => delivery.lease),
        ms,
        until,
      ),
    canHandOff: () => deps.queueExists() && holds(),
    onWritten: () => deps.breaker.succeeded(task.key),
  });
  const work = { task, calls, stopping, holds, giveUp: undefined };
  const done = attendAll(deps, work).finally(() => {
    deps.breaker.forget(task.key);
    unlink();
  });
  return { done, interrupt: () => controller.abort() };
}

/** Until no message waits for the key any more. Never rejects. */
async function attendAll(deps: AttendDeps, work: Work): Promise<void> {
  const { task } = work;
  do {
    const covered = new Set(task.deliveries);
    const outcome = await onePass(deps, work);
    if (outcome !== "again") await conclude(deps, work, outcome, covered);
  } while (!deps.inbox.settle(task));
}

/** One reconcile and what it means; "again" when the key must be looked at once more before anything is concluded. */
async function onePass(deps: AttendDeps, work: Work): Promise<Outcome | "again"> {
  const { task, stopping } = work;
  const { breaker } = deps;
  try {
    await breaker.gate(task.key, stopping);
    if (!work.holds()) throw new Interruption("lease-lost");
    if (stopping.aborted) throw new Interruption("stopping");
    const mustLook = task.mustLook;
    task.mustLook = false;
    const seen = await look(deps, work, mustLook).catch(verdictAboutTheKey);
    if (isSyncError(seen)) breaker.inconclusive(task.key);
    else breaker.succeeded(task.key);
    if (seen === "unstable") return { kind: "unstable" };
    if (work.calls.writes.unsettledUntilMs > 0 && (await settle(deps, work))) return "again";
    if (isSyncError(seen)) return { kind: "refused", error: seen };
    // Messages that came meanwhile get a pass of their own. It must look: what we know of the destination may be undone by now.
    task.mustLook = true;
    work.calls.writes.cleaned();
    return { kind: "clean" };
  } catch (thrown) {
    // Whatever happened, the destination may not be what we last knew.
    task.mustLook = true;
    if (thrown instanceof Interruption) return interrupted(deps, work);
    return afterFailure(deps, work, asSyncError(thrown, "reconcile"));
  }
}

async function afterFailure(deps: AttendDeps, work: Work, error: SyncError): Promise<Outcome | "again"> {
  try {
    return await failed(deps, work, error);
  } catch (thrown) {
    if (thrown instanceof Interruption) return interrupted(deps, work);
    throw thrown;
  }
}

/** Not a failure: the answer is that this key cannot be synced. */
function verdictAboutTheKey(thrown: unknown): SyncError {
  if (isSyncError(thrown) && classOf(thrown) === "key") return thrown;
  throw thrown;
}

async function look(deps: AttendDeps, work: Work, mustLook: boolean): Promise<SourceState | "unstable"> {
  const { task, calls, stopping } = work;
  const { source, destination, sourceExists, sizes, digest } = deps.reconciling;
  const { clock, log, tally, random } = deps.calls;
  if (task.suspectUploads) await sweep(deps, work);
  const plan = (requests: number): void => {
    deps.inbox.plan(task, requests);
    deps.roomChanged();
  };
  const state = await reconcile(
    {
      source,
      destination,
      sourceExists,
      sizes,
      digest,
      clock,
      random,
      calls,
      stopping,
      report: deps.report,
      copying: {
        destination,
        checksums: deps.checksums,
        calls,
        progress: makeProgress({ clock, log, tally, plan }, task.key),
        lanes: deps.lanes,
        onOrphan: () => {
          task.orphaned = true;
        },
      },
    },
    {
      ...{ key: task.key, mustLook, giveUp: work.giveUp, uploads: task.uploads },
      onState: (fingerprint) => {
        task.fingerprint = fingerprint;
      },
    },
  );
  if (task.orphaned) await sweep(deps, work);
  return state;
}

/**
 * Aborts uploads of this key that nobody owns any more: once per delivery that gave reason to, never on a restart, or two
 * holders would abort each other's for ever (rule 8).
 */
async function sweep(deps: AttendDeps, work: Work): Promise<void> {
  const { task, calls } = work;
  const keep = new Set(task.uploads.map((upload) => upload.id));
  const aborted = await abortOtherUploads({ destination: deps.reconciling.destination, calls }, task.key, keep);
  // Only now: a sweep that failed half way has to be repeated.
  task.suspectUploads = false;
  task.orphaned = false;
  if (aborted > 0) deps.report.uploadsSwept(task.key, aborted);
}

/** Rule 3: waits until no write of unknown outcome can land any more. True when it had to: then look at both sides again. */
async function settle(deps: AttendDeps, { task, calls, stopping, ...work }: Work): Promise<boolean> {
  const waitMs = calls.writes.unsettledUntilMs - deps.calls.clock.monotonicMs();
  if (calls.writes.unsettledUntilMs === 0) return false;
  if (waitMs > 0) {
    deps.report.unsettled(task.key, waitMs);
    await deps.calls.clock.sleep(waitMs, stopping);
    if (stopping.aborted) throw new Interruption(work.holds() ? "stopping" : "lease-lost");
  }
  calls.writes.settled();
  task.mustLook = true;
  return true;
}

function interrupted(deps: AttendDeps, work: Work): Outcome {
  deps.breaker.inconclusive(work.task.key);
  if (!work.holds()) return { kind: "lost" };
  return { kind: "interrupted", ...uploadToHandOn(work) };
}

/** The failure of one pass: the breaker's to judge, and then the key's own. */
async function failed(deps: AttendDeps, work: Work, error: SyncError): Promise<Outcome | "again"> {
  const { task, calls, stopping } = work;
  if (error === work.giveUp) return { kind: "failed", error };
  if (deps.breaker.failed(task.key, error) === "hold") return "again";
  // Throttling says nothing about the key: putting it back would count until a healthy key is dead-lettered.
  if (classOf(error) === "throttled") {
    await deps.calls.clock.sleep(THROTTLED_PAUSE_MS * (0.5 + deps.calls.random()), stopping);
    return "again";
  }
  const worst = worstOf(task.deliveries);
  const isLast = worst.failures + worst.receiveCount >= deps.maxReceiveCount;
  if (isLast && calls.writes.unsettledUntilMs > 0) {
    // Not while a write may still land (rule 3), and it may yet have worked: wait it out, then look once more without writing.
    work.giveUp = error;
    await settle(deps, work);
    return "again";
  }
  return { kind: "failed", error, ...uploadToHandOn(work) };
}

function uploadToHandOn({ task, calls }: Work): { upload?: UploadState } {
  const upload = calls.canHandOff() ? task.uploads[0] : undefined;
  return upload === undefined ? {} : { upload };
}
