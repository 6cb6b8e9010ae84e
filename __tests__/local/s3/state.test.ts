/** What only the local cloud can show: archives, encryption, permissions, sleep, latency, atomicity, and what is left on disk. */
import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  CreateSessionCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListDirectoryBucketsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  CompleteMultipartUploadCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { manualClock } from "../../../local/http/clock";
import { bytes, MIB, put, refusal } from "../../contracts/s3/target";
import { startS3, type TestS3 } from "./cloud";

const SOURCE = "state";
const EXPRESS = "state--eun1-az1--x-s3";
const DENIED = { name: "AccessDenied", status: 403 };
const GIB = 1024 ** 3;

describe("the simulated S3", () => {
  let cloud: TestS3;
  let client: S3Client;
  const clock = manualClock();

  beforeEach(async () => {
    cloud = await startS3({ clock });
    client = cloud.client("worker", { disableS3ExpressSessionAuth: true });
    cloud.admin.createBucket(SOURCE);
    cloud.admin.createBucket(EXPRESS);
  });
  afterEach(() => cloud.close());

  const copy = (key: string, to = EXPRESS) =>
    client.send(new CopyObjectCommand({ Bucket: to, Key: key, CopySource: `${SOURCE}/${key}` }));
  const head = (Bucket: string, Key: string) => client.send(new HeadObjectCommand({ Bucket, Key }));
  const get = (Bucket: string, Key: string) => client.send(new GetObjectCommand({ Bucket, Key }));

  it("keeps archived objects from being read until they are restored (UG errorresponses: InvalidObjectState)", async () => {
    await put({ client, bucket: SOURCE }, "old", "x", { StorageClass: "GLACIER" });
    const ARCHIVED = { name: "InvalidObjectState", status: 403 };
    expect(await refusal(get(SOURCE, "old"))).toEqual(ARCHIVED);
    expect(await refusal(copy("old"))).toEqual(ARCHIVED);
    expect((await head(SOURCE, "old")).StorageClass).toBe("GLACIER");
    await client.send(new RestoreObjectCommand({ Bucket: SOURCE, Key: "old", RestoreRequest: { Days: 1 } }));
    await copy("old");
    expect((await head(SOURCE, "old")).Restore).toContain('ongoing-request="false"');
  });

  it("wants the customer's key for SSE-C objects (UG ServerSideEncryptionCustomerKeys)", async () => {
    const key = Buffer.alloc(32, 1);
    const md5 = createHash("md5").update(key).digest("base64");
    await cloud.admin.put(SOURCE, "locked", "x", { customerKeyMd5: md5 });
    const REFUSED = { name: "InvalidRequest", status: 400 };
    expect((await refusal(head(SOURCE, "locked"))).status).toBe(400);
    expect(await refusal(get(SOURCE, "locked"))).toEqual(REFUSED);
    expect(await refusal(copy("locked"))).toEqual(REFUSED);
    const withKey = { CopySourceSSECustomerAlgorithm: "AES256", CopySourceSSECustomerKey: key };
    const input = { Bucket: EXPRESS, Key: "locked", CopySource: `${SOURCE}/locked` };
    await client.send(new CopyObjectCommand({ ...input, ...(withKey as object) }));
  });

  it("keeps KMS objects from principals without the key, with a bare 403 (API CopyObject)", async () => {
    await put({ client, bucket: SOURCE }, "kms", "x", { ServerSideEncryption: "aws:kms", SSEKMSKeyId: "key-1" });
    expect(await head(SOURCE, "kms")).toMatchObject({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: "key-1" });
    cloud.admin.denyKms("worker");
    expect(await refusal(copy("kms"))).toEqual(DENIED);
    cloud.admin.denyKms("worker", false);
    await copy("kms");
  });

  it("asks the principal's policy by IAM action", async () => {
    const asked: string[] = [];
    await cloud.admin.put(SOURCE, "a", "x");
    cloud.admin.setPolicy("worker", (action, bucket, key) => {
      asked.push(`${action} ${bucket} ${key ?? "-"}`);
      return action !== "s3:PutObject" && action !== "s3:DeleteObject";
    });
    await copy("a");
    await head(SOURCE, "a");
    expect(await refusal(put({ client, bucket: SOURCE }, "b", "x"))).toEqual(DENIED);
    const { Errors } = await client.send(
      new DeleteObjectsCommand({ Bucket: SOURCE, Delete: { Objects: [{ Key: "a" }] } }),
    );
    expect(Errors).toMatchObject([{ Key: "a", Code: "AccessDenied" }]);
    expect(asked).toEqual([
      `s3express:CreateSession ${EXPRESS} a`,
      `s3:GetObject ${SOURCE} a`,
      `s3:GetObject ${SOURCE} a`,
      `s3:PutObject ${SOURCE} b`,
      `s3:DeleteObject ${SOURCE} a`,
    ]);
    cloud.admin.setPolicy("worker", undefined);
    await put({ client, bucket: SOURCE }, "b", "x");
  });

  it("hides missing keys from principals that may not list (API HeadObject, CopyObject)", async () => {
    cloud.admin.setPolicy("worker", (action) => action !== "s3:ListBucket");
    expect((await refusal(head(SOURCE, "none"))).status).toBe(403);
    expect(await refusal(get(SOURCE, "none"))).toEqual(DENIED);
    expect(await refusal(copy("none"))).toEqual(DENIED);
  });

  it("keeps sessions to their bucket, their time and their operations (API CreateSession)", async () => {
    cloud.admin.createBucket("other--eun1-az1--x-s3");
    const { Credentials } = await client.send(new CreateSessionCommand({ Bucket: EXPRESS }));
    const identity = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    };
    const named = { signingName: "s3express" };
    const session = cloud.client("worker", {
      ...named,
      s3ExpressIdentityProvider: { getS3ExpressIdentity: async () => identity },
    });
    await put({ client: session, bucket: EXPRESS }, "k", "x");
    expect(cloud.log.entries({ operation: "PutObject" }).at(-1)).toMatchObject({ principal: "worker" });
    expect(await refusal(put({ client: session, bucket: "other--eun1-az1--x-s3" }, "k", "x"))).toEqual(DENIED);
    cloud.admin.expireSessions(EXPRESS);
    expect(await refusal(put({ client: session, bucket: EXPRESS }, "k", "x"))).toEqual({
      name: "ExpiredToken",
      status: 400,
    });
    cloud.admin.setPolicy("worker", (action) => action !== "s3express:CreateSession");
    expect(await refusal(client.send(new CreateSessionCommand({ Bucket: EXPRESS })))).toEqual(DENIED);
  });

  it("answers 503 from the first access until an idle bucket is awake (UG directory-buckets-overview)", async () => {
    cloud.admin.sleep(EXPRESS, 120_000);
    clock.tick(500_000);
    const ASLEEP = { name: "ServiceUnavailable", status: 503 };
    expect(await refusal(put({ client, bucket: EXPRESS }, "k", "x"))).toEqual(ASLEEP);
    clock.tick(119_000);
    expect(await refusal(put({ client, bucket: EXPRESS }, "k", "x"))).toEqual(ASLEEP);
    clock.tick(1_000);
    await put({ client, bucket: EXPRESS }, "k", "x");
  });

  it("copies what the source was at the start, however long the copy takes", async () => {
    await cloud.admin.put(SOURCE, "slow", "first");
    cloud.admin.setLatency({ copyBytesPerSecond: 5 });
    const copying = copy("slow");
    await until(() => clock.waiting === 1);
    await cloud.admin.put(SOURCE, "slow", "later");
    expect(cloud.admin.head(EXPRESS, "slow")).toBeUndefined();
    clock.tick(1000);
    await copying;
    expect((await cloud.admin.get(EXPRESS, "slow")).toString()).toBe("first");
  });

  it("answers 409 when another write comes between a condition and its effect (UG conditional-writes)", async () => {
    await cloud.admin.put(SOURCE, "race", "12345");
    cloud.admin.setLatency({ copyBytesPerSecond: 5 });
    const racing = client.send(
      new CopyObjectCommand({ Bucket: EXPRESS, Key: "race", CopySource: `${SOURCE}/race`, IfNoneMatch: "*" }),
    );
    const result = refusal(racing);
    await until(() => clock.waiting === 1);
    await cloud.admin.put(EXPRESS, "race", "other");
    clock.tick(1000);
    expect(await result).toEqual({ name: "ConditionalRequestConflict", status: 409 });
    expect((await cloud.admin.get(EXPRESS, "race")).toString()).toBe("other");
  });

  it("shows nothing of an upload that breaks off, and keeps no bytes of it", async () => {
    const endless = new Readable({ read: () => undefined });
    endless.push(bytes(MIB));
    const gone = new AbortController();
    const command = new PutObjectCommand({ Bucket: SOURCE, Key: "half", Body: endless, ContentLength: 2 * MIB });
    const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const putting = refusal(cloud.client("worker", { logger: silent }).send(command, { abortSignal: gone.signal }));
    await until(() => cloud.blobFiles().then((files) => files.length === 1));
    gone.abort();
    await putting;
    await until(() => cloud.blobFiles().then((files) => files.length === 0));
    expect(cloud.admin.list(SOURCE)).toEqual([]);
  });

  it("shares bytes between copies and parts, and deletes them with the last holder", async () => {
    const content = bytes(6 * MIB);
    await cloud.admin.put(SOURCE, "shared", content);
    await copy("shared");
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: EXPRESS, Key: "assembled" }));
    const target = { Bucket: EXPRESS, Key: "assembled", UploadId };
    const ranges = [`bytes=0-${5 * MIB - 1}`, `bytes=${5 * MIB}-${6 * MIB - 1}`];
    const Parts = await Promise.all(
      ranges.map(async (CopySourceRange, i) => {
        const input = { ...target, PartNumber: i + 1, CopySource: `${SOURCE}/shared`, CopySourceRange };
        const { CopyPartResult } = await client.send(new UploadPartCopyCommand(input));
        return { PartNumber: i + 1, ETag: CopyPartResult?.ETag };
      }),
    );
    await client.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts } }));
    expect(await cloud.blobFiles()).toHaveLength(1);
    cloud.admin.delete(SOURCE, "shared");
    cloud.admin.delete(EXPRESS, "shared");
    expect(await cloud.blobFiles()).toHaveLength(1);
    expect(Buffer.compare(await cloud.admin.get(EXPRESS, "assembled"), content)).toBe(0);
    cloud.admin.delete(EXPRESS, "assembled");
    await until(() => cloud.blobFiles().then((files) => files.length === 0));
  });

  it("refuses to copy more than 5 GiB at once, and copies terabytes in parts, without having the bytes (API CopyObject)", async () => {
    const TIB = 1024 * GIB;
    await cloud.admin.put(SOURCE, "limit", { phantomBytes: 5 * GIB });
    await copy("limit");
    await cloud.admin.put(SOURCE, "huge", { phantomBytes: 2 * TIB, seed: 5 });
    expect(await refusal(copy("huge"))).toEqual({ name: "InvalidRequest", status: 400 });
    await expect(copy("huge")).rejects.toThrow("maximum allowable size for a copy source: 5368709120");
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: EXPRESS, Key: "huge" }));
    const target = { Bucket: EXPRESS, Key: "huge", UploadId };
    const Parts = [];
    for (let i = 0; i < 2 * 1024; i += 4) {
      const input = {
        ...target,
        PartNumber: i / 4 + 1,
        CopySource: `${SOURCE}/huge`,
        CopySourceRange: `bytes=${i * GIB}-${(i + 4) * GIB - 1}`,
      };
      const { CopyPartResult } = await client.send(new UploadPartCopyCommand(input));
      Parts.push({ PartNumber: i / 4 + 1, ETag: CopyPartResult?.ETag });
    }
    await client.send(
      new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts }, MpuObjectSize: 2 * TIB }),
    );
    expect(cloud.admin.head(EXPRESS, "huge")?.size).toBe(2 * TIB);
    expect(await cloud.admin.digest(EXPRESS, "huge")).toBe(await cloud.admin.digest(SOURCE, "huge"));
    const range = { Bucket: EXPRESS, Key: "huge", Range: `bytes=${TIB}-${TIB + 15}` };
    const bodies = await Promise.all(
      [EXPRESS, SOURCE].map((Bucket) => client.send(new GetObjectCommand({ ...range, Bucket }))),
    );
    const [replica, original] = await Promise.all(bodies.map(async ({ Body }) => Body?.transformToString("hex")));
    expect(replica).toBe(original);
  }, 60_000);

  it("dates a multipart object by its initiation in general purpose, by its completion in directory buckets (UG mpuoverview)", async () => {
    for (const [Bucket, expected] of [
      [SOURCE, 0],
      [EXPRESS, 60],
    ] as const) {
      const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: "dated" }));
      const began = clock.now();
      clock.tick(60_000);
      const target = { Bucket, Key: "dated", UploadId };
      const { ETag } = await client.send(new UploadPartCommand({ ...target, PartNumber: 1, Body: "x" }));
      await client.send(
        new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }),
      );
      const { LastModified } = await head(Bucket, "dated");
      expect(Math.round(((LastModified?.getTime() ?? 0) - Math.floor(began / 1000) * 1000) / 1000)).toBe(expected);
    }
  });

  it("does not delete a directory bucket with open uploads, nor any bucket with objects (UG s3-express-differences)", async () => {
    const NOT_EMPTY = { name: "BucketNotEmpty", status: 409 };
    await client.send(new CreateMultipartUploadCommand({ Bucket: EXPRESS, Key: "open" }));
    expect(cloud.admin.openUploads(EXPRESS)).toMatchObject([{ key: "open", parts: [] }]);
    expect(await refusal(client.send(new DeleteBucketCommand({ Bucket: EXPRESS })))).toEqual(NOT_EMPTY);
    await client.send(new CreateMultipartUploadCommand({ Bucket: SOURCE, Key: "open" }));
    await client.send(new DeleteBucketCommand({ Bucket: SOURCE }));
    cloud.admin.deleteBucket(EXPRESS, { force: true });
    expect(cloud.admin.buckets()).toEqual([]);
  });

  it("creates, lists and describes buckets of both kinds", async () => {
    await client.send(new CreateBucketCommand({ Bucket: "made" }));
    const zone = {
      Location: { Type: "AvailabilityZone" as const, Name: "eun1-az2" },
      Bucket: { Type: "Directory" as const, DataRedundancy: "SingleAvailabilityZone" as const },
    };
    await client.send(new CreateBucketCommand({ Bucket: "made--eun1-az2--x-s3", CreateBucketConfiguration: zone }));
    expect(await refusal(client.send(new CreateBucketCommand({ Bucket: "made" })))).toEqual({
      name: "BucketAlreadyOwnedByYou",
      status: 409,
    });
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(["made", SOURCE]);
    const directories = await client.send(new ListDirectoryBucketsCommand({}));
    expect(directories.Buckets?.map(({ Name }) => Name)).toEqual(["made--eun1-az2--x-s3", EXPRESS]);
    expect(await client.send(new HeadBucketCommand({ Bucket: "made--eun1-az2--x-s3" }))).toMatchObject({
      BucketRegion: "eu-north-1",
      BucketLocationName: "eun1-az2",
    });
  });

  it("keeps object tags in general purpose buckets only (API PutObjectTagging)", async () => {
    await put({ client, bucket: SOURCE }, "t", "x");
    await put({ client, bucket: EXPRESS }, "t", "x");
    const Tagging = { TagSet: [{ Key: "a", Value: "b c" }] };
    await client.send(new PutObjectTaggingCommand({ Bucket: SOURCE, Key: "t", Tagging }));
    expect((await client.send(new GetObjectTaggingCommand({ Bucket: SOURCE, Key: "t" }))).TagSet).toEqual(
      Tagging.TagSet,
    );
    expect(await refusal(copy("t"))).toEqual({ name: "NotImplemented", status: 501 });
    const refused = client.send(new GetObjectTaggingCommand({ Bucket: EXPRESS, Key: "t" }));
    expect(await refusal(refused)).toEqual({ name: "NotImplemented", status: 501 });
  });

  it("computes no checksum before somebody asks, and counts what was done", async () => {
    await cloud.admin.put(SOURCE, "lazy", "123456789");
    await cloud.admin.put(SOURCE, "ancient", "x", { checksum: "none" });
    const ask = (Key: string) => client.send(new HeadObjectCommand({ Bucket: SOURCE, Key, ChecksumMode: "ENABLED" }));
    expect((await ask("lazy")).ChecksumCRC64NVME).toBe(Buffer.from("ae8b14860a799888", "hex").toString("base64"));
    expect((await ask("ancient")).ChecksumType).toBeUndefined();
    await copy("lazy");
    expect(cloud.admin.counters()).toMatchObject({ HeadObject: 2, CopyObject: 1, bytesCopied: 9, bytesStored: 19 });
  });
});

/** Turns of the event loop until it holds. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}
