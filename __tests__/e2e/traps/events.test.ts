/**
 * Traps of events: order, verbs, lost kinds, versions, shapes. One worker lives through all of them.
 *
 * Trap 23 (replacing the bucket's notification document) belongs to the Pulumi program: __tests__/infra/refused-configuration.test.ts.
 */
import { S3_EVENTS } from "../../../core/notifications";
import { eventMessage } from "../../support/e2e-messages";
import { STAYING, sharedStack } from "../../support/e2e";

jest.setTimeout(120_000);

describe("an unversioned source", () => {
  const stack = sharedStack({ settings: STAYING });

  test("trap 01: events applied in arrival order", async () => {
    const { cloud, source, destination, queue, put, requests, drained, expectEqual } = stack();
    await put("model.bin", "second version", { notify: false });
    await cloud.s3.put(destination, "gone.bin", "of a version long gone");
    // Late news of the first version, of a removal before the second, and of a creation before the removal.
    queue.send(eventMessage(source, "model.bin", "ObjectRemoved:Delete"));
    queue.send(eventMessage(source, "model.bin", "ObjectCreated:Put", { size: 3, eTag: "0".repeat(32) }));
    queue.send(eventMessage(source, "gone.bin", "ObjectCreated:Put", { size: 3, eTag: "0".repeat(32) }));
    await drained();
    await expectEqual();
    expect(requests("DeleteObject", { key: "model.bin" })).toEqual([]);
    expect(requests("CopyObject", { key: "gone.bin" })).toEqual([]);
    expect(requests("DeleteObject", { key: "gone.bin" })).toHaveLength(1);
  });

  test("trap 02: a create event whose source is gone deletes, and what came back meanwhile is copied", async () => {
    const { cloud, source, destination, queue, put, requests, drained, expectEqual } = stack();
    await cloud.s3.put(destination, "flapping", "copied by somebody, after the removal was consumed");
    const deletion = cloud.faults.hold({ operation: "DeleteObject", key: "flapping" });
    queue.send(eventMessage(source, "flapping", "ObjectCreated:Put"));
    await deletion.arrived();
    // It comes back while the delete is on its way, and its event is late.
    await put("flapping", "back again", { notify: false });
    deletion.release();
    await drained();
    await expectEqual();
    expect((await cloud.s3.get(destination, "flapping")).toString()).toBe("back again");
    expect(requests(["DeleteObject", "CopyObject"], { key: "flapping" }).map((entry) => entry.operation)).toEqual([
      "DeleteObject",
      "CopyObject",
    ]);
  });

  test("trap 09: lifecycle expirations are not part of ObjectRemoved", async () => {
    const { cloud, source, destination, put, requests, drained, expectEqual } = stack();
    expect(S3_EVENTS).toContain("s3:LifecycleExpiration:*");
    await put("logs/old", "soon expired");
    await drained();
    expect(cloud.s3.head(destination, "logs/old")).toBeDefined();
    cloud.s3.expire(source, "logs/old");
    await drained();
    await expectEqual();
    expect(cloud.s3.head(destination, "logs/old")).toBeUndefined();
    expect(requests("DeleteObject", { key: "logs/old", status: 204 })).toHaveLength(1);
  });

  test("trap 11: keys are decoded once and encoded per segment", async () => {
    const { put, requests, drained, expectEqual } = stack();
    const keys = ["a b", "a+b", "a%20b", "a%2Bb", "日本/ü", "a//b", "x?y#z&w"];
    for (const key of keys) await put(key, `the object named ${key}`);
    await drained();
    await expectEqual();
    expect(
      requests("CopyObject")
        .map((entry) => entry.key)
        .sort(),
    ).toEqual([...keys].sort());
  });

  test("trap 11: a test event is deleted, an unknown shape is never silently deleted", async () => {
    const { deadLetters, queue, requests, drained, expectEqual, workers } = stack();
    queue.send(JSON.stringify({ Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "any", RequestId: "1" }));
    queue.send(JSON.stringify({ Records: [{ eventSource: "aws:sns" }] }));
    await drained();
    await expectEqual(1);
    const [letter] = deadLetters.peek();
    expect(letter?.body).toBe('{"Records":[{"eventSource":"aws:sns"}]}');
    expect(letter?.attributes["ErrorMessage"]?.StringValue).toContain('eventSource is "aws:sns"');
    await workers()[0]?.logged("message-not-understood", { level: "error" });
    await workers()[0]?.logged("test-event");
    expect(requests(["HeadObject", "CopyObject", "DeleteObject"])).toEqual([]);
  });
});

describe("a versioned source", () => {
  const stack = sharedStack({ settings: STAYING, versioned: true });

  test("trap 10: removal of an old version, and of a delete marker", async () => {
    const { cloud, source, destination, queue, put, requests, drained, expectEqual } = stack();
    const first = await put("doc", "first");
    await put("doc", "second");
    await drained();
    // DELETE of the first version: the current object stays.
    queue.send(eventMessage(source, "doc", "ObjectRemoved:Delete", { versionId: first.versionId }));
    await drained();
    expect((await cloud.s3.get(destination, "doc")).toString()).toBe("second");
    expect(requests("DeleteObject")).toEqual([]);
    cloud.s3.delete(source, "doc");
    await drained();
    expect(cloud.s3.head(destination, "doc")).toBeUndefined();
    // The object is current again and S3 tells of a removal: that of the delete marker.
    await put("doc", "second, undeleted", { notify: false });
    queue.send(eventMessage(source, "doc", "ObjectRemoved:Delete"));
    await drained();
    await expectEqual();
    expect((await cloud.s3.get(destination, "doc")).toString()).toBe("second, undeleted");
  });

  test("trap 10: a copy never names the event's version", async () => {
    const { cloud, source, destination, queue, put, requests, drained, expectEqual } = stack();
    const old = await put("pinned", "old", { notify: false });
    await put("pinned", "current", { notify: false });
    queue.send(eventMessage(source, "pinned", "ObjectCreated:Put", { versionId: old.versionId, eTag: old.etag }));
    await drained();
    await expectEqual();
    expect((await cloud.s3.get(destination, "pinned")).toString()).toBe("current");
    expect(requests("CopyObject").map((entry) => entry.source)).toEqual([`${source}/pinned`]);
  });
});
