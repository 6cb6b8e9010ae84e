/**
 * Buckets of the names this stack generates that are there already: its own from an earlier `up`, or left by its `pulumi destroy`.
 *
 * Resources are registered with the name as `import` then. The engine compares it with the id in its state: equal, it changes
 * nothing; not in its state (after a destroy), it takes the bucket in instead of failing to create it.
 */
import type { InvokeOptions } from "@pulumi/pulumi";
import { getBucket, getDirectoryBuckets } from "@pulumi/aws/s3";
import type { Settings } from "../core/settings";
import { answer } from "./answer";
import type { Names } from "./names";

export interface OwnBuckets {
  readonly source: boolean;
  readonly destination: boolean;
}

/** Buckets that are deleted with the stack leave nothing to find. A question without an answer counts as no. */
export async function findOwnBuckets(settings: Settings, names: Names, options: InvokeOptions): Promise<OwnBuckets> {
  if (settings.deleteBucketsOnDestroy) return { source: false, destination: false };
  const [source, destination] = await Promise.all([
    settings.sourceBucket === undefined && sourceExists(names.sourceBucket, settings.region, options),
    settings.destinationBucket === undefined && destinationExists(names.destinationBucket, options),
  ]);
  return { source, destination };
}

/** Somebody else's bucket cannot be asked about (403), and one in another Region is not this stack's. */
async function sourceExists(bucket: string, region: string, options: InvokeOptions): Promise<boolean> {
  const found = await answer(getBucket({ bucket }, options));
  return "value" in found && (found.value as { readonly bucketRegion?: string }).bucketRegion === region;
}

async function destinationExists(bucket: string, options: InvokeOptions): Promise<boolean> {
  const found = await answer(getDirectoryBuckets({}, options));
  if ("error" in found) return false;
  return (found.value as { readonly buckets?: readonly string[] }).buckets?.includes(bucket) === true;
}
