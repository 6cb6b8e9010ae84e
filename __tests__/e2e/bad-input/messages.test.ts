/** Messages nobody should send: what a message names never decides where the worker reads or writes. */
import { envelope, eventMessage } from "../../support/e2e-messages";
import { until } from "../../support/e2e-wait";
import { STAYING, sharedStack } from "../../support/e2e";

jest.setTimeout(120_000);

const MIB = 1024 ** 2;
const stack = sharedStack({
  settings: { ...STAYING, prefix: "in/", partSize: 5 * MIB, multipartThreshold: 5 * MIB, copyConcurrency: 8 },
});
const WRITES = [
  "CopyObject",
  "DeleteObject",
  "CreateMultipartUpload",
  "UploadPartCopy",
  "CompleteMultipartUpload",
  "AbortMultipartUpload",
] as const;

test("garbage goes to the dead-letter queue with its reason", async () => {
  const { queue, deadLetters, requests, drained, expectEqual } = stack();
  const bodies = {
    "no json": "not a JSON object",
    "[]": "not a JSON object",
    '{"Records":[]}': "Records is empty",
    '{"Type":"Notification","Message":"{}"}': "raw message delivery",
    '{"v":"one"}': "not a version number",
    '{"v":1,"kind":"keys","failures":-1}': "failures is -1",
    [envelope([])]: "keys is empty",
    [envelope(["k".repeat(1025)])]: "1025 bytes",
    [eventMessage("b", "k").replace('"k"', '"%zz"')]: "not URL-encoded",
  };
  for (const body of Object.keys(bodies)) queue.send(body);
  await drained();
  await expectEqual(Object.keys(bodies).length);
  const letters = new Map(deadLetters.peek().map(({ body, attributes }) => [body, attributes]));
  for (const [body, reason] of Object.entries(bodies)) {
    expect(letters.get(body)).toMatchObject({
      ErrorName: { StringValue: "MessageNotUnderstood" },
      ErrorMessage: { StringValue: expect.stringContaining(reason) as string },
      Advice: { StringValue: expect.stringContaining("somebody else sends to this queue") as string },
    });
  }
  expect(requests([...WRITES])).toEqual([]);
});

test("other buckets and keys outside the prefix are acknowledged, said, and not touched", async () => {
  const { cloud, source, destination, queue, requests, drained, expectEqual, workers } = stack();
  await cloud.s3.put(destination, "outside", "not ours", { notify: false });
  queue.send(eventMessage("another-bucket", "in/key"));
  queue.send(eventMessage(destination, "in/key", "ObjectRemoved:Delete"));
  queue.send(eventMessage(source, "outside", "ObjectRemoved:Delete"));
  queue.send(envelope(["outside", "in", "IN/key"]));
  await drained();
  const ignored = workers()[0]
    ?.events("event-ignored")
    .map(({ key, reason }) => [key, reason]);
  expect(ignored?.sort()).toEqual([
    ["IN/key", "outside-prefix"],
    ["in", "outside-prefix"],
    ["in/key", "other-bucket"],
    ["in/key", "other-bucket"],
    ["outside", "outside-prefix"],
    ["outside", "outside-prefix"],
  ]);
  expect(requests([...WRITES, "HeadObject"])).toEqual([]);
  cloud.s3.delete(destination, "outside");
  await expectEqual();
});

test("an unknown event name is a hint like any other", async () => {
  const { source, queue, put, drained, expectEqual } = stack();
  await put("in/hinted", "content", { notify: false });
  queue.send(eventMessage(source, "in/hinted", "ObjectTeleported:Sideways"));
  await drained();
  await expectEqual();
});

test("a newer envelope is left alone for a newer worker", async () => {
  const { queue, deadLetters, requests, workers } = stack();
  queue.send(JSON.stringify({ v: 2, kind: "keys", keys: [{ key: "in/x" }] }));
  await workers()[0]?.logged("newer-message-left", { version: 2, level: "warn" });
  expect(queue.depth()).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
  expect(deadLetters.depth().visible).toBe(0);
  expect(requests([...WRITES, "HeadObject", "DeleteMessageBatch"])).toEqual([]);
  queue.purge();
});

describe("a forged hand-off", () => {
  const forged = (key: string, id: string, fingerprint: string, fields: object = {}): string =>
    envelope([key], { kind: "handoff", origin: "worker", upload: { id, fingerprint }, ...fields });

  test("with an upload that does not exist, or is somebody else's key's: the copy starts afresh", async () => {
    const { cloud, destination, queue, put, requests, drained, expectEqual } = stack();
    const parts = cloud.faults.hold({ operation: "UploadPartCopy", key: "in/theirs", times: 1 });
    await put("in/theirs", { phantomBytes: 12 * MIB });
    await parts.arrived();
    const [theirs] = cloud.s3.openUploads(destination);
    await put("in/mine", { phantomBytes: 12 * MIB, seed: 7 }, { notify: false });
    queue.send(forged("in/mine", theirs?.uploadId ?? "", "1;forged"));
    queue.send(forged("in/other", "no-such-upload", "1;forged"));
    await until("the forged messages are worked off", () => queue.depth().inFlight + queue.depth().visible === 1);
    expect(cloud.s3.openUploads(destination).map(({ uploadId }) => uploadId)).toEqual([theirs?.uploadId]);
    parts.release();
    await drained();
    await expectEqual();
    expect(requests("CompleteMultipartUpload", { status: 200 })).toHaveLength(2);
  });

  test("with huge counts and a key outside the prefix: nothing but an end", async () => {
    const { queue, put, requests, drained, expectEqual, deadLetters } = stack();
    await put("in/counted", "content", { notify: false });
    queue.send(forged("in/counted", "id", "fp", { failures: 1_000_000, eventTime: 8.64e15, firstSeen: 0 }));
    queue.send(forged("../outside", "id", "fp"));
    await drained();
    await expectEqual();
    queue.send(forged("in/counted", "id", "fp", { failures: Number.MAX_SAFE_INTEGER }));
    queue.send(forged("in/counted", "i".repeat(3000), "fp"));
    await drained();
    expect(deadLetters.depth().visible).toBe(2);
    expect(requests("DeleteObject")).toEqual([]);
  });

  test("sizes of the message are never believed", async () => {
    const { queue, put, requests, drained, expectEqual } = stack();
    await put("in/sized", "eleven byte", { notify: false });
    queue.send(envelope([], { keys: [{ key: "in/sized", size: 40 * 1024 ** 4 }] }));
    await drained();
    await expectEqual();
    expect(requests("CopyObject", { key: "in/sized", status: 200 })).toHaveLength(1);
    expect(requests("UploadPartCopy", { key: "in/sized" })).toEqual([]);
  });
});
