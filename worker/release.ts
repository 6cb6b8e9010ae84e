/** Carries a verdict out on the messages of a key: acknowledge, put back, dead-letter, or leave alone. */
import { encodeEnvelope, groupIdOf, handoffUpload, mergeHistory, putBack } from "../core/envelope";
import type { EnvelopeHistory, KeyEntry, UploadState } from "../core/messages";
import type { Verdict } from "../core/outcome";
import { deadLetterOf } from "./dead-letter";
import type { Delivery, Inbox, KeyTask } from "./inbox";
import type { Leases } from "./leases";
import type { Outbox } from "./outbox";

/** Resolves when the key has a message of its own where it needs one (false: SQS did not take it); deletes go out behind. */
export type Release = (task: KeyTask, deliveries: readonly Delivery[], verdict: Verdict) => Promise<boolean>;

export interface ReleaseDeps {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly leases: Leases;
}

export function makeRelease({ inbox, outbox, leases }: ReleaseDeps): Release {
  function acknowledge(task: KeyTask, deliveries: readonly Delivery[]): void {
    for (const lease of inbox.release(task, deliveries)) void outbox.acknowledge(lease);
  }

  /** The messages stay SQS's: they come back when their leases run out, which outlive every write sent under them (rule 4). */
  function leave(task: KeyTask, deliveries: readonly Delivery[]): void {
    inbox.release(task, deliveries);
    for (const { lease } of deliveries) leases.letGo(lease);
  }

  function end(replaced: boolean, task: KeyTask, deliveries: readonly Delivery[]): void {
    if (replaced) acknowledge(task, deliveries);
    else leave(task, deliveries);
  }

  return async (task, deliveries, verdict) => {
    switch (verdict.kind) {
      case "acknowledge": {
        acknowledge(task, deliveries);
        return true;
      }
      case "forget": {
        leave(task, deliveries);
        return true;
      }
      case "put-back": {
        const sent = await outbox.send(
          putBackMessage(entryOf(task), historyOfAll(task, deliveries, verdict.failures), verdict),
        );
        end(sent, task, deliveries);
        return sent;
      }
      case "dead-letter": {
        const history = historyOfAll(task, deliveries, 0);
        const sent = await outbox.deadLetter(
          deadLetterOf(encodeEnvelope(putBack([entryOf(task)], history)), verdict.error, task),
        );
        end(sent, task, deliveries);
        return sent;
      }
    }
  };
}

function entryOf(task: KeyTask): KeyEntry {
  return task.size === undefined ? { key: task.key } : { key: task.key, size: task.size };
}

/** A sweep that was asked for and not done is handed on; one that was done is not asked for again (rule 8). */
function historyOfAll(task: KeyTask, deliveries: readonly Delivery[], failures: number): EnvelopeHistory {
  const { sweep: _, ...history } = deliveries.map((delivery) => delivery.history).reduce(mergeHistory);
  return { ...history, failures, ...(task.suspectUploads || task.orphaned ? { sweep: true } : {}) };
}

function putBackMessage(
  entry: KeyEntry,
  history: EnvelopeHistory,
  { delaySeconds, upload }: { delaySeconds: number; upload?: UploadState },
): { body: string; delaySeconds: number; groupId?: string } {
  const envelope = upload === undefined ? putBack([entry], history) : handoffUpload(entry, history, upload);
  const groupId = groupIdOf(envelope);
  return { body: encodeEnvelope(envelope), delaySeconds, ...(groupId === undefined ? {} : { groupId }) };
}
