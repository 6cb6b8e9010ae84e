/** Open multipart uploads of a key: what to keep of one handed to us, and how to be sure that one is gone (rule 8). */
import { isSyncError, syncError } from "../../core/errors";
import { partBytes, type MultipartPlan } from "../../core/parts";
import type { DestinationBucket, ListedPart } from "../../core/ports";
import type { KeyCalls } from "../calls";

export interface UploadDeps {
  readonly destination: DestinationBucket;
  readonly calls: KeyCalls;
}

/** Aborts may be overtaken by a part that was still being written; this many rounds are plenty. */
const ABORT_ROUNDS = 10;
const ABORT_PAUSE_MS = 500;

/**
 * Aborts the upload until S3 says that it does not exist. The caller has waited for its own parts in flight: a part that
 * lands after an abort would keep its bytes stored (API AbortMultipartUpload).
 */
export async function abortUpload({ destination, calls }: UploadDeps, key: string, uploadId: string): Promise<void> {
  for (let round = 1; round <= ABORT_ROUNDS; round++) {
    try {
      await calls.finish.upload("AbortMultipartUpload", 0, (signal) => destination.abortUpload(key, uploadId, signal));
      await calls.finish.upload("ListParts", 0, (signal) => destination.listParts(key, uploadId, signal));
    } catch (error) {
      if (isSyncError(error) && error.code === "NoSuchUpload") return;
      throw error;
    }
    await calls.pause(ABORT_PAUSE_MS * round);
  }
  throw syncError({
    code: "Unknown",
    operation: "AbortMultipartUpload",
    effect: "none",
    message: `the upload was still listed after ${ABORT_ROUNDS} aborts`,
  });
}

/**
 * The parts of a handed-off upload that can be kept: all listed parts, if every one has a number and the size of our own
 * plan. Otherwise "foreign" (parts of another plan) or "gone" (no such upload): the copy then starts afresh.
 */
export async function reusableParts(
  { destination, calls }: UploadDeps,
  key: string,
  uploadId: string,
  plan: MultipartPlan,
): Promise<readonly ListedPart[] | "gone" | "foreign"> {
  try {
    const parts = await calls.begin.upload("ListParts", 0, (signal) => destination.listParts(key, uploadId, signal));
    return parts.every((part) => fitsPlan(part, plan)) ? parts : "foreign";
  } catch (error) {
    if (isSyncError(error) && error.code === "NoSuchUpload") return "gone";
    throw error;
  }
}

export function fitsPlan(part: ListedPart, plan: MultipartPlan): boolean {
  const { partNumber } = part;
  return (
    Number.isInteger(partNumber) &&
    partNumber >= 1 &&
    partNumber <= plan.partCount &&
    part.size === partBytes(plan, partNumber)
  );
}

/** Aborts the open uploads of the key that are not in `keep`, as left by a worker that died. At most once per delivery: rule 8. */
export async function abortOtherUploads(deps: UploadDeps, key: string, keep: ReadonlySet<string>): Promise<number> {
  const open = await deps.calls.begin.readDestination("ListMultipartUploads", (signal) =>
    deps.destination.listUploads(key, signal),
  );
  const others = open.filter((id) => !keep.has(id));
  for (const id of others) await abortUpload(deps, key, id);
  return others.length;
}
