/** How one key's reconcile ended, and what becomes of the messages that asked for it. Pure. */
import type { SyncError } from "./errors";
import type { UploadState } from "./messages";

export type Outcome =
  /** Destination equals the source as of a check that began after every message concerned was received. */
  | { readonly kind: "clean" }
  /** A verdict about this key alone: no retry can help. */
  | { readonly kind: "refused"; readonly error: SyncError }
  /** Retries are used up. */
  | { readonly kind: "failed"; readonly error: SyncError; readonly upload?: UploadState }
  /** The source changed faster than it could be copied. */
  | { readonly kind: "unstable" }
  /** No message for this key is held any more. */
  | { readonly kind: "lost" }
  /** The worker stops, or the message reached SQS's twelve-hour limit. */
  | { readonly kind: "interrupted"; readonly upload?: UploadState };

export interface MessageHistory {
  /** Of the worst message for this key: failures carried by the envelope. */
  readonly failures: number;
  /** Of the same message, this receive included. */
  readonly receiveCount: number;
  readonly maxReceiveCount: number;
}

export interface WriteState {
  /** A write was sent: somebody has to look at the destination, even if every write has settled. */
  readonly written: boolean;
  /** How long a write may still take effect; 0 when none can (rule 6). */
  readonly landsWithinMs: number;
}

export type Verdict =
  | { readonly kind: "acknowledge" }
  | {
      readonly kind: "put-back";
      readonly failures: number;
      readonly delaySeconds: number;
      readonly upload?: UploadState;
    }
  | { readonly kind: "dead-letter"; readonly error: SyncError }
  /** Do nothing: SQS brings the message back by itself. */
  | { readonly kind: "forget" };

/** DelaySeconds of SendMessage (API SendMessage). */
export const MAX_DELAY_SECONDS = 900;

/**
 * | outcome     | writes that may still land | failures + receives  | verdict                                                 |
 * | ----------- | -------------------------- | -------------------- | ------------------------------------------------------- |
 * | clean       | (waited out before)        |                      | acknowledge                                             |
 * | refused     |                            |                      | dead-letter                                             |
 * | failed      | none                       | >= maxReceiveCount   | dead-letter                                             |
 * | failed      | yes                        | >= maxReceiveCount   | put back, counted, after the write bound: somebody must look then |
 * | failed      |                            | less                 | put back, counted, after backoff and the write bound    |
 * | unstable    |                            |                      | put back, not counted, after backoff and the write bound |
 * | interrupted |                            |                      | put back, not counted, after the write bound            |
 * | lost        | written since clean        |                      | put back, not counted, after the write bound            |
 * | lost        | nothing written            |                      | forget                                                  |
 *
 * @param writes what this worker did to the key since it was last found clean with all writes settled
 * @param backoffMs waiting time that a failed or unstable key deserves
 */
export function judge(
  outcome: Outcome,
  history: MessageHistory,
  { written, landsWithinMs }: WriteState,
  backoffMs: number,
): Verdict {
  const counted = history.failures + history.receiveCount;
  // This receive was interrupted and must not count; earlier receives ended in the death of a worker and do.
  const uncounted = counted - 1;
  const delay = (ms: number): number => Math.min(MAX_DELAY_SECONDS, Math.ceil(Math.max(ms, landsWithinMs) / 1000));
  switch (outcome.kind) {
    case "clean":
      return { kind: "acknowledge" };
    case "refused":
      return { kind: "dead-letter", error: outcome.error };
    case "failed":
      if (counted >= history.maxReceiveCount && landsWithinMs === 0)
        return { kind: "dead-letter", error: outcome.error };
      return withUpload({ kind: "put-back", failures: counted, delaySeconds: delay(backoffMs) }, outcome.upload);
    case "unstable":
      return { kind: "put-back", failures: uncounted, delaySeconds: delay(backoffMs) };
    case "interrupted":
      return withUpload({ kind: "put-back", failures: uncounted, delaySeconds: delay(0) }, outcome.upload);
    case "lost":
      return written ? { kind: "put-back", failures: uncounted, delaySeconds: delay(0) } : { kind: "forget" };
  }
}

function withUpload(verdict: Extract<Verdict, { kind: "put-back" }>, upload: UploadState | undefined): Verdict {
  return upload === undefined ? verdict : { ...verdict, upload };
}
