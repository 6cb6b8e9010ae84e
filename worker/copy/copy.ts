/** One copy decision carried out: a single CopyObject, or a multipart copy. */
import { isSyncError } from "../../core/errors";
import { fingerprintFits } from "../../core/fingerprint";
import type { Checksums } from "./checksums";
import { provenContent, type CopyDeps, type CopyJob } from "./job";
import { copyMultipart } from "./multipart";

/**
 * Copies, or rejects: with PreconditionFailed or NoSuchKey when the source changed, with an Interruption when the work has to
 * end. An upload that can still be of use then stays in `job.uploads`; any other is aborted.
 */
export async function copy(deps: CopyDeps, job: CopyJob): Promise<void> {
  const checksumAlgorithm = deps.checksums.askFor(job.source);
  try {
    if (job.plan.kind === "multipart") await copyMultipart(deps, { ...job, plan: job.plan }, checksumAlgorithm);
    else await copySingle(deps, job, checksumAlgorithm);
  } catch (error) {
    if (isSyncError(error) && error.code === "ChecksumUnsupported" && checksumAlgorithm !== undefined) {
      deps.checksums.refuse(checksumAlgorithm);
    }
    throw error;
  } finally {
    deps.checksums.over(job.source);
  }
}

async function copySingle(
  { destination, checksums, calls, progress }: CopyDeps,
  { key, source, fingerprint }: CopyJob,
  checksumAlgorithm: ReturnType<Checksums["askFor"]>,
): Promise<void> {
  // Without room for the fingerprint the source's own metadata is kept by S3 itself.
  const content = fingerprintFits(source.metadata, fingerprint) ? provenContent(source, fingerprint) : undefined;
  progress.planned(1, source.size);
  const result = await calls.begin.write("CopyObject", source.size, (signal) => {
    progress.started();
    return destination.copyObject({ key, sourceEtag: source.etag, content, checksumAlgorithm }, signal);
  });
  progress.copied(source.size);
  checksums.compare(source, result, "CopyObject");
}
