/** Traps of refusals: a 403 is never "gone", and permanent trouble is told from transient trouble. */
import { until } from "../../support/e2e-wait";
import { STAYING, withStack } from "../../support/e2e";

jest.setTimeout(180_000);

test("trap 12: HEAD 403 is neither gone nor a reason to delete", async () => {
  await withStack(
    { settings: STAYING },
    async ({ cloud, source, destination, put, worker, requests, drained, expectEqual }) => {
      await put("kept", "content");
      const one = await worker();
      await drained();
      // Without s3:ListBucket a missing object is a 403.
      cloud.s3.setPolicy("worker", (action) => action !== "s3:ListBucket");
      cloud.s3.delete(source, "kept");
      await one.logged("breaker-open", { key: "kept", code: "AccessDenied" });
      expect(cloud.s3.head(destination, "kept")).toBeDefined();
      expect(requests("HeadObject", { key: "kept", status: 403 }).length).toBeGreaterThanOrEqual(1);
      expect(requests("DeleteObject")).toEqual([]);
      cloud.s3.setPolicy("worker", undefined);
      await one.logged("breaker-closed");
      await drained();
      await expectEqual();
      expect(cloud.s3.head(destination, "kept")).toBeUndefined();
    },
  );
});

test("trap 13: 503 is waited out, archived is refused at once, 403 of one key is counted", async () => {
  await withStack({ settings: { ...STAYING, maxReceiveCount: 2 } }, async (world) => {
    const { cloud, source, destination, put, queue, deadLetters, worker, requests, jump, drained } = world;
    const one = await worker();

    // 503: in process, without giving the message back.
    cloud.faults.add({ operation: "CopyObject", key: "busy", times: 4, action: { type: "throttle" } });
    await put("busy", "content");
    await drained();
    expect(requests("CopyObject", { key: "busy" }).map((entry) => entry.status)).toEqual([503, 503, 503, 503, 200]);
    expect(requests("SendMessage").length + requests("SendMessageBatch").length).toBe(0);

    // Archived: a verdict about this key, and the older replica stays in place.
    await put("cold", "old version");
    await drained();
    await put("cold", "new version", { storageClass: "DEEP_ARCHIVE" });
    await one.logged("unsyncable", { key: "cold", code: "ArchivedObject" });
    await drained();
    expect((await cloud.s3.get(destination, "cold")).toString()).toBe("old version");
    expect(deadLetters.peek().map(({ attributes }) => attributes["ErrorCode"]?.StringValue)).toEqual([
      "ArchivedObject",
    ]);
    expect(deadLetters.peek()[0]?.attributes["Advice"]?.StringValue).toContain("Restore it");
    expect(deadLetters.peek()[0]?.attributes["Key"]?.StringValue).toBe("cold");
    cloud.s3.restore(source, "cold");
    await drained();
    expect((await cloud.s3.get(destination, "cold")).toString()).toBe("new version");

    // 403 of one key while others succeed: put back, then dead-lettered with its reason.
    deadLetters.purge();
    cloud.s3.denyKms("worker");
    for (let round = 1; deadLetters.depth().visible === 0; round++) {
      await put(`well-${round}`, "content");
      await one.logged("synced", { key: `well-${round}` });
      if (round === 1) await put("locked", "content", { kmsKeyId: "arn:aws:kms:eu-north-1:123456789012:key/k" });
      else jump(40);
      const ends = round === 1 ? "failed-put-back" : "dead-lettered";
      await one.logged(ends, { key: "locked", code: "AccessDenied" });
      await until("nothing is in progress", () => queue.depth().visible + queue.depth().inFlight === 0);
      if (round === 1) expect(JSON.parse(queue.peek()[0]?.body ?? "{}")).toMatchObject({ failures: 1, kind: "keys" });
    }
    expect(deadLetters.peek()).toHaveLength(1);
    expect(deadLetters.peek()[0]?.attributes).toMatchObject({
      Key: { StringValue: "locked" },
      ErrorCode: { StringValue: "AccessDenied" },
      Advice: { StringValue: expect.stringContaining("kms:Decrypt") as string },
    });
    expect(cloud.s3.head(destination, "locked")).toBeUndefined();
    expect(one.events("breaker-open")).toEqual([]);
  });
});
