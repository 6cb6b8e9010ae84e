/** Reads that are repeated: the adapters of both buckets make one attempt each, which is right for a worker's writes only. */
import type { CancelSignal, Clock, DestinationBucket, Listing, SourceBucket } from "../../core/ports";
import type { RetryPolicy } from "../../core/retry";
import { callOnce, withRetry } from "../../worker/retry";

export interface PatienceDeps {
  readonly clock: Clock;
  readonly random: () => number;
  /** Once it aborts nothing is repeated. */
  readonly signal: AbortSignal;
}

export interface Patience {
  source(bucket: SourceBucket): SourceBucket;
  /** Its writes are left alone. */
  destination(bucket: DestinationBucket): DestinationBucket;
  listing(listing: Listing): Listing;
}

/** A person waits: some seconds in all where S3 answers, less than two minutes where it does not. */
const POLICY: RetryPolicy = { attempts: 5, baseMs: 200, capMs: 3_000 };
const ATTEMPT_MS = 20_000;

export function makePatience({ clock, random, signal }: PatienceDeps): Patience {
  const deps = { clock, random, onError: () => undefined };
  const again = <T>(operation: string, until: CancelSignal, call: (until: CancelSignal) => Promise<T>): Promise<T> =>
    withRetry(deps, operation, signal, () => callOnce(clock, operation, ATTEMPT_MS, until, call), POLICY);
  return {
    source: (bucket) => ({
      name: bucket.name,
      head: (key, asked) => again("HeadObject", asked, (until) => bucket.head(key, until)),
      exists: (asked) => again("HeadBucket", asked, (until) => bucket.exists(until)),
    }),
    destination: (bucket) => ({
      ...bucket,
      head: (key, asked) => again("HeadObject", asked, (until) => bucket.head(key, until)),
      listUploads: (key, asked) => again("ListMultipartUploads", asked, (until) => bucket.listUploads(key, until)),
    }),
    listing: (listing) => ({
      name: listing.name,
      list: (request, asked) => again("ListObjectsV2", asked, (until) => listing.list(request, until)),
    }),
  };
}
