/** The whole cloud: one address, notifications to queues, the control endpoint, and nothing left behind. */
import { existsSync } from "node:fs";
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { ECSClient, ListTasksCommand } from "@aws-sdk/client-ecs";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startCloud, type Cloud } from "../../../local/cloud";
import { liveChildren } from "../../../local/process/children";

let cloud: Cloud;
beforeEach(async () => {
  cloud = await startCloud({ principals: ["operator", "worker"], seed: 3 });
});
afterEach(() => cloud.close());

const clientOf = <T>(make: new (config: object) => T, principal = "operator"): T =>
  new make({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: cloud.principals.byName(principal)!,
    forcePathStyle: true,
    maxAttempts: 1,
  });

async function control(
  path: string,
  method = "GET",
  body?: unknown,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const answer = await fetch(`${cloud.endpoint}/_cloud/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}

test("an object put through S3 becomes a message in a queue", async () => {
  cloud.s3.createBucket("source");
  const queue = cloud.sqs.createQueue("events");
  await cloud.setNotification("source", [{ queueArn: queue.arn, events: ["s3:ObjectCreated:*"], prefix: "in/" }]);
  expect(JSON.parse(queue.peek()[0]!.body)).toMatchObject({ Event: "s3:TestEvent" });
  queue.purge();
  const s3 = clientOf(S3Client);
  await s3.send(new PutObjectCommand({ Bucket: "source", Key: "in/a b", Body: "x" }));
  await s3.send(new PutObjectCommand({ Bucket: "source", Key: "out/a", Body: "x" }));
  await cloud.s3.flushDeliveries();
  const sqs = clientOf(SQSClient);
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queue.url, WaitTimeSeconds: 5, MaxNumberOfMessages: 10 }),
  );
  expect(Messages).toHaveLength(1);
  expect(JSON.parse(Messages![0]!.Body!)).toMatchObject({
    Records: [{ eventName: "ObjectCreated:Put", s3: { object: { key: "in/a+b" } } }],
  });
  s3.destroy();
  sqs.destroy();
});

test("a directory bucket works with sessions: same principal in the log", async () => {
  const bucket = "dest--eun1-az1--x-s3";
  cloud.s3.createBucket(bucket);
  const s3 = clientOf(S3Client, "worker");
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "x" }));
  await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "k" }));
  expect(cloud.log.count("CreateSession", "worker")).toBe(1);
  expect(
    cloud.log
      .entries({ operation: ["PutObject", "HeadObject"] })
      .map((entry) => [entry.principal, entry.key, entry.status]),
  ).toEqual([
    ["worker", "k", 200],
    ["worker", "k", 200],
  ]);
  cloud.s3.expireSessions();
  await expect(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "k" }))).rejects.toBeDefined();
  s3.destroy();
});

test("faults are added, counted and removed over the control endpoint", async () => {
  const added = await control("faults", "POST", {
    name: "slow",
    operation: "CreateBucket",
    times: 1,
    action: { type: "throttle" },
  });
  expect(added).toEqual({ status: 201, json: { name: "slow" } });
  const s3 = clientOf(S3Client);
  await expect(s3.send(new CreateBucketCommand({ Bucket: "fresh-bucket" }))).rejects.toMatchObject({
    name: "SlowDown",
  });
  expect((await control("faults")).json).toMatchObject({ faults: [{ name: "slow", seen: 1, hits: 1 }] });
  expect((await control("requests?operation=CreateBucket&status=503")).json).toMatchObject({
    requests: [{ errorCode: "SlowDown", resource: "fresh-bucket", faults: ["slow"] }],
  });
  expect((await control("requests/counters")).json).toMatchObject({
    counters: [{ operation: "CreateBucket", requests: 1, errors: 1 }],
  });
  expect((await control("faults/slow", "DELETE")).status).toBe(200);
  expect((await control("faults/slow", "DELETE")).status).toBe(404);
  expect((await control("faults", "POST", { action: { type: "explode" } })).status).toBe(400);
  s3.destroy();
});

test("events are delayed, duplicated and reordered over the control endpoint", async () => {
  cloud.s3.createBucket("source");
  const queue = cloud.sqs.createQueue("events");
  await cloud.setNotification("source", [{ queueArn: queue.arn, events: ["s3:ObjectCreated:*"] }]);
  queue.purge();
  expect((await control("delivery")).json).toEqual({ mode: {}, waiting: 0, counters: expect.any(Object) as object });
  const mode = { delayMs: [3_600_000, 7_200_000], duplicate: 1, reorder: 0.5 };
  expect(await control("delivery", "PUT", mode)).toMatchObject({ status: 200, json: { mode } });
  await cloud.s3.put("source", "a", "x");
  expect((await control("delivery")).json).toMatchObject({
    mode,
    waiting: 2,
    counters: { eventsSent: 1, eventsDuplicated: 1 },
  });
  expect(queue.peek()).toEqual([]);
  expect((await control("delivery/flush", "POST")).json).toMatchObject({ waiting: 0 });
  expect(queue.peek()).toHaveLength(2);
  // The whole mode is replaced: nothing is what the cloud began with.
  expect((await control("delivery", "PUT", {})).json).toMatchObject({ mode: {} });
  await cloud.s3.put("source", "b", "x");
  await cloud.s3.flushDeliveries();
  expect(queue.peek()).toHaveLength(3);
});

test("latency, a bucket that sleeps and ended sessions over the control endpoint", async () => {
  const bucket = "dest--eun1-az1--x-s3";
  cloud.s3.createBucket(bucket);
  expect((await control("latency")).json).toMatchObject({ perRequestMs: 0, copyBytesPerSecond: 0 });
  expect((await control("latency", "PUT", { perRequestMs: 1 })).json).toMatchObject({
    perRequestMs: 1,
    copyBytesPerSecond: 0,
  });
  expect(cloud.s3.latency()).toMatchObject({ perRequestMs: 1, copyBytesPerSecond: 0 });

  const s3 = clientOf(S3Client, "worker");
  const put = () => s3.send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "x" }));
  await put();
  expect((await control(`buckets/${bucket}/sleep`, "POST", { ms: 3_600_000 })).status).toBe(200);
  await expect(put()).rejects.toMatchObject({ name: "ServiceUnavailable" });
  await control(`buckets/${bucket}/sleep`, "POST", { ms: 0 });
  await put();
  expect((await control(`sessions?bucket=${bucket}`, "DELETE")).status).toBe(200);
  await expect(put()).rejects.toMatchObject({ name: "ExpiredToken" });
  s3.destroy();
});

test.each([
  [
    "delivery",
    "PUT",
    { dealyMs: [0, 1], duplicates: 1 },
    "delivery has no field dealyMs, duplicates; it has delayMs, duplicate, reorder",
  ],
  [
    "delivery",
    "PUT",
    { delayMs: [2, 1], reorder: 2 },
    "delayMs must be two numbers from 0, the smaller first; reorder must be a number from 0 to 1",
  ],
  [
    "latency",
    "PUT",
    { perRequest: 1, copyBytesPerSecond: "1" },
    "latency has no field perRequest; it has perRequestMs, operationMs, copyBytesPerSecond, bucketBytesPerSecond, " +
      "prefixReadsPerSecond, prefixWritesPerSecond, speed; copyBytesPerSecond must be a number from 0",
  ],
  ["latency", "PUT", { speed: 0 }, "speed must be a number above 0"],
  ["latency", "PUT", { copyBytesPerSecond: -1 }, "copyBytesPerSecond must be a number from 0"],
  ["buckets/b-1/sleep", "POST", { seconds: 1 }, "sleep has no field seconds; it has ms; sleep needs ms"],
  ["buckets/b-1/sleep", "POST", { ms: 1 }, "only directory buckets sleep"],
  ["buckets/none--eun1-az1--x-s3/sleep", "POST", { ms: 1 }, "bucket does not exist"],
  ["sessions?bucket=none", "DELETE", undefined, "bucket does not exist"],
  [
    "faults",
    "POST",
    { opration: "CopyObject", kee: "k", action: { type: "throttle" } },
    "a rule has no field opration, kee; it has",
  ],
])("a mistake is refused and changes nothing: %s %s %j", async (path, method, body, message) => {
  cloud.s3.createBucket("b-1");
  const before = (await control("delivery")).json;
  const answer = await control(path, method, body);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.json["error"]).toContain(message);
  expect((await control("delivery")).json).toEqual(before);
  expect((await control("faults")).json).toEqual({ faults: [] });
});

test("tasks, Spot, queues and health over the control endpoint", async () => {
  expect((await control("health")).json).toMatchObject({
    status: "ok",
    seed: 3,
    services: ["s3", "sqs", "ecs", "lambda", "events", "logs", "monitoring", "ec2", "servicequotas", "kms", "sts"],
  });
  expect((await control("spot", "PUT", { availability: "failures" })).json).toEqual({ availability: "failures" });
  expect(cloud.ecs.spotAvailability).toBe("failures");
  expect((await control("spot", "PUT", { availability: "maybe" })).status).toBe(400);
  cloud.sqs.createQueue("q").send("body");
  expect((await control("queues")).json).toMatchObject({
    queues: [{ name: "q", visible: 1, inFlight: 0, delayed: 0 }],
  });
  expect((await control("queues/q/messages")).json).toMatchObject({ messages: [{ body: "body", state: "ready" }] });
  expect((await control("tasks")).json).toEqual({ tasks: [] });
  expect((await control("tasks/none/kill", "POST")).status).toBe(400);
  expect((await control("nothing")).status).toBe(404);
});

test("throttling in the words of each service", async () => {
  cloud.faults.add({ action: { type: "throttle" } });
  const sqs = clientOf(SQSClient);
  const ecs = clientOf(ECSClient);
  await expect(sqs.send(new ReceiveMessageCommand({ QueueUrl: `${cloud.endpoint}/1/q` }))).rejects.toMatchObject({
    name: "RequestThrottled",
    $metadata: { httpStatusCode: 403 },
  });
  await expect(ecs.send(new ListTasksCommand({}))).rejects.toMatchObject({
    name: "ThrottlingException",
    $metadata: { httpStatusCode: 400 },
  });
  sqs.destroy();
  ecs.destroy();
});

test("the environment of a principal is all that a process needs", () => {
  expect(cloud.environmentFor("worker")).toMatchObject({
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_ACCESS_KEY_ID: "AKIALOCALWORKER",
    AWS_REGION: "eu-north-1",
  });
  expect(() => cloud.environmentFor("nobody")).toThrow("no principal nobody");
});

test("cut connections are seen by the client, and the next request works", async () => {
  cloud.s3.createBucket("b-1");
  await cloud.s3.put("b-1", "k", "x");
  const s3 = clientOf(S3Client);
  const held = cloud.faults.hold({ operation: "GetObject" });
  const cut = s3.send(new GetObjectCommand({ Bucket: "b-1", Key: "k" }));
  cut.catch(() => undefined);
  await held.arrived();
  cloud.resetConnections();
  await expect(cut).rejects.toThrow("ECONNRESET");
  held.release();
  expect((await s3.send(new GetObjectCommand({ Bucket: "b-1", Key: "k" }))).$metadata.httpStatusCode).toBe(200);
  s3.destroy();
});

test("closing removes the temporary directory and is safe to repeat; a taken port is an error that leaves nothing", async () => {
  await cloud.s3.put((cloud.s3.createBucket("b-2"), "b-2"), "k", "x");
  const port = Number(new URL(cloud.endpoint).port);
  await expect(startCloud({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  await cloud.close();
  await cloud.close();
  expect(existsSync(cloud.directory)).toBe(false);
  expect(liveChildren()).toBe(0);
});
