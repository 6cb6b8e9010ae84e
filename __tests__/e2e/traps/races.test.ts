/** Traps of time: two workers on one key, writes that land after everybody has looked, versions that change under a copy. */
import { until } from "../../support/e2e-wait";
import { BRIEF, withStack } from "../../support/e2e";

jest.setTimeout(180_000);

const MIB = 1024 ** 2;

test("trap 03: two workers on one key, and the slow copy of the old state lands last", async () => {
  await withStack({ settings: BRIEF }, async ({ cloud, destination, put, worker, requests, drained, expectEqual }) => {
    const slow = cloud.faults.hold({ operation: "CopyObject", key: "shared", times: 1 });
    // Same bytes, so the same ETag: no condition on the source can tell the two states apart.
    await put("shared", "same bytes", { metadata: { state: "one" } });
    const first = await worker();
    await slow.arrived();
    first.freeze();
    await until("its long polls end", () => cloud.log.inFlightNow("ReceiveMessage") === 0);
    await put("shared", "same bytes", { metadata: { state: "two" } });
    const second = await worker();
    await second.logged("synced", { key: "shared" });
    expect(cloud.s3.head(destination, "shared")?.metadata["state"]).toBe("two");

    slow.release();
    await until("the slow copy has landed", () => requests("CopyObject").length === 2);
    expect(cloud.s3.head(destination, "shared")?.metadata["state"]).toBe("one");
    first.thaw();
    await first.logged("restart", { key: "shared", why: "the source changed meanwhile" });
    await drained();
    await expectEqual();
    expect(cloud.s3.head(destination, "shared")?.metadata["state"]).toBe("two");
    expect(requests("CopyObject")).toHaveLength(3);
    await Promise.all([first.ended(0), second.ended(0)]);
  });
});

test("trap 04: zombie writes: the message is held while one may land, and put back for at least that long", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    const { cloud, destination, put, queue, worker, requests, jump, drained, expectEqual } = world;
    // Cut off now; takes effect later, when another state has been copied and checked.
    let letLand = (): void => undefined;
    const landing = new Promise<void>((resolve) => (letLand = resolve));
    const zombie = cloud.faults.add({
      operation: "CopyObject",
      key: "victim",
      times: 1,
      action: { type: "late", delayMs: 0, until: landing },
    });
    const retry = cloud.faults.hold({ operation: "CopyObject", key: "victim", skip: 1, times: 1 });
    await put("victim", "same bytes", { metadata: { state: "one" } });
    const first = await worker();
    await retry.arrived();
    await put("victim", "same bytes", { metadata: { state: "two" } });
    retry.release();
    const { waitSeconds } = await first.logged("unsettled", { key: "victim" });
    expect(waitSeconds).toBeGreaterThan(0);
    expect(waitSeconds).toBeLessThanOrEqual(61);
    letLand();
    await until("the zombie lands", () => requests("CopyObject").some((entry) => entry.faults?.includes(zombie.name)));
    // Everybody has checked and the replica is wrong: only the message that is still held protects the key.
    expect(first.events("synced")).toEqual([]);
    expect(queue.depth()).toEqual({ visible: 0, inFlight: 2, delayed: 0 });

    first.interrupt();
    await first.ended(0);
    const handedOff = first.events("handed-off");
    expect(handedOff).toHaveLength(1);
    const putBack = queue.peek();
    expect(putBack.map(({ state, receiveCount }) => ({ state, receiveCount }))).toEqual([
      { state: "delayed", receiveCount: 0 },
    ]);
    const { at = NaN } = requests("CopyObject").find((entry) => entry.faults?.includes(zombie.name)) ?? {};
    // The bound of a small CopyObject is 60 s from when it was sent.
    const boundEnds = at + 60_000;
    expect(putBack[0]?.visibleAt).toBeGreaterThanOrEqual(boundEnds - 100);

    jump(61);
    const second = await worker();
    await drained();
    await expectEqual();
    expect(cloud.s3.head(destination, "victim")?.metadata["state"]).toBe("two");
    // Its lines may be held back for as long as its last delete is.
    await second.ended(0);
    expect(second.events("synced")).toMatchObject([{ key: "victim", action: "copy", reason: "source-changed" }]);
  });
});

test("trap 04: a killed worker's write lands after its source is gone", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    const { cloud, source, destination, put, worker, requests, jump, drained, expectEqual } = world;
    await put("orphan", "version one");
    const write = cloud.faults.hold({ operation: "CopyObject", key: "orphan", times: 1 });
    const first = await worker();
    await write.arrived();
    await first.kill();
    // The write is at S3 and survives its sender. Nobody may be given the message before it has landed or cannot any more.
    jump(59);
    expect(world.queue.depth()).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    write.release();
    await until("the zombie lands", () => cloud.s3.head(destination, "orphan") !== undefined);
    cloud.s3.delete(source, "orphan");
    jump(120);
    const second = await worker();
    await drained();
    await expectEqual();
    expect(cloud.s3.head(destination, "orphan")).toBeUndefined();
    expect(requests("DeleteObject", { key: "orphan" })).toHaveLength(1);
    await second.ended(0);
  });
});

test("trap 05: torn multipart copy", async () => {
  await withStack(
    { settings: { ...BRIEF, partSize: 5 * MIB, multipartThreshold: 5 * MIB, copyConcurrency: 4 } },
    async ({ cloud, destination, source, put, worker, requests, drained, expectEqual }) => {
      await put("big", { phantomBytes: 40 * MIB, seed: 1 }, { headers: { "content-type": "version/one" } });
      const later = cloud.faults.hold({ operation: "UploadPartCopy", key: "big", skip: 3 });
      const one = await worker();
      await later.arrived();
      // Same size, other bytes: nothing but the condition on every part can notice.
      await put("big", { phantomBytes: 40 * MIB, seed: 2 }, { headers: { "content-type": "version/two" } });
      later.release();
      await drained();
      await expectEqual();
      expect(await cloud.s3.digest(destination, "big")).toBe(await cloud.s3.digest(source, "big"));
      expect(cloud.s3.head(destination, "big")?.headers["content-type"]).toBe("version/two");
      const refused = requests("UploadPartCopy", { status: 412 });
      expect(refused.length).toBeGreaterThanOrEqual(1);
      expect(refused.every((entry) => entry.errorCode === "PreconditionFailed")).toBe(true);
      expect(requests("CreateMultipartUpload")).toHaveLength(2);
      expect(requests("AbortMultipartUpload", { status: 204 })).toHaveLength(1);
      expect(requests("CompleteMultipartUpload")).toHaveLength(1);
      await one.ended(0);
      expect(one.events("restart")).toHaveLength(1);
    },
  );
});
