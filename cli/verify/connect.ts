/** The adapters verify works through, from where the system is. */
import {
  makeDestinationBucket,
  makeDestinationClient,
  makeQueue,
  makeQueueClient,
  makeSourceBucket,
  makeSourceClient,
} from "../../aws";
import { makeListing } from "../../aws/listings";
import type { Queue } from "../../core/ports";
import type { System } from "../../core/system";
import type { LookPorts } from "./looks";

/** HEADs in flight per side. */
export const CONCURRENCY = 256;

export type VerifyPorts = Pick<
  LookPorts,
  "source" | "destination" | "sourceListing" | "destinationListing" | "concurrency"
>;

export interface Connection extends VerifyPorts {
  /** Only a repair needs it. */
  readonly queue: (queueUrl: string) => Queue;
  destroy(): void;
}

export function connect(system: Pick<System, "region" | "sourceBucket" | "destinationBucket">): Connection {
  const { region, sourceBucket, destinationBucket } = system;
  const sourceClient = makeSourceClient({ region, slots: CONCURRENCY }, sourceBucket);
  const { client, sessions, destroy } = makeDestinationClient({ region, slots: CONCURRENCY });
  const queueClients: { destroy(): void }[] = [];
  return {
    source: makeSourceBucket({ client: sourceClient, name: sourceBucket }),
    destination: makeDestinationBucket({ client, sessions, name: destinationBucket, sourceBucket }),
    sourceListing: makeListing({ client: sourceClient, name: sourceBucket }),
    destinationListing: makeListing({ client, sessions, name: destinationBucket }),
    concurrency: CONCURRENCY,
    queue(queueUrl) {
      const queueClient = makeQueueClient({ region });
      queueClients.push(queueClient);
      return makeQueue({ client: queueClient, queueUrl });
    },
    destroy() {
      sourceClient.destroy();
      destroy();
      for (const one of queueClients) one.destroy();
    },
  };
}
