/** The end of a pass: what the outcome means for the key's messages and open uploads, carried out. */
import { asSyncError } from "../core/errors";
import type { UploadState } from "../core/messages";
import { judge, type Outcome } from "../core/outcome";
import { backoffMs } from "../core/retry";
import { abortUpload } from "./copy/uploads";
import type { Delivery } from "./inbox";
import type { AttendDeps, Work } from "./work";

/** Waiting time of a key that is put back because it failed or keeps changing. */
const PUT_BACK_BACKOFF = { baseMs: 30_000, capMs: 300_000 };

/** @param covered the messages that were there before the pass began */
export async function conclude(
  deps: AttendDeps,
  work: Work,
  outcome: Outcome,
  covered: ReadonlySet<Delivery>,
): Promise<void> {
  const { task, calls } = work;
  const worst = worstOf(covered);
  const verdict = judge(
    outcome,
    { ...worst, maxReceiveCount: deps.maxReceiveCount },
    { written: calls.writes.written, landsWithinMs: calls.writes.landsWithinMs() },
    backoffMs(worst.failures + worst.receiveCount, PUT_BACK_BACKOFF, 0.5 + deps.calls.random() / 2),
  );
  // What ends a message only counts for messages that were there before the look; a put-back serves all.
  const ends = verdict.kind === "acknowledge" || verdict.kind === "dead-letter";
  const deliveries = ends ? [...covered] : [...task.deliveries];
  work.giveUp = undefined;
  const handedOn = verdict.kind === "put-back" ? verdict.upload : undefined;
  const ended = task.uploads.splice(0).filter((upload) => upload !== handedOn);
  if (ended.length > 0) await abortAll(deps, work, ended);
  const done = await deps.release(task, deliveries, verdict);
  // Nobody will hear of an upload whose hand-off SQS did not take.
  if (!done && handedOn !== undefined) await abortAll(deps, work, [handedOn]);
  deps.report.concluded(task.key, outcome, verdict, deliveries, done);
}

/** Ends uploads that are not handed on (rule 8); one that cannot be aborted is left to the lifecycle rule, and said so. */
async function abortAll(deps: AttendDeps, { task, calls }: Work, uploads: readonly UploadState[]): Promise<void> {
  const { destination } = deps.reconciling;
  for (const { id } of uploads) {
    await abortUpload({ destination, calls }, task.key, id).catch((thrown: unknown) =>
      deps.report.uploadLeft(task.key, id, asSyncError(thrown, "AbortMultipartUpload")),
    );
  }
}

/** The message that has failed and been received most often speaks for all. */
export function worstOf(deliveries: Iterable<Delivery>): { failures: number; receiveCount: number } {
  let worst = { failures: 0, receiveCount: 1 };
  for (const { history, lease } of deliveries) {
    const { failures } = history;
    const { receiveCount } = lease.message;
    if (failures + receiveCount > worst.failures + worst.receiveCount) worst = { failures, receiveCount };
  }
  return worst;
}
