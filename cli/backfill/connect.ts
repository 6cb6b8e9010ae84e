/** The ports a backfill needs on this machine. */
import {
  makeDestinationBucket,
  makeDestinationClient,
  makeQueue,
  makeQueueClient,
  makeSourceBucket,
  makeSourceClient,
} from "../../aws";
import { makeListing } from "../../aws/listings";
import { DEFAULTS } from "../../core/env";
import type { CopySizes } from "../../core/parts";
import type { Queue } from "../../core/ports";
import type { System } from "../../core/system";
import type { DryRunDeps } from "./dry-run";

/** Batches are cut by them, and requests estimated; the workers' own may be others. */
export const SIZES: CopySizes = { partSize: DEFAULTS.partSize, multipartThreshold: DEFAULTS.multipartThreshold };
const SLOTS = 128;

export interface ConnectedQueue {
  readonly queue: Queue;
  readonly destroy: () => void;
}

export function connectQueue({ region, queueUrl }: Pick<System, "region" | "queueUrl">): ConnectedQueue {
  const client = makeQueueClient({ region });
  return { queue: makeQueue({ client, queueUrl }), destroy: () => client.destroy() };
}

export type ConnectedBuckets = Pick<
  DryRunDeps,
  "source" | "destination" | "sourceListing" | "destinationListing" | "sizes" | "unitKeys"
> & { readonly destroy: () => void };

export function connectBuckets({
  region,
  sourceBucket,
  destinationBucket,
}: Pick<System, "region" | "sourceBucket" | "destinationBucket">): ConnectedBuckets {
  const sourceClient = makeSourceClient({ region, slots: SLOTS }, sourceBucket);
  const { client, sessions, destroy } = makeDestinationClient({ region, slots: SLOTS });
  return {
    source: makeSourceBucket({ client: sourceClient, name: sourceBucket }),
    destination: makeDestinationBucket({ client, sessions, name: destinationBucket, sourceBucket }),
    sourceListing: makeListing({ client: sourceClient, name: sourceBucket }),
    destinationListing: makeListing({ client, sessions, name: destinationBucket }),
    sizes: SIZES,
    unitKeys: DEFAULTS.listUnitKeys,
    destroy: () => {
      sourceClient.destroy();
      destroy();
    },
  };
}
