/** Events of a general purpose bucket: shapes, filters, and how they are delivered. UG notification-content-structure, ev-events. */
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  UploadPartCommand,
  type NotificationConfiguration,
  type S3Client,
} from "@aws-sdk/client-s3";
import { manualClock } from "../../../local/http/clock";
import { put, refusal } from "../../contracts/s3/target";
import { QUEUE_ARN, startS3, type TestS3 } from "./cloud";

interface Message {
  readonly Records: readonly {
    readonly eventName: string;
    readonly s3: { readonly object: { readonly key: string; readonly sequencer: string; readonly versionId?: string } };
  }[];
}

const ALL: NotificationConfiguration = {
  QueueConfigurations: [
    {
      Id: "all",
      QueueArn: QUEUE_ARN,
      Events: ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:LifecycleExpiration:*", "s3:ObjectRestore:Completed"],
    },
  ],
};

describe("notifications", () => {
  let cloud: TestS3;
  let client: S3Client;
  const bucket = "events";

  beforeEach(async () => {
    cloud = await startS3();
    client = cloud.client();
    cloud.admin.createBucket(bucket);
  });
  afterEach(() => cloud.close());

  const configure = (configuration: NotificationConfiguration) =>
    client.send(
      new PutBucketNotificationConfigurationCommand({ Bucket: bucket, NotificationConfiguration: configuration }),
    );
  const records = () => (cloud.messages as Message[]).flatMap((message) => message.Records);
  const happened = () => records().map(({ eventName, s3 }) => `${eventName} ${s3.object.key}`);
  const forget = () => void cloud.messages.splice(0);

  it("sends a flat test event when the configuration is set, and gives the configuration back", async () => {
    await configure(ALL);
    expect(cloud.messages).toEqual([
      {
        Service: "Amazon S3",
        Event: "s3:TestEvent",
        Time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        Bucket: bucket,
        RequestId: expect.any(String) as unknown,
        HostId: expect.any(String) as unknown,
      },
    ]);
    const { $metadata: _, ...back } = await client.send(
      new GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
    );
    expect(back).toMatchObject(ALL);
  });

  it("tells of a put in the shape of AWS", async () => {
    await configure(ALL);
    forget();
    await put({ client, bucket }, "red flower+ü/ä.jpg", "12345");
    expect(cloud.messages).toEqual([
      {
        Records: [
          {
            eventVersion: "2.1",
            eventSource: "aws:s3",
            awsRegion: "eu-north-1",
            eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
            eventName: "ObjectCreated:Put",
            userIdentity: { principalId: "AWS:AKIAworker" },
            requestParameters: { sourceIPAddress: "127.0.0.1" },
            responseElements: {
              "x-amz-request-id": expect.any(String) as unknown,
              "x-amz-id-2": expect.any(String) as unknown,
            },
            s3: {
              s3SchemaVersion: "1.0",
              configurationId: "all",
              bucket: { name: bucket, ownerIdentity: { principalId: "123456789012" }, arn: `arn:aws:s3:::${bucket}` },
              object: {
                key: "red+flower%2B%C3%BC/%C3%A4.jpg",
                size: 5,
                eTag: "827ccb0eea8a706c4c34a16891f84e7b",
                sequencer: expect.stringMatching(/^[0-9A-F]{18}$/) as unknown,
              },
            },
          },
        ],
      },
    ]);
  });

  it("names every kind of change; removals carry neither size nor ETag", async () => {
    await configure(ALL);
    forget();
    await put({ client, bucket }, "a", "1");
    await client.send(new CopyObjectCommand({ Bucket: bucket, Key: "b", CopySource: `${bucket}/a` }));
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: "c" }));
    const part = await client.send(
      new UploadPartCommand({ Bucket: bucket, Key: "c", UploadId, PartNumber: 1, Body: "x" }),
    );
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: part.ETag }] };
    await client.send(new CompleteMultipartUploadCommand({ Bucket: bucket, Key: "c", UploadId, MultipartUpload }));
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: "a" }));
    cloud.admin.expire(bucket, "b");
    await cloud.admin.put(bucket, "d", "x", { storageClass: "GLACIER", notify: false });
    cloud.admin.restore(bucket, "d");
    expect(happened()).toEqual([
      "ObjectCreated:Put a",
      "ObjectCreated:Copy b",
      "ObjectCreated:CompleteMultipartUpload c",
      "ObjectRemoved:Delete a",
      "LifecycleExpiration:Delete b",
      "ObjectRestore:Completed d",
    ]);
    expect(Object.keys(records()[3]?.s3.object ?? {})).toEqual(["key", "sequencer"]);
    const sequencers = records().map(({ s3 }) => s3.object.sequencer);
    expect([...sequencers].sort()).toEqual(sequencers);
    expect(new Set(sequencers).size).toBe(6);
  });

  it("carries version ids, and tells delete markers from deletions, in a bucket with versioning", async () => {
    cloud.admin.setVersioning(bucket, "Enabled");
    await configure(ALL);
    forget();
    await put({ client, bucket }, "v", "1");
    const { VersionId } = await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: "v" }));
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: "v", VersionId }));
    cloud.admin.expire(bucket, "v");
    expect(happened()).toEqual([
      "ObjectCreated:Put v",
      "ObjectRemoved:DeleteMarkerCreated v",
      "ObjectRemoved:Delete v",
      "LifecycleExpiration:DeleteMarkerCreated v",
    ]);
    expect(
      records()
        .slice(1, 3)
        .map(({ s3 }) => s3.object.versionId),
    ).toEqual([VersionId, VersionId]);
  });

  it("filters by prefix and suffix, which are url-encoded (UG notification-how-to-filtering)", async () => {
    const Filter = {
      Key: {
        FilterRules: [
          { Name: "prefix" as const, Value: "in+put/%C3%BC" },
          { Name: "suffix" as const, Value: ".jpg" },
        ],
      },
    };
    await configure({ QueueConfigurations: [{ QueueArn: QUEUE_ARN, Events: ["s3:ObjectCreated:Put"], Filter }] });
    forget();
    for (const key of ["in put/ü.jpg", "in put/ü.png", "in+put/ü.jpg", "other.jpg"])
      await put({ client, bucket }, key, "x");
    expect(happened()).toEqual(["ObjectCreated:Put in+put/%C3%BC.jpg"]);
  });

  it("refuses what AWS refuses", async () => {
    const queue = (more: object) => ({ QueueArn: QUEUE_ARN, Events: ["s3:ObjectCreated:*" as const], ...more });
    const prefix = (Value: string) => ({ Filter: { Key: { FilterRules: [{ Name: "prefix" as const, Value }] } } });
    const INVALID = { name: "InvalidArgument", status: 400 };
    for (const QueueConfigurations of [
      [queue(prefix("a")), queue(prefix("ab"))],
      [queue({}), queue({ Events: ["s3:ObjectCreated:Put"] })],
      [queue({ QueueArn: "arn:aws:sqs:eu-north-1:123456789012:missing" })],
      [queue({ QueueArn: "arn:aws:sqs:us-east-1:123456789012:events" })],
      [queue({ QueueArn: `${QUEUE_ARN}.fifo` })],
      [queue({ Events: ["s3:Nonsense"] })],
    ]) {
      expect(await refusal(configure({ QueueConfigurations }))).toEqual(INVALID);
    }
    await configure({ QueueConfigurations: [queue(prefix("a")), queue(prefix("b"))] });
    cloud.admin.createBucket("events--eun1-az1--x-s3");
    const express = new PutBucketNotificationConfigurationCommand({
      Bucket: "events--eun1-az1--x-s3",
      NotificationConfiguration: ALL,
    });
    const plain = cloud.client("worker", { disableS3ExpressSessionAuth: true });
    expect(await refusal(plain.send(express))).toEqual({ name: "MethodNotAllowed", status: 405 });
  });

  it("sends EventBridge its own shape, keys unencoded, when the configuration says so (UG ev-events)", async () => {
    await configure({ EventBridgeConfiguration: {} });
    await put({ client, bucket }, "a b", "x");
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: "a b" }));
    expect(cloud.eventBridge).toMatchObject([
      {
        source: "aws.s3",
        "detail-type": "Object Created",
        detail: { bucket: { name: bucket }, object: { key: "a b", size: 1 }, reason: "PutObject" },
      },
      { "detail-type": "Object Deleted", detail: { object: { key: "a b" }, "deletion-type": "Permanently Deleted" } },
    ]);
    expect(cloud.messages).toEqual([]);
  });
});

describe("delivery", () => {
  it("delays, duplicates and reorders as told, by the seed, on the clock", async () => {
    const clock = manualClock();
    const cloud = await startS3({ clock });
    try {
      const client = cloud.client();
      cloud.admin.createBucket("hard");
      await client.send(
        new PutBucketNotificationConfigurationCommand({ Bucket: "hard", NotificationConfiguration: ALL }),
      );
      cloud.messages.splice(0);
      cloud.admin.setDelivery({ delayMs: [10, 1000], duplicate: 0.5, reorder: 0.3 });
      const keys = Array.from({ length: 40 }, (_, i) => `k${String(i).padStart(2, "0")}`);
      for (const key of keys) await cloud.admin.put("hard", key, "x");
      expect(cloud.messages).toEqual([]);
      expect(cloud.admin.pendingDeliveries()).toBeGreaterThan(40);
      clock.tick(3000);
      await cloud.admin.flushDeliveries();
      expect(cloud.admin.pendingDeliveries()).toBe(0);
      const seen = (cloud.messages as Message[]).map(({ Records }) => Records[0]?.s3.object.key ?? "");
      expect([...new Set(seen)].sort()).toEqual(keys);
      expect(seen.length).toBeGreaterThan(keys.length);
      expect(seen).not.toEqual([...seen].sort());
      const first = [...new Set(seen)];
      const overtaken = first.filter((key, index) => first.slice(0, index).some((earlier) => earlier > key));
      expect(cloud.admin.counters()).toMatchObject({
        eventsSent: keys.length,
        eventsDuplicated: seen.length - keys.length,
      });
      // A first delivery cannot be told from a second one here, so this is what is certain.
      expect(cloud.admin.counters()["eventsOvertaken"]).toBeGreaterThanOrEqual(overtaken.length);
    } finally {
      await cloud.close();
    }
  });

  it("lets a message be overtaken by the next one, or go alone after a while", async () => {
    const clock = manualClock();
    const cloud = await startS3({ clock });
    try {
      cloud.admin.createBucket("swap");
      await cloud
        .client()
        .send(new PutBucketNotificationConfigurationCommand({ Bucket: "swap", NotificationConfiguration: ALL }));
      cloud.messages.splice(0);
      cloud.admin.setDelivery({ reorder: 1 });
      for (const key of ["1", "2", "3"]) await cloud.admin.put("swap", key, "x");
      const order = () => (cloud.messages as Message[]).map(({ Records }) => Records[0]?.s3.object.key);
      expect(order()).toEqual(["2", "1"]);
      expect(cloud.admin.counters()).toMatchObject({ eventsSent: 3, eventsDuplicated: 0, eventsOvertaken: 1 });
      clock.tick(1000);
      expect(order()).toEqual(["2", "1", "3"]);
    } finally {
      await cloud.close();
    }
  });

  it("drops what waits when the cloud closes", async () => {
    const cloud = await startS3();
    cloud.admin.createBucket("drop");
    await cloud
      .client()
      .send(new PutBucketNotificationConfigurationCommand({ Bucket: "drop", NotificationConfiguration: ALL }));
    cloud.messages.splice(0);
    cloud.admin.setDelivery({ delayMs: [60_000, 60_000] });
    await cloud.admin.put("drop", "k", "x");
    await cloud.close();
    expect([cloud.messages, cloud.admin.pendingDeliveries()]).toEqual([[], 0]);
  });
});
