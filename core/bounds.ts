/**
 * The write bound: how long after it was sent a write may still take effect at the destination.
 *
 * A copy that timed out on our side may finish at S3 minutes later ("If you disconnect before the response is complete,
 * S3 might cancel the copy", API CopyObject). Everything that lets go of a message waits at least this long (rules 3, 4, 6).
 */
import { MIB } from "./parts";

/** A destination write that is not fenced by an upload id. Parts are: without Complete they are invisible. */
export type WriteOperation = "DeleteObject" | "CopyObject" | "CompleteMultipartUpload";

/** The slowest copy stream we allow for: measured streams run at 60-75 MiB/s. */
const SLOWEST_COPY_BYTES_PER_MS = (10 * MIB) / 1000;

/** Milliseconds; `size` is the object's size in bytes and only matters to CopyObject. */
export function writeBoundMs(operation: WriteOperation, size: number): number {
  switch (operation) {
    case "DeleteObject":
      return 60_000;
    case "CopyObject":
      return 60_000 + Math.ceil(size / SLOWEST_COPY_BYTES_PER_MS);
    case "CompleteMultipartUpload":
      // "Processing of a CompleteMultipartUpload request could take several minutes" (API CompleteMultipartUpload).
      return 900_000;
  }
}
