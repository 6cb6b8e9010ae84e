/** Each fault as a client sees it, and whether the effect happened. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { makeSigner } from "../../../aws/lean/signer";
import { parseRule } from "../../../local/http/fault-rule-json";
import type { LogEntry } from "../../../local/http/request-log";
import { startFront, WORKER, type TestFront } from "./support";

let cloud: TestFront;
let client: S3Client;

beforeEach(async () => {
  cloud = await startFront();
  client = new S3Client({
    endpoint: cloud.endpoint,
    region: "eu-north-1",
    forcePathStyle: true,
    credentials: WORKER,
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await cloud.front.close();
});

const put = (key: string, abortSignal?: AbortSignal) =>
  client.send(new PutObjectCommand({ Bucket: "bucket", Key: key, Body: "x" }), abortSignal && { abortSignal });
const isStored = (key: string) => cloud.s3.stored.has(`/bucket/${key}`);

test("error before and after the effect", async () => {
  cloud.faults.add({ key: "before", action: { type: "error", status: 500, code: "InternalError" } });
  cloud.faults.add({ key: "after", action: { type: "error", status: 500, code: "InternalError", when: "after" } });
  await expect(put("before")).rejects.toMatchObject({ name: "InternalError" });
  await expect(put("after")).rejects.toMatchObject({ name: "InternalError" });
  expect([isStored("before"), isStored("after")]).toEqual([false, true]);
});

test("reset before the effect, and the lost response after it", async () => {
  cloud.faults.add({ key: "before", action: { type: "reset" } });
  cloud.faults.add({ key: "after", action: { type: "reset", when: "after" } });
  await expect(put("before")).rejects.toThrow("ECONNRESET");
  await expect(put("after")).rejects.toThrow("ECONNRESET");
  expect([isStored("before"), isStored("after")]).toEqual([false, true]);
  expect(cloud.log.entries().map((entry) => entry.status)).toEqual([0, 0]);
});

test("late: the connection is reset now, the effect comes later", async () => {
  let letHappen = (): void => undefined;
  const until = new Promise<void>((resolve) => (letHappen = resolve));
  cloud.faults.add({ action: { type: "late", delayMs: 30, until } });
  const logged = new Promise<void>((resolve) => cloud.log.subscribe(() => resolve()));
  await expect(put("a")).rejects.toThrow("ECONNRESET");
  expect(isStored("a")).toBe(false);
  letHappen();
  await logged;
  expect(isStored("a")).toBe(true);
});

test("late: after a time, without anybody's help; and never once the cloud has closed", async () => {
  cloud.faults.add({ times: 1, action: { type: "late", delayMs: 1 } });
  cloud.faults.add({ skip: 1, action: { type: "late", delayMs: 1, until: new Promise(() => undefined) } });
  const logged = new Promise<void>((resolve) => cloud.log.subscribe(() => resolve()));
  await expect(put("a")).rejects.toThrow("ECONNRESET");
  await logged;
  await expect(put("b")).rejects.toThrow("ECONNRESET");
  await cloud.front.close();
  expect([isStored("a"), isStored("b")]).toEqual([true, false]);
});

test("hang ends when the client gives up, or when the cloud closes", async () => {
  const held = cloud.faults.hold({});
  cloud.faults.add({ action: { type: "hang" } });
  const logged = new Promise<void>((resolve) => cloud.log.subscribe(() => resolve()));
  const abort = new AbortController();
  const [first, second] = [put("a", abort.signal), put("b")];
  first.catch(() => undefined);
  second.catch(() => undefined);
  await held.arrived(2);
  held.release();
  abort.abort();
  await expect(first).rejects.toMatchObject({ name: "AbortError" });
  await logged;
  await cloud.front.close();
  await expect(second).rejects.toBeDefined();
  expect(cloud.s3.stored.size).toBe(0);
});

test("throttle and 200-with-error in S3's own form", async () => {
  cloud.faults.add({ key: "slow", action: { type: "throttle" } });
  await expect(put("slow")).rejects.toMatchObject({ name: "SlowDown", $metadata: { httpStatusCode: 503 } });
  cloud.faults.add({ operation: "GetObject", action: { type: "200-with-error", code: "InternalError" } });
  const answer = await client.send(new GetObjectCommand({ Bucket: "bucket", Key: "a" }));
  expect(await answer.Body?.transformToString()).toMatch(/^<\?xml[^>]*\?>\s+<Error><Code>InternalError<\/Code>/);
});

test("skip, times and replacing by name", async () => {
  const fault = cloud.faults.add({
    name: "f",
    operation: "PutObject",
    skip: 1,
    times: 1,
    action: { type: "throttle" },
  });
  await put("a");
  await expect(put("b")).rejects.toMatchObject({ name: "SlowDown" });
  await put("c");
  expect([fault.seen, fault.hits]).toEqual([3, 1]);
  cloud.faults.add({ name: "f", action: { type: "throttle" } });
  expect(cloud.faults.list()).toHaveLength(1);
  expect(cloud.faults.remove("f")).toBe(true);
  await put("d");
});

test("matching by prefix, expression, principal, resource and source", () => {
  const point = {
    service: "s3",
    operation: "CopyObject",
    resource: "b",
    key: "k/1",
    source: "src/k/1",
    principal: "worker",
  };
  const strikes = (rule: object) => {
    const fault = cloud.faults.add({ ...rule, action: { type: "throttle" } });
    cloud.faults.strike(point);
    fault.remove();
    return fault.hits;
  };
  expect(strikes({ key: { prefix: "k/" }, source: { prefix: "src/" }, resource: "b", principal: "worker" })).toBe(1);
  expect(strikes({ key: /\/1$/g })).toBe(1);
  expect(strikes({ key: { regex: "^1" } })).toBe(0);
  expect(strikes({ operation: ["PutObject", "CopyObject"], service: "s3" })).toBe(1);
  expect(strikes({ operation: "PutObject" })).toBe(0);
  expect(strikes({ principal: "starter" })).toBe(0);
});

test("probability follows the seed", () => {
  const fault = cloud.faults.add({ probability: 0.25, action: { type: "throttle" } });
  for (let i = 0; i < 1000; i++) cloud.faults.strike({ service: "s3", operation: "X", principal: "p" });
  expect(fault.hits).toBeGreaterThan(200);
  expect(fault.hits).toBeLessThan(300);
});

test("hold stops requests before or after their effect until released", async () => {
  const before = cloud.faults.hold({ operation: "PutObject", key: "a" });
  const after = cloud.faults.hold({ operation: "PutObject", key: "b", when: "after" });
  const [a, a2, b] = [put("a"), put("a"), put("b")];
  await Promise.all([before.arrived(2), after.arrived()]);
  expect([isStored("a"), isStored("b")]).toEqual([false, true]);
  before.releaseSome(1);
  await Promise.race([a, a2]);
  before.release();
  after.release();
  await Promise.all([a, a2, b]);
  await put("a");
  expect(before.arrivals).toHaveLength(2);
});

/** A connection on which the head of a PUT of `body` has been sent, and nothing of the body. */
function beginPut(key: string, body: Buffer): Socket {
  const { hostname, port, host } = new URL(cloud.endpoint);
  const lines = makeSigner({ region: "eu-north-1", service: "s3" }).signedLines(
    {
      ...{ method: "PUT", path: `/bucket/${key}`, query: "" },
      payloadHash: createHash("sha256").update(body).digest("hex"),
      headers: { host, "content-length": String(body.length) },
    },
    WORKER,
    Date.now(),
  );
  const socket = connect(Number(port), hostname);
  socket.write(`PUT /bucket/${key} HTTP/1.1\r\n${lines}\r\n`);
  return socket;
}

test("a payload that had come when its client went away is all there for whoever reads it late", async () => {
  const held = cloud.faults.hold({ operation: "PutObject" });
  const logged = new Promise<void>((resolve) => cloud.log.subscribe(() => resolve()));
  const body = Buffer.alloc(10_000, "x");
  // In two pieces: what comes whole is at hand from the start.
  const socket = beginPut("a", body);
  await held.arrived();
  await new Promise<void>((resolve) => socket.write(body, () => resolve()));
  socket.end();
  await once(socket.resume(), "close");
  held.release();
  await logged;
  expect(cloud.s3.stored.get("/bucket/a")).toEqual(body);
});

test("a payload that breaks off while its request is held fails that request, and nothing else", async () => {
  const held = cloud.faults.hold({ operation: "PutObject", key: "a" });
  const logged = new Promise<LogEntry>((resolve) => cloud.log.subscribe(resolve));
  const body = Buffer.alloc(10_000, "x");
  const socket = beginPut("a", body);
  await held.arrived();
  await new Promise<void>((resolve) => socket.write(body.subarray(1), () => resolve()));
  socket.end();
  await once(socket.resume(), "close");
  held.release();
  expect(await logged).toMatchObject({ key: "a", errorCode: "IncompleteBody" });
  expect(isStored("a")).toBe(false);
  await put("b");
});

test("counters, filters and the most requests in flight", async () => {
  const held = cloud.faults.hold({ operation: "PutObject" });
  const both = Promise.all([put("a"), put("b")]);
  await held.arrived(2);
  expect(cloud.log.inFlightNow("PutObject")).toBe(2);
  held.release();
  await both;
  expect(cloud.log.maxInFlight("PutObject")).toBe(2);
  expect(cloud.log.inFlightNow("PutObject")).toBe(0);
  expect(cloud.log.counters()).toEqual([
    { principal: "worker", service: "s3", operation: "PutObject", requests: 2, errors: 0 },
  ]);
  expect(cloud.log.entries({ operation: "PutObject", key: "b" })).toMatchObject([
    { principal: "worker", resource: "bucket", status: 200, faults: ["fault-1"] },
  ]);
});

test.each<[object | string, string[]]>([
  ["CopyObject", ["a rule must be an object"]],
  [{}, ["a rule needs action"]],
  [{ action: "reset" }, ["action must be an object"]],
  [{ action: {} }, ["action.type must be one of error, throttle, reset, late, hang, delay, 200-with-error"]],
  [{ action: { type: "wait" } }, ["action.type must be one of"]],
  [{ action: { type: "error", status: "500" } }, ["action.status must be a number", "action needs code"]],
  [{ action: { type: "reset", when: "never" } }, ["action.when must be before or after"]],
  [{ action: { type: "throttle", ms: 1 } }, ["action has no field ms; it has type"]],
  [
    { action: { type: "reset" }, times: "1", skip: -1 },
    ["times must be a number from 0", "skip must be a number from 0"],
  ],
  [{ action: { type: "reset" }, probability: 50 }, ["probability must be a number from 0 to 1"]],
  [{ action: { type: "reset" }, operation: [1] }, ["operation must be a text or a list of texts"]],
  [
    { action: { type: "reset" }, key: { prefx: "a/" }, source: { regex: "(" }, resource: 1 },
    [
      'key must be a text, {"prefix": TEXT} or {"regex": EXPRESSION}',
      "source must be a text",
      "resource must be a text",
    ],
  ],
  // All that is unknown is named at once, in the rule and in its action.
  [
    { opration: "CopyObject", kee: "a", action: { type: "delay", ms: 1, wen: "after", secs: 1 } },
    [
      "a rule has no field opration, kee; it has name, service, operation",
      "action has no field wen, secs; it has type, ms",
    ],
  ],
])("a rule that came as JSON is checked: %j", (rule, problems) => {
  for (const problem of problems) expect(() => parseRule(rule)).toThrow(problem);
});

test.each([
  { action: { type: "throttle" } },
  {
    name: "n",
    service: "s3",
    operation: ["A", "B"],
    resource: "r",
    key: { prefix: "" },
    source: { regex: "^a" },
    principal: "p",
    skip: 0,
    times: 1,
    probability: 0.5,
    action: { type: "error", status: 500, code: "InternalError", message: "m", when: "after" },
  },
  { operation: "A", action: { type: "late", delayMs: 0 } },
  { action: { type: "hang" } },
  { action: { type: "hang", ms: 1, when: "before" } },
  { action: { type: "200-with-error", code: "SlowDown", message: "m", when: "after" } },
])("a rule that is well is taken as it came: %j", (rule) => {
  expect(parseRule(rule)).toBe(rule);
});
