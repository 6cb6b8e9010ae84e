/** What one object asks for: by the product's own plan, and the scarcest resource decides. */
import { DEFAULT_BATCH_LIMITS } from "../../core/envelope";
import { GIB, MIB } from "../../core/parts";
import { profileOf } from "../../lab/forecast/profile";
import { type Change, scenario } from "./scenarios";

const of = (objectBytes: number, change: Change = {}) =>
  profileOf(scenario({ ...change, job: { kind: "backlog", objects: 1, objectBytes } }));

test("a small object: one copy between two looks, one more at the replica in a backfill", () => {
  expect(of(100_000, { cause: "event" })).toMatchObject({
    copies: 1,
    requests: { "HeadObject (source)": 2, "HeadObject (destination)": 0, CopyObject: 1, UploadPartCopy: 0 },
    sourceReads: 3,
    expressWrites: 1,
    keysPerMessage: 1,
  });
  expect(of(100_000)).toMatchObject({
    requests: { "HeadObject (destination)": 1 },
    keysPerMessage: DEFAULT_BATCH_LIMITS.maxKeys,
  });
});

test("a large object: parts between create and complete, few keys in a message", () => {
  expect(of(GIB)).toMatchObject({
    copies: 8,
    requests: { CopyObject: 0, CreateMultipartUpload: 1, UploadPartCopy: 8, CompleteMultipartUpload: 1 },
    expressWrites: 10,
    keysPerMessage: DEFAULT_BATCH_LIMITS.maxRequests / 8,
  });
});

test("a copy takes its fixed time, which grows up to 64 MiB, and its bytes", () => {
  const world = { copyMs: 100, copyFixedMs: 2_000, streamBytesPerSecond: 64 * MIB };
  expect(of(0, { world }).copyMs).toBe(100);
  expect(of(32 * MIB, { world }).copyMs).toBe(1050 + 500);
  expect(of(64 * MIB, { world }).copyMs).toBe(2000 + 1000);
  expect(of(GIB, { world }).copyMs).toBe(2000 + 2000);
});

test.each<[string, Change, number]>([
  ["slots", { cause: "event", world: { copyMs: 512, requestMs: 1, requestCpuMs: 0 } }, 2],
  ["CPU", { cause: "event", world: { copyMs: 512, requestMs: 1, requestCpuMs: 1 } }, 3],
  ["HEADs", { cause: "event", world: { copyMs: 1, requestMs: 256, requestCpuMs: 0 } }, 2],
])("what is scarce decides: %s", (_what, change, workerMs) => {
  expect(of(0, change).workerMs).toBeCloseTo(workerMs, 1);
});

test("larger than S3 can hold", () => {
  expect(() => of(1e15)).toThrow("larger than S3 can hold");
});
