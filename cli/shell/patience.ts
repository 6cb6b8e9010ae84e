/** Reads that are repeated: the adapters of both buckets make one attempt each, which is right for a worker's writes only. */
import type { Clock, DestinationBucket, Listing, SourceBucket } from "../../core/ports";
import type { RetryPolicy } from "../../core/retry";
import { withRetry } from "../../worker/retry";

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

/** A person waits: some seconds in all. */
const POLICY: RetryPolicy = { attempts: 5, baseMs: 200, capMs: 3_000 };

export function makePatience({ clock, random, signal }: PatienceDeps): Patience {
  const deps = { clock, random, onError: () => undefined };
  const again = <T>(operation: string, attempt: () => Promise<T>): Promise<T> =>
    withRetry(deps, operation, signal, attempt, POLICY);
  return {
    source: (bucket) => ({
      name: bucket.name,
      head: (key, until) => again("HeadObject", () => bucket.head(key, until)),
      exists: (until) => again("HeadBucket", () => bucket.exists(until)),
    }),
    destination: (bucket) => ({
      ...bucket,
      head: (key, until) => again("HeadObject", () => bucket.head(key, until)),
      listUploads: (key, until) => again("ListMultipartUploads", () => bucket.listUploads(key, until)),
    }),
    listing: (listing) => ({
      name: listing.name,
      list: (request, until) => again("ListObjectsV2", () => listing.list(request, until)),
    }),
  };
}
