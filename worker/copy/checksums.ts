/**
 * Which checksum to ask for with a copy, and whether the answer agrees.
 *
 * CRC32 and CRC32C of a whole object are documented for directory buckets. CRC64NVME, which S3 gives to every new object
 * without one, is not: it is asked for until the destination refuses it once, and never again after that.
 */
import { syncError } from "../../core/errors";
import type { CopyResult } from "../../core/ports";
import type { ChecksumAlgorithm, SourceObject } from "../../core/state";

export interface Checksums {
  /** The algorithm to ask for; undefined when the source has no full-object checksum that can be asked for. */
  askFor(source: SourceObject): ChecksumAlgorithm | undefined;
  /** Throws ChecksumMismatch when what was written has another checksum than the source. */
  compare(source: SourceObject, result: CopyResult, operation: string): void;
  /** The copy that asked is over, however it ended: another may try what is still unproven. */
  over(source: SourceObject): void;
  /** The destination does not know this algorithm. */
  refuse(algorithm: ChecksumAlgorithm): void;
}

/** One per process: what the destination knows does not change in between. */
export function makeChecksums(): Checksums {
  const refused = new Set<ChecksumAlgorithm>();
  const proven = new Set<ChecksumAlgorithm>(["CRC32", "CRC32C"]);
  let probing: string | undefined;

  return {
    askFor(source) {
      const algorithm = source.checksum?.algorithm;
      if (algorithm === undefined || refused.has(algorithm)) return undefined;
      if (proven.has(algorithm)) return algorithm;
      // One object at a time tries what is not proven; the others are copied without.
      if (probing !== undefined && probing !== source.etag) return undefined;
      probing = source.etag;
      return algorithm;
    },
    compare(source, result, operation) {
      if (source.checksum === undefined || result.checksum === undefined) return;
      if (result.checksum.algorithm !== source.checksum.algorithm) return;
      proven.add(result.checksum.algorithm);
      if (result.checksum.value === source.checksum.value) return;
      throw syncError({
        code: "ChecksumMismatch",
        operation,
        effect: "none",
        message: `the copy has ${result.checksum.algorithm} ${result.checksum.value}, the source has ${source.checksum.value}`,
      });
    },
    over(source) {
      if (probing === source.etag) probing = undefined;
    },
    refuse(algorithm) {
      refused.add(algorithm);
      proven.delete(algorithm);
    },
  };
}
