/** The ports of one worker, out of its configuration: over the SDK, or with the hot calls over the lean transport. */
import type { WorkerConfig } from "../core/config";
import type { DestinationBucket, Listing, Queue, SourceBucket } from "../core/ports";
import { makeCall } from "./call";
import { type ClientOptions, makeDestinationClient, makeQueueClients, makeSourceClient } from "./clients";
import { makeDestinationBucket } from "./destination-bucket";
import { makeExplainHead } from "./head";
import { makeLeanDestinationBucket } from "./lean/destination-bucket";
import { makeLeanListing } from "./lean/listing";
import { leanCalls } from "./lean/queue";
import { makeS3Transport } from "./lean/s3-transport";
import { makeLeanSourceBucket } from "./lean/source-bucket";
import { makeSqsTransport } from "./lean/sqs-transport";
import { makeListing } from "./listings";
import { makeQueue, makeQueueOn } from "./queue";
import { makeSourceBucket } from "./source-bucket";

export interface WorkerPorts {
  readonly source: SourceBucket;
  readonly destination: DestinationBucket;
  readonly sourceListing: Listing;
  readonly destinationListing: Listing;
  readonly queue: Queue;
  /** Connections of its own: a heartbeat must not wait behind long polls. */
  readonly heartbeats: Queue;
  readonly deadLetters: Queue;
  readonly destroy: () => void;
}

export interface PortsOptions extends Omit<ClientOptions, "region"> {
  /** Receives at once: each has a connection. */
  readonly receivers: number;
}

/** Connections beyond the slots: HEADs, deletes and probes beside the copies. */
const HEADROOM = 32;

/** @param options endpoint and credentials where they do not come from the environment */
export function makeWorkerPorts(config: WorkerConfig, options: PortsOptions): WorkerPorts {
  const sdk = overSdk(config, options);
  return config.transport === "sdk" ? sdk.ports : overLean(config, options, sdk);
}

function overSdk(config: WorkerConfig, { receivers, ...given }: PortsOptions) {
  const { region, copyConcurrency: slots, queueUrl, deadLetterQueueUrl, visibilityTimeoutSeconds } = config;
  const options = { ...given, region, slots };
  const sourceClient = makeSourceClient(options, config.sourceBucket);
  const { client: destinationClient, sessions, destroy } = makeDestinationClient(options);
  const queueClients = makeQueueClients({ ...options, receivers });
  const queue = makeQueue({ ...queueClients, queueUrl, visibilityTimeoutSeconds });
  const to = { client: destinationClient, sessions, name: config.destinationBucket };
  const ports: WorkerPorts = {
    source: makeSourceBucket({ client: sourceClient, name: config.sourceBucket }),
    sourceListing: makeListing({ client: sourceClient, name: config.sourceBucket }),
    destination: makeDestinationBucket({ ...to, sourceBucket: config.sourceBucket, ...encryption(config) }),
    destinationListing: makeListing(to),
    queue,
    heartbeats: queue,
    deadLetters: makeQueue({ client: queueClients.client, queueUrl: deadLetterQueueUrl }),
    destroy() {
      sourceClient.destroy();
      destroy();
      queueClients.destroy();
    },
  };
  return { ports, sourceClient, destinationClient, sessions, queueClient: queueClients.client };
}

function overLean(config: WorkerConfig, { receivers }: PortsOptions, sdk: ReturnType<typeof overSdk>): WorkerPorts {
  const { region, sourceBucket, destinationBucket, queueUrl, visibilityTimeoutSeconds } = config;
  const { ports, sourceClient, destinationClient, sessions, queueClient } = sdk;
  const common = { region, maxConnections: config.copyConcurrency + HEADROOM };
  const toSource = makeS3Transport({ ...common, client: sourceClient, bucket: sourceBucket, service: "s3" });
  const toDestination = makeS3Transport({
    ...common,
    client: destinationClient,
    sessions,
    bucket: destinationBucket,
    service: "s3express",
  });
  const toQueue = (maxConnections: number) =>
    makeSqsTransport({ client: queueClient, queueUrl, region, maxConnections });
  const queueTransports = { transport: toQueue(32), polling: toQueue(receivers + 2), heartbeat: toQueue(16) };
  const queue = makeQueueOn(leanCalls(queueTransports), { queueUrl, visibilityTimeoutSeconds });
  return {
    ...ports,
    source: makeLeanSourceBucket({
      sdk: ports.source,
      transport: toSource,
      explain: makeExplainHead(makeCall(sourceClient), sourceBucket),
    }),
    destination: makeLeanDestinationBucket({
      sdk: ports.destination,
      transport: toDestination,
      explain: makeExplainHead(makeCall(destinationClient), destinationBucket),
      sourceBucket,
      ...encryption(config),
    }),
    sourceListing: makeLeanListing({ transport: toSource, name: sourceBucket, session: false }),
    destinationListing: makeLeanListing({ transport: toDestination, name: destinationBucket, session: true }),
    queue,
    heartbeats: queue,
    destroy() {
      for (const transport of [toSource, toDestination, ...Object.values(queueTransports)]) transport.destroy();
      ports.destroy();
    },
  };
}

function encryption({ destinationKmsKeyArn }: WorkerConfig): { readonly kmsKeyArn?: string } {
  return destinationKmsKeyArn === undefined ? {} : { kmsKeyArn: destinationKmsKeyArn };
}
