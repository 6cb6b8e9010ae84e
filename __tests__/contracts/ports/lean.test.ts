/** The contracts of the ports, kept by the lean transport on the local cloud: the very suites of the SDK adapters. */
import {
  makeDestinationBucket,
  makeDestinationClient,
  makeQueueClients,
  makeSourceBucket,
  makeSourceClient,
} from "../../../aws";
import { makeCall } from "../../../aws/call";
import { makeExplainHead } from "../../../aws/head";
import { makeLeanDestinationBucket } from "../../../aws/lean/destination-bucket";
import { makeS3Transport } from "../../../aws/lean/s3-transport";
import { makeLeanSourceBucket } from "../../../aws/lean/source-bucket";
import { makeLeanListing, makeLeanRowListing, type LeanListingOptions } from "../../../aws/lean/listing";
import { leanCalls } from "../../../aws/lean/queue";
import { makeSqsTransport } from "../../../aws/lean/sqs-transport";
import { makeQueueOn } from "../../../aws/queue";
import { startCloud, type Cloud } from "../../../local/cloud";
import type { Listing } from "../../../core/ports";
import { describeDestinationBucketContract } from "./destination-bucket";
import type { DestinationSubject } from "./destination-subject";
import { describeDestinationUploadsContract } from "./destination-uploads";
import { describeListingContract, type ListingSubject } from "./listing";
import { localSource } from "./local-source";
import { describeQueueContract, type QueueSubject } from "./queue";
import { describeSourceBucketContract, type SourceSubject } from "./source-bucket";

const SOURCE = "contract-source";
const DESTINATION = "contract--eun1-az1--x-s3";

function optionsFor(cloud: Cloud, principalName: string) {
  const { accessKeyId, secretAccessKey } = cloud.principals.byName(principalName)!;
  return { region: cloud.region, endpoint: cloud.endpoint, credentials: { accessKeyId, secretAccessKey }, slots: 32 };
}

function leanSource(cloud: Cloud, principalName: string, bucket: string) {
  const client = makeSourceClient(optionsFor(cloud, principalName), bucket);
  const transport = makeS3Transport({ client, bucket, region: cloud.region, service: "s3", maxConnections: 32 });
  const close = (): void => {
    transport.destroy();
    client.destroy();
  };
  const explain = makeExplainHead(makeCall(client), bucket);
  return {
    source: makeLeanSourceBucket({ sdk: makeSourceBucket({ client, name: bucket }), transport, explain }),
    close,
  };
}

async function sourceSubject(): Promise<SourceSubject> {
  const cloud = await startCloud({ principals: ["worker", "nobody"] });
  const source = localSource(cloud, SOURCE);
  cloud.s3.setPolicy("nobody", () => false);
  const lean = leanSource(cloud, "worker", SOURCE);
  const missing = leanSource(cloud, "worker", "no-such-bucket");
  const forbidden = leanSource(cloud, "nobody", SOURCE);
  return {
    source: lean.source,
    missing: missing.source,
    forbidden: forbidden.source,
    ...source,
    close: async () => {
      for (const each of [lean, missing, forbidden]) each.close();
      await cloud.close();
    },
  };
}

async function destinationSubject(): Promise<DestinationSubject> {
  const cloud = await startCloud({ principals: ["worker"] });
  const source = localSource(cloud, SOURCE);
  cloud.s3.createBucket(DESTINATION);
  const lookup = leanSource(cloud, "worker", SOURCE);
  const { client, sessions, destroy } = makeDestinationClient(optionsFor(cloud, "worker"));
  const sdk = makeDestinationBucket({ client, sessions, name: DESTINATION, sourceBucket: SOURCE });
  const transport = makeS3Transport({
    client,
    sessions,
    bucket: DESTINATION,
    region: cloud.region,
    service: "s3express",
    maxConnections: 32,
  });
  return {
    destination: makeLeanDestinationBucket({
      sdk,
      transport,
      explain: makeExplainHead(makeCall(client), DESTINATION),
      sourceBucket: SOURCE,
    }),
    putSource: async (key, fixture) => {
      await source.put(key, fixture);
      const state = await lookup.source.head(key, new AbortController().signal);
      if (state.kind === "absent") throw new Error(`${key} was not put`);
      return state;
    },
    removeSource: source.remove,
    read: async (key) => (cloud.s3.head(DESTINATION, key) === undefined ? undefined : cloud.s3.get(DESTINATION, key)),
    close: async () => {
      transport.destroy();
      destroy();
      lookup.close();
      await cloud.close();
    },
  };
}

async function queueSubject(): Promise<QueueSubject> {
  const cloud = await startCloud({ principals: ["worker"] });
  const admin = cloud.sqs.createQueue("contract");
  const { client, destroy } = makeQueueClients({ ...optionsFor(cloud, "worker"), receivers: 2 });
  const closers: (() => void)[] = [destroy];
  const leanQueue = (queueUrl: string) => {
    const make = () => makeSqsTransport({ client, queueUrl, region: cloud.region, maxConnections: 4 });
    const transports = { transport: make(), polling: make(), heartbeat: make() };
    for (const each of Object.values(transports)) closers.push(() => each.destroy());
    return makeQueueOn(leanCalls(transports), { queueUrl });
  };
  return {
    queue: leanQueue(admin.url),
    missing: leanQueue(admin.url.replace(/contract$/, "no-such-queue")),
    peek: () =>
      admin.peek().map(({ attributes, groupId }) => ({
        attributes: Object.fromEntries(
          Object.entries(attributes).map(([name, { StringValue }]) => [name, StringValue ?? ""]),
        ),
        groupId,
      })),
    close: async () => {
      for (const close of closers) close();
      await cloud.close();
    },
  };
}

type MakeListing = (options: LeanListingOptions) => Listing;

async function listingSubject(bucket: string, make: MakeListing = makeLeanListing): Promise<ListingSubject> {
  const cloud = await startCloud({ principals: ["worker"] });
  cloud.s3.createBucket(bucket);
  const session = bucket === DESTINATION;
  const closers: (() => void)[] = [];
  const listing = (name: string) => {
    const source = session ? undefined : makeSourceClient(optionsFor(cloud, "worker"), name);
    const destination = makeDestinationClient(optionsFor(cloud, "worker"));
    const transport = makeS3Transport({
      client: source ?? destination.client,
      ...(session ? { sessions: destination.sessions } : {}),
      bucket: name,
      region: cloud.region,
      service: session ? "s3express" : "s3",
      maxConnections: 4,
    });
    closers.push(() => {
      transport.destroy();
      source?.destroy();
      destination.destroy();
    });
    return make({ transport, name, session });
  };
  return {
    listing: listing(bucket),
    missing: listing(session ? "gone--eun1-az1--x-s3" : "no-such-bucket"),
    put: async (key, body = "content") => {
      await cloud.s3.put(bucket, key, body);
    },
    clear: () => {
      for (const { key } of cloud.s3.list(bucket)) cloud.s3.delete(bucket, key);
    },
    close: async () => {
      for (const close of closers) close();
      await cloud.close();
    },
  };
}

describeListingContract({ name: "lean, general purpose", isOrdered: true, make: () => listingSubject(SOURCE) });
describeListingContract({ name: "lean, directory", isOrdered: false, make: () => listingSubject(DESTINATION) });
describeSourceBucketContract({ name: "lean", make: sourceSubject });
describeDestinationBucketContract({ name: "lean", make: destinationSubject });
describeDestinationUploadsContract({ name: "lean", make: destinationSubject });
describeQueueContract({ name: "lean", make: queueSubject });

/** Rows as objects. */
function objectsOfRows(options: LeanListingOptions): Listing {
  const listing = makeLeanRowListing(options);
  return {
    name: listing.name,
    async list(request, signal) {
      const { rows, prefixes, token } = await listing.list(request, signal);
      const objects = Array.from({ length: rows.count }, (_, index) => ({
        key: rows.key(index),
        size: rows.size(index),
        etag: rows.etag(index),
        lastModified: rows.lastModified(index),
      }));
      return { objects, prefixes, token };
    },
  };
}

describeListingContract({
  name: "lean rows, general purpose",
  isOrdered: true,
  make: () => listingSubject(SOURCE, objectsOfRows),
});
describeListingContract({
  name: "lean rows, directory",
  isOrdered: false,
  make: () => listingSubject(DESTINATION, objectsOfRows),
});
