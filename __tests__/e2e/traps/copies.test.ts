/** Traps of single copies: what is proven to be there, tags, headers, sizes, errors inside a 200. One worker lives through all. */
import { envelope, eventMessage } from "../../support/e2e-messages";
import { until } from "../../support/e2e-wait";
import { STAYING, sharedStack } from "../../support/e2e";

jest.setTimeout(120_000);

const MIB = 1024 ** 2;
const stack = sharedStack({
  settings: { ...STAYING, partSize: 5 * MIB, multipartThreshold: 5 * MIB, copyConcurrency: 16 },
});

const EVERYTHING = {
  headers: {
    "cache-control": "max-age=60",
    // UTF-8 as it is on the wire: one character per byte.
    "content-disposition": Buffer.from('attachment; filename="ü.bin"').toString("latin1"),
    "content-encoding": "gzip",
    "content-language": "de",
    "content-type": "application/x-model",
    expires: "not a date",
  },
  metadata: { owner: "team-a", note: "=?UTF-8?B?w7w=?=" },
};

test("trap 06: ETag equality as already synced: a fingerprint decides, and a second look copies nothing", async () => {
  const { cloud, source, destination, queue, put, requests, drained, expectEqual } = stack();
  await put("small", "content", EVERYTHING);
  await put("large", { phantomBytes: 12 * MIB }, EVERYTHING);
  await drained();
  await expectEqual();
  expect(cloud.s3.head(destination, "small")?.etag).not.toBe(cloud.s3.head(source, "small")?.etag);
  cloud.log.clear();
  // A backfill names what is there already.
  queue.send(envelope(["small", "large"]));
  await drained();
  await expectEqual();
  expect(requests(["CopyObject", "UploadPartCopy", "CreateMultipartUpload"])).toEqual([]);
});

test("trap 06: duplicates in one batch are one copy", async () => {
  const { cloud, source, queue, put, requests, drained, expectEqual } = stack();
  await put("hot", "content", { notify: false });
  const head = cloud.faults.hold({ operation: "HeadObject", resource: source, key: "hot", times: 1 });
  for (let i = 0; i < 8; i++) queue.send(eventMessage(source, "hot"));
  await head.arrived();
  await until("all eight are received", () => queue.depth().visible === 0);
  head.release();
  await drained();
  await expectEqual();
  expect(requests("CopyObject", { key: "hot" })).toHaveLength(1);
});

test("trap 07: tagged objects", async () => {
  const { cloud, destination, put, requests, drained, expectEqual } = stack();
  await put("tagged", "content", { tags: { team: "a", cost: "b" } });
  await put("tagged-large", { phantomBytes: 11 * MIB }, { tags: { team: "a" } });
  await drained();
  await expectEqual();
  expect(cloud.s3.head(destination, "tagged")?.tags).toEqual({});
  expect(requests(["CopyObject", "CreateMultipartUpload"]).map((entry) => entry.status)).toEqual([200, 200]);
});

test("trap 08: multipart copies carry headers and metadata like single ones", async () => {
  const { cloud, destination, put, requests, drained, expectEqual } = stack();
  await put("one", { phantomBytes: 5 * MIB }, EVERYTHING);
  await put("many", { phantomBytes: 5 * MIB + 1 }, EVERYTHING);
  await drained();
  await expectEqual();
  for (const key of ["one", "many"]) {
    expect(cloud.s3.head(destination, key)).toMatchObject(EVERYTHING);
  }
  expect(requests("UploadPartCopy").map((entry) => entry.key)).toEqual(["many", "many"]);
});

test("trap 17: sizes at the edges", async () => {
  const { cloud, put, requests, drained, expectEqual } = stack();
  const sizes = { empty: 0, byte: 1, threshold: 5 * MIB, above: 5 * MIB + 1, exact: 10 * MIB, odd: 10 * MIB + 7 };
  for (const [key, phantomBytes] of Object.entries(sizes)) await put(`sizes/${key}`, { phantomBytes });
  await drained();
  await expectEqual();
  const parts = (key: string) => requests("UploadPartCopy", { key: `sizes/${key}`, status: 200 }).length;
  const all = Object.keys(sizes);
  expect(Object.fromEntries(all.map((key) => [key, parts(key)]))).toEqual({
    empty: 0,
    byte: 0,
    threshold: 0,
    above: 2,
    exact: 2,
    odd: 3,
  });
  expect(requests("CopyObject", { status: 200 })).toHaveLength(3);
  expect(cloud.log.entries({ service: "s3", status: 400 })).toEqual([]);
});

test("trap 18: status-code logic on 200-with-error: a failed precondition starts over and is not repeated", async () => {
  const { cloud, put, requests, drained, expectEqual, workers } = stack();
  const refuse = (operation: string, code: string) =>
    cloud.faults.add({ operation, times: 1, action: { type: "200-with-error", code } });
  refuse("CopyObject", "PreconditionFailed");
  await put("raced", "content");
  await drained();
  await expectEqual();
  // HEAD, refused copy, HEAD, copy, HEAD: the copy was not sent again for the state it was refused for.
  expect(requests(["HeadObject", "CopyObject"], { key: "raced" }).map((entry) => entry.operation)).toEqual([
    "HeadObject",
    "CopyObject",
    "HeadObject",
    "CopyObject",
    "HeadObject",
  ]);
  await workers()[0]?.logged("restart", { key: "raced" });
});

test("trap 18: SlowDown inside a 200 of a part is repeated, NoSuchKey starts over", async () => {
  const { cloud, put, requests, drained, expectEqual, workers } = stack();
  const refuse = (code: string) =>
    cloud.faults.add({ operation: "UploadPartCopy", times: 1, action: { type: "200-with-error", code } });
  refuse("SlowDown");
  await put("slowed", { phantomBytes: 20 * MIB });
  await drained();
  expect(requests("UploadPartCopy", { key: "slowed" })).toHaveLength(5);
  expect(requests("CreateMultipartUpload", { key: "slowed" })).toHaveLength(1);
  refuse("NoSuchKey");
  await put("vanished", { phantomBytes: 20 * MIB });
  await drained();
  await expectEqual();
  expect(requests("CreateMultipartUpload", { key: "vanished" })).toHaveLength(2);
  expect(requests("AbortMultipartUpload", { key: "vanished", status: 204 })).toHaveLength(1);
  await workers()[0]?.logged("restart", { key: "vanished" });
});
