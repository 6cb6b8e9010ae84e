/** One copy decision carried out: a single CopyObject, or a multipart copy. */
import { isSyncError } from "../../core/errors";
import { FINGERPRINT_KEY, fingerprintFits } from "../../core/fingerprint";
import type { UploadState } from "../../core/messages";
import type { CopyPlan } from "../../core/parts";
import type { Content, DestinationBucket } from "../../core/ports";
import type { SourceObject } from "../../core/state";
import type { KeyCalls } from "../calls";
import type { Progress } from "../progress";
import type { Checksums } from "./checksums";
import { copyMultipart } from "./multipart";

export interface CopyDeps {
  readonly destination: DestinationBucket;
  readonly checksums: Checksums;
  readonly calls: KeyCalls;
  readonly progress: Progress;
  /** Parts of one object that may be in flight at once: the size of the slot pool. */
  readonly lanes: number;
  /** An upload may have been created whose id we never learned. */
  readonly onOrphan: () => void;
}

export interface CopyJob {
  readonly key: string;
  readonly source: SourceObject;
  readonly fingerprint: string;
  readonly plan: CopyPlan;
  /**
   * The open uploads of this key that we are responsible for. A multipart copy goes on with one of exactly this fingerprint,
   * adds one that it creates, and takes out one that is completed or aborted; what is left can be handed on.
   */
  readonly uploads: UploadState[];
}

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
  const content = fingerprintFits(source.metadata, fingerprint) ? contentOf(source, fingerprint) : undefined;
  progress.planned(1, source.size);
  const result = await calls.begin.write("CopyObject", source.size, (signal) => {
    progress.started();
    return destination.copyObject({ key, sourceEtag: source.etag, content, checksumAlgorithm }, signal);
  });
  progress.copied(source.size);
  checksums.compare(source, result, "CopyObject");
}

/** What the replica carries. Without room for the fingerprint it is left out: correct, only not free on redelivery. */
export function contentOf(source: SourceObject, fingerprint: string): Content {
  const fits = fingerprintFits(source.metadata, fingerprint);
  return {
    headers: source.headers,
    metadata: fits ? { ...source.metadata, [FINGERPRINT_KEY]: fingerprint } : source.metadata,
  };
}
