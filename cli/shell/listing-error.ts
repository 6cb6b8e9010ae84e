/** Which of the two buckets could not be listed: S3's own words do not say. */
import { isSyncError, syncError } from "../../core/errors";

/** @param meaning what follows from it, behind the name of the bucket */
export function listingError(error: unknown, bucket: string, meaning = ""): unknown {
  if (!isSyncError(error)) return error;
  const message = error.message.slice(error.operation.length + 2);
  return syncError({ ...error, message: `the listing of ${bucket} failed${meaning}: ${message}`, cause: error });
}
