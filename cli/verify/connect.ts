/** The adapters verify works through, from where the system is. */
import {
  makeDestinationBucket,
  makeDestinationClient,
  makeQueue,
  makeQueueClient,
  makeSourceBucket,
  makeSourceClient,
} from "../../aws";
import { makeCall } from "../../aws/call";
import { makeExplainHead } from "../../aws/head";
import { makeLeanDestinationBucket } from "../../aws/lean/destination-bucket";
import { makeLeanRowListing } from "../../aws/lean/listing";
import { makeS3Transport } from "../../aws/lean/s3-transport";
import { makeLeanSourceBucket } from "../../aws/lean/source-bucket";
import type { Queue } from "../../core/ports";
import type { System } from "../../core/system";
import type { LookPorts } from "./looks";

/** HEADs in flight per side. */
export const CONCURRENCY = 256;
const LISTS_AT_ONCE = 16;

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
  // Listings and HEADs are all that a run consists of; the SDK would take most of its time for them.
  const common = { region, maxConnections: CONCURRENCY + LISTS_AT_ONCE };
  const toSource = makeS3Transport({ ...common, client: sourceClient, bucket: sourceBucket, service: "s3" });
  const toDestination = makeS3Transport({
    ...common,
    client,
    sessions,
    bucket: destinationBucket,
    service: "s3express",
  });
  return {
    source: makeLeanSourceBucket({
      sdk: makeSourceBucket({ client: sourceClient, name: sourceBucket }),
      transport: toSource,
      explain: makeExplainHead(makeCall(sourceClient), sourceBucket),
    }),
    destination: makeLeanDestinationBucket({
      sdk: makeDestinationBucket({ client, sessions, name: destinationBucket, sourceBucket }),
      transport: toDestination,
      explain: makeExplainHead(makeCall(client), destinationBucket),
      sourceBucket,
    }),
    sourceListing: makeLeanRowListing({ transport: toSource, name: sourceBucket, session: false }),
    destinationListing: makeLeanRowListing({ transport: toDestination, name: destinationBucket, session: true }),
    concurrency: CONCURRENCY,
    queue(queueUrl) {
      const queueClient = makeQueueClient({ region });
      queueClients.push(queueClient);
      return makeQueue({ client: queueClient, queueUrl });
    },
    destroy() {
      toSource.destroy();
      toDestination.destroy();
      sourceClient.destroy();
      destroy();
      for (const one of queueClients) one.destroy();
    },
  };
}
