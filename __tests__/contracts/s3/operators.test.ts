/** What an operator reads of buckets: fact by fact, with the page that says so ("API X": S3 API Reference). */
import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListDirectoryBucketsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { asOperator, refused, useCloud } from "../local-cloud";

const GENERAL = "operators-general";
const DIRECTORY = "operators--eun1-az1--x-s3";
const KEY_ARN = "arn:aws:kms:eu-north-1:123456789012:key/11111111-2222-3333-4444-555555555555";

describe("S3 for operators on the local cloud", () => {
  const cloud = useCloud();
  let client: S3Client;
  /** One client for each kind of bucket: the SDK goes on signing for the kind it met first (local/s3/bucket-rules.ts, signingName). */
  let express: S3Client;
  const clientOf = (bucket: string) => (bucket === DIRECTORY ? express : client);
  beforeAll(() => {
    cloud().s3.createBucket(GENERAL);
    cloud().s3.createBucket(DIRECTORY);
    client = new S3Client({ ...asOperator(cloud()), forcePathStyle: true });
    express = new S3Client({ ...asOperator(cloud()), forcePathStyle: true });
  });
  afterAll(() => {
    client.destroy();
    express.destroy();
  });
  const general = { Bucket: GENERAL };

  test("without a policy: NoSuchBucketPolicy; with one: its text (API GetBucketPolicy)", async () => {
    for (const Bucket of [GENERAL, DIRECTORY]) {
      const get = () => clientOf(Bucket).send(new GetBucketPolicyCommand({ Bucket }));
      expect(await refused(get())).toBe("NoSuchBucketPolicy");
      cloud().s3.configure(Bucket, { policy: '{"Version":"2012-10-17","Statement":[]}' });
      expect((await get()).Policy).toBe('{"Version":"2012-10-17","Statement":[]}');
      cloud().s3.configure(Bucket, { policy: "" });
      expect(await refused(get())).toBe("NoSuchBucketPolicy");
    }
  });

  test("every bucket encrypts, with SSE-S3 unless told otherwise (UG default-bucket-encryption; API GetBucketEncryption)", async () => {
    for (const Bucket of [GENERAL, DIRECTORY]) {
      const { ServerSideEncryptionConfiguration: found } = await clientOf(Bucket).send(
        new GetBucketEncryptionCommand({ Bucket }),
      );
      expect(found!.Rules).toEqual([
        { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false },
      ]);
    }
  });

  test("a default of SSE-KMS applies to objects written without encryption headers, and to no others (UG default-bucket-encryption)", async () => {
    const Bucket = "operators-kms";
    cloud().s3.createBucket(Bucket);
    cloud().s3.configure(Bucket, { encryption: { kind: "aws:kms", keyId: KEY_ARN } });
    const { ServerSideEncryptionConfiguration: found } = await client.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(found!.Rules![0]).toMatchObject({
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: KEY_ARN },
    });
    await client.send(new PutObjectCommand({ Bucket, Key: "default", Body: "x" }));
    await client.send(new PutObjectCommand({ Bucket, Key: "own", Body: "x", ServerSideEncryption: "AES256" }));
    const encryption = async (Key: string) => {
      const { ServerSideEncryption, SSEKMSKeyId } = await client.send(new HeadObjectCommand({ Bucket, Key }));
      return [ServerSideEncryption, SSEKMSKeyId];
    };
    expect(await encryption("default")).toEqual(["aws:kms", KEY_ARN]);
    expect(await encryption("own")).toEqual(["AES256", undefined]);
  });

  test("without rules: NoSuchLifecycleConfiguration; with some: the rules (API GetBucketLifecycleConfiguration)", async () => {
    for (const Bucket of [GENERAL, DIRECTORY]) {
      const get = () => clientOf(Bucket).send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
      expect(await refused(get())).toBe("NoSuchLifecycleConfiguration");
      cloud().s3.configure(Bucket, { lifecycle: [{ id: "r", prefix: "p/", abortIncompleteMultipartUploadDays: 1 }] });
      expect((await get()).Rules).toEqual([
        {
          ID: "r",
          Filter: { Prefix: "p/" },
          Status: "Enabled",
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        },
      ]);
    }
  });

  test("notifications as they were set, to whom and for what (API GetBucketNotificationConfiguration)", async () => {
    const queue = cloud().sqs.createQueue("operators-events");
    const events = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"];
    expect(
      (await client.send(new GetBucketNotificationConfigurationCommand(general))).QueueConfigurations,
    ).toBeUndefined();
    await cloud().setNotification(GENERAL, [{ queueArn: queue.arn, events, prefix: "p/" }]);
    const { QueueConfigurations: found } = await client.send(new GetBucketNotificationConfigurationCommand(general));
    expect(found).toMatchObject([
      { QueueArn: queue.arn, Events: events, Filter: { Key: { FilterRules: [{ Name: "prefix", Value: "p/" }] } } },
    ]);
  });

  test("where a bucket is (API GetBucketLocation, HeadBucket, ListDirectoryBuckets)", async () => {
    expect((await client.send(new GetBucketLocationCommand(general))).LocationConstraint).toBe("eu-north-1");
    expect(await client.send(new HeadBucketCommand(general))).toMatchObject({ BucketRegion: "eu-north-1" });
    expect(await express.send(new HeadBucketCommand({ Bucket: DIRECTORY }))).toMatchObject({
      BucketLocationType: "AvailabilityZone",
      BucketLocationName: "eun1-az1",
    });
    const { Buckets } = await express.send(new ListDirectoryBucketsCommand({}));
    expect(Buckets!.map((bucket) => bucket.Name)).toEqual([DIRECTORY]);
    expect((await client.send(new GetBucketVersioningCommand(general))).Status).toBeUndefined();
  });

  test("tags of an object, none is an empty set (API GetObjectTagging)", async () => {
    await cloud().s3.put(GENERAL, "tagged", "x", { tags: { team: "a" } });
    await cloud().s3.put(GENERAL, "plain", "x");
    const tags = async (Key: string) => (await client.send(new GetObjectTaggingCommand({ ...general, Key }))).TagSet;
    expect([await tags("tagged"), await tags("plain")]).toEqual([[{ Key: "team", Value: "a" }], []]);
  });

  test("a bucket that does not exist is NoSuchBucket (API Error responses, NoSuchBucket); what is not served is NotImplemented", async () => {
    const Bucket = "operators-none";
    expect(await refused(client.send(new GetBucketPolicyCommand({ Bucket })))).toBe("NoSuchBucket");
    expect(await refused(client.send(new GetBucketEncryptionCommand({ Bucket })))).toBe("NoSuchBucket");
    expect(await refused(client.send(new GetBucketReplicationCommand(general)))).toBe("NotImplemented");
  });

  test("each needs its own permission (Service Authorization Reference, Amazon S3 and S3 Express)", async () => {
    const asked: string[] = [];
    cloud().s3.setPolicy("operator", (action) => (asked.push(action), true));
    for (const Bucket of [GENERAL, DIRECTORY]) {
      for (const Command of [
        GetBucketPolicyCommand,
        GetBucketEncryptionCommand,
        GetBucketLifecycleConfigurationCommand,
      ]) {
        await clientOf(Bucket)
          .send(new Command({ Bucket }))
          .catch(() => undefined);
      }
    }
    cloud().s3.setPolicy("operator", undefined);
    const names = ["GetBucketPolicy", "GetEncryptionConfiguration", "GetLifecycleConfiguration"];
    expect(asked).toEqual(["s3", "s3express"].flatMap((service) => names.map((name) => `${service}:${name}`)));
  });
});
