/** The contracts of the ports, kept by the SDK adapters on the local cloud. */
import {
  makeDestinationBucket,
  makeDestinationClient,
  makeQueue,
  makeQueueClients,
  makeSourceBucket,
  makeSourceClient,
} from "../../../aws";
import { makeListing } from "../../../aws/listings";
import { startCloud, type Cloud } from "../../../local/cloud";
import { describeDestinationBucketContract } from "./destination-bucket";
import { describeDestinationUploadsContract } from "./destination-uploads";
import type { DestinationSubject } from "./destination-subject";
import { describeListingContract, type ListingSubject } from "./listing";
import { localSource } from "./local-source";
import { describeQueueContract, type QueueSubject } from "./queue";
import { describeSourceBucketContract, type SourceSubject } from "./source-bucket";

const SOURCE = "contract-source";
const DESTINATION = "contract--eun1-az1--x-s3";

/** Environment credentials of a principal, as the client options want them. */
function optionsFor(cloud: Cloud, principalName: string) {
  const { accessKeyId, secretAccessKey } = cloud.principals.byName(principalName)!;
  return { region: cloud.region, endpoint: cloud.endpoint, credentials: { accessKeyId, secretAccessKey }, slots: 32 };
}

async function sourceSubject(): Promise<SourceSubject> {
  const cloud = await startCloud({ principals: ["worker", "nobody"] });
  const source = localSource(cloud, SOURCE);
  cloud.s3.setPolicy("nobody", () => false);
  const clients = [
    makeSourceClient(optionsFor(cloud, "worker"), SOURCE),
    makeSourceClient(optionsFor(cloud, "nobody"), SOURCE),
  ] as const;
  return {
    source: makeSourceBucket({ client: clients[0], name: SOURCE }),
    missing: makeSourceBucket({ client: clients[0], name: "no-such-bucket" }),
    forbidden: makeSourceBucket({ client: clients[1], name: SOURCE }),
    ...source,
    close: async () => {
      for (const client of clients) client.destroy();
      await cloud.close();
    },
  };
}

async function destinationSubject(): Promise<DestinationSubject> {
  const cloud = await startCloud({ principals: ["worker"] });
  const source = localSource(cloud, SOURCE);
  cloud.s3.createBucket(DESTINATION);
  const sourceClient = makeSourceClient(optionsFor(cloud, "worker"), SOURCE);
  const lookup = makeSourceBucket({ client: sourceClient, name: SOURCE });
  const { client, sessions, destroy } = makeDestinationClient(optionsFor(cloud, "worker"));
  return {
    destination: makeDestinationBucket({ client, sessions, name: DESTINATION, sourceBucket: SOURCE }),
    putSource: async (key, fixture) => {
      await source.put(key, fixture);
      const state = await lookup.head(key, new AbortController().signal);
      if (state.kind === "absent") throw new Error(`${key} was not put`);
      return state;
    },
    removeSource: source.remove,
    read: async (key) => (cloud.s3.head(DESTINATION, key) === undefined ? undefined : cloud.s3.get(DESTINATION, key)),
    close: async () => {
      destroy();
      sourceClient.destroy();
      await cloud.close();
    },
  };
}

async function queueSubject(): Promise<QueueSubject> {
  const cloud = await startCloud({ principals: ["worker"] });
  const admin = cloud.sqs.createQueue("contract");
  const clients = makeQueueClients({ ...optionsFor(cloud, "worker"), receivers: 2 });
  return {
    queue: makeQueue({ ...clients, queueUrl: admin.url }),
    missing: makeQueue({ ...clients, queueUrl: admin.url.replace(/contract$/, "no-such-queue") }),
    peek: () =>
      admin.peek().map(({ attributes, groupId }) => ({
        attributes: Object.fromEntries(
          Object.entries(attributes).map(([name, { StringValue }]) => [name, StringValue ?? ""]),
        ),
        groupId,
      })),
    close: async () => {
      clients.destroy();
      await cloud.close();
    },
  };
}

async function listingSubject(bucket: string): Promise<ListingSubject> {
  const cloud = await startCloud({ principals: ["worker"] });
  cloud.s3.createBucket(bucket);
  const isDirectory = bucket === DESTINATION;
  const destination = makeDestinationClient(optionsFor(cloud, "worker"));
  const source = makeSourceClient(optionsFor(cloud, "worker"), SOURCE);
  const client = isDirectory ? destination.client : source;
  const sessions = isDirectory ? { sessions: destination.sessions } : {};
  return {
    listing: makeListing({ client, name: bucket, ...sessions }),
    missing: makeListing({ client, name: isDirectory ? "gone--eun1-az1--x-s3" : "no-such-bucket", ...sessions }),
    put: async (key, body = "content") => {
      await cloud.s3.put(bucket, key, body);
    },
    clear: () => {
      for (const { key } of cloud.s3.list(bucket)) cloud.s3.delete(bucket, key);
    },
    close: async () => {
      destination.destroy();
      source.destroy();
      await cloud.close();
    },
  };
}

describeSourceBucketContract({ name: "SDK", make: sourceSubject });
describeDestinationBucketContract({ name: "SDK", make: destinationSubject });
describeDestinationUploadsContract({ name: "SDK", make: destinationSubject });
describeQueueContract({ name: "SDK", make: queueSubject });
describeListingContract({ name: "SDK, general purpose", isOrdered: true, make: () => listingSubject(SOURCE) });
describeListingContract({ name: "SDK, directory", isOrdered: false, make: () => listingSubject(DESTINATION) });
