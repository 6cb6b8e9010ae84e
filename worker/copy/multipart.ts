/**
 * A multipart copy. Every part names the source ETag it copies from, so parts of two versions cannot be joined (rule 2); the
 * upload id fences the parts: until Complete nothing is visible, and after Abort nothing can become so.
 */
import { classOf, isSyncError, syncError, type SyncError } from "../../core/errors";
import type { UploadState } from "../../core/messages";
import { partBytes, partRange, type MultipartPlan } from "../../core/parts";
import type { CompletedPart } from "../../core/ports";
import type { ChecksumAlgorithm } from "../../core/state";
import { Interruption } from "../interruption";
import { contentOf, type CopyDeps, type CopyJob } from "./job";
import { abortUpload, fitsPlan, reusableParts } from "./uploads";

type MultipartJob = CopyJob & { readonly plan: MultipartPlan };

/** Part ETags on a directory bucket are random per attempt; a late attempt of a part replaces the ETag we know. */
const COMPLETE_ATTEMPTS = 6;

export async function copyMultipart(
  deps: CopyDeps,
  job: MultipartJob,
  checksumAlgorithm: ChecksumAlgorithm | undefined,
): Promise<void> {
  deps.progress.planned(job.plan.partCount, job.plan.size);
  const { upload, done } = await openUpload(deps, job, checksumAlgorithm);
  try {
    await copyParts(deps, job, upload.id, done);
    await complete(deps, job, upload.id, done, checksumAlgorithm);
    forget(job, upload);
    deps.progress.multipartCopied();
  } catch (error) {
    if (isSyncError(error) && error.code === "NoSuchUpload") forget(job, upload);
    else if (!(deps.calls.canHandOff() && canResume(error))) await abandonUpload(deps, job, upload);
    throw error;
  }
}

/** Whether whoever comes next, perhaps ourselves, can go on with the upload: nothing is wrong with it or with the key. */
function canResume(error: unknown): boolean {
  if (error instanceof Interruption) return true;
  return isSyncError(error) && ["transient", "throttled", "systemic"].includes(classOf(error));
}

/** The upload handed to us if its parts are those of our own plan, otherwise a new one. */
async function openUpload(
  deps: CopyDeps,
  job: MultipartJob,
  checksumAlgorithm: ChecksumAlgorithm | undefined,
): Promise<{ upload: UploadState; done: Map<number, string> }> {
  const { key, fingerprint, plan, uploads } = job;
  // Anything else in the message is not trusted: only what copies exactly this state (rule 8).
  const resumed = uploads.find((upload) => upload.fingerprint === fingerprint);
  if (resumed !== undefined) {
    const parts = await reusableParts(deps, key, resumed.id, plan);
    if (typeof parts !== "string") {
      const bytes = parts.reduce((sum, part) => sum + part.size, 0);
      deps.progress.partsReused(parts.length, bytes);
      return { upload: resumed, done: new Map(parts.map((part) => [part.partNumber, part.etag])) };
    }
    if (parts === "foreign") await abandonUpload(deps, job, resumed);
    else forget(job, resumed);
  }
  const upload = { id: await createUpload(deps, job, checksumAlgorithm), fingerprint };
  uploads.push(upload);
  return { upload, done: new Map() };
}

async function createUpload(
  { calls, destination, onOrphan }: CopyDeps,
  { key, source, fingerprint }: MultipartJob,
  checksumAlgorithm: ChecksumAlgorithm | undefined,
): Promise<string> {
  const content = contentOf(source, fingerprint);
  let attempts = 0;
  let created = false;
  try {
    const id = await calls.begin.upload("CreateMultipartUpload", 0, (signal) => {
      attempts++;
      return destination.createUpload({ key, content, checksumAlgorithm }, signal);
    });
    created = true;
    return id;
  } finally {
    // An attempt without an answer may have created an upload whose id nobody knows.
    if (attempts > 1 || (attempts === 1 && !created)) onOrphan();
  }
}

async function abandonUpload(deps: CopyDeps, job: MultipartJob, upload: UploadState): Promise<void> {
  await abortUpload(deps, job.key, upload.id);
  forget(job, upload);
}

function forget({ uploads }: MultipartJob, upload: UploadState): void {
  const index = uploads.indexOf(upload);
  if (index >= 0) uploads.splice(index, 1);
}

/**
 * Copies the parts that are not in `done`, adding their ETags to it. The slot pool decides how many are in flight; there are
 * never more lanes than could be. Returns or throws only when none of our parts is in flight any more.
 */
async function copyParts(
  deps: CopyDeps,
  job: MultipartJob,
  uploadId: string,
  done: Map<number, string>,
): Promise<void> {
  const missing = Array.from({ length: job.plan.partCount }, (_, index) => index + 1).filter((n) => !done.has(n));
  let next = 0;
  let failure: { error: unknown } | undefined;

  async function lane(): Promise<void> {
    while (failure === undefined && next < missing.length) {
      const partNumber = missing[next++];
      if (partNumber === undefined) return;
      try {
        done.set(partNumber, await copyPart(deps, job, uploadId, partNumber, () => failure !== undefined));
      } catch (error) {
        failure ??= { error };
      }
    }
  }

  await Promise.all(Array.from({ length: Math.min(deps.lanes, missing.length) }, lane));
  if (failure !== undefined) throw failure.error;
}

async function copyPart(
  { destination, calls, progress }: CopyDeps,
  { key, source, plan }: MultipartJob,
  uploadId: string,
  partNumber: number,
  isFutile: () => boolean,
): Promise<string> {
  const bytes = partBytes(plan, partNumber);
  let counted = false;
  const etag = await calls.begin.upload("UploadPartCopy", bytes, (signal) => {
    if (isFutile()) return Promise.reject(givenUp());
    if (!counted) progress.started();
    counted = true;
    return destination.copyPart({ key, uploadId, sourceEtag: source.etag, ...partRange(plan, partNumber) }, signal);
  });
  progress.partCopied(bytes);
  return etag;
}

/** A part that got its slot after another part had failed for good: not sent. */
function givenUp(): SyncError {
  return syncError({ code: "Aborted", operation: "UploadPartCopy", effect: "none", message: "another part failed" });
}

async function complete(
  { destination, checksums, calls }: CopyDeps,
  { key, source, plan }: MultipartJob,
  uploadId: string,
  done: ReadonlyMap<number, string>,
  checksumAlgorithm: ChecksumAlgorithm | undefined,
): Promise<void> {
  let parts: CompletedPart[] = Array.from({ length: plan.partCount }, (_, index) => ({
    partNumber: index + 1,
    etag: done.get(index + 1) ?? "",
  }));
  for (let attempt = 1; ; attempt++) {
    try {
      const result = await calls.finish.write("CompleteMultipartUpload", plan.size, (signal) =>
        destination.completeUpload({ key, uploadId, parts, size: plan.size, checksumAlgorithm }, signal),
      );
      checksums.compare(source, result, "CompleteMultipartUpload");
      return;
    } catch (error) {
      if (!isSyncError(error) || error.code !== "InvalidPart" || attempt >= COMPLETE_ATTEMPTS) throw error;
      parts = await listedParts({ destination, calls }, key, uploadId, plan);
    }
  }
}

/** What S3 says the parts are, checked against the plan: each there, each with its size. */
async function listedParts(
  { destination, calls }: Pick<CopyDeps, "destination" | "calls">,
  key: string,
  uploadId: string,
  plan: MultipartPlan,
): Promise<CompletedPart[]> {
  const listed = await calls.finish.upload("ListParts", 0, (signal) => destination.listParts(key, uploadId, signal));
  const sorted = [...listed].sort((a, b) => a.partNumber - b.partNumber);
  const whole =
    sorted.length === plan.partCount && sorted.every((part, i) => part.partNumber === i + 1 && fitsPlan(part, plan));
  if (!whole) {
    throw syncError({
      code: "InvalidPart",
      operation: "ListParts",
      effect: "none",
      message: `the upload has ${listed.length} of ${plan.partCount} parts, or some of another size`,
    });
  }
  return sorted.map(({ partNumber, etag }) => ({ partNumber, etag }));
}
