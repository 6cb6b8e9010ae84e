/**
 * Traps of bulk work, as far as the worker is concerned: the commands that list and compare have tests of their own.
 */
import { envelope } from "../../support/e2e-messages";
import { BRIEF, withStack } from "../../support/e2e";

jest.setTimeout(180_000);

const MIB = 1024 ** 2;

test("trap 24: backfill against live writes: what was listed is only a hint", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    const { cloud, source, destination, queue, put, worker, requests, drained, expectEqual } = world;
    await put("replaced", "as it was listed", { notify: false });
    await put("removed", "as it was listed", { notify: false });
    await cloud.s3.put(destination, "removed", "an older replica");
    await cloud.s3.put(destination, "foreign", "nobody told the worker about this one");
    await cloud.s3.put(source, "foreign", "nobody told the worker about this one", { notify: false });
    // Listed with sizes that are wrong by the time they are worked on.
    const keys = ["replaced", "removed", "never-was"].map((key) => ({ key, size: 4 * 1024 ** 4 }));
    queue.send(envelope([], { keys }), { groupId: "backfill" });
    const copy = cloud.faults.hold({ operation: "CopyObject", key: "replaced", times: 1 });
    const one = await worker();
    await copy.arrived();
    await put("replaced", "a live write while the backfill copies");
    cloud.s3.delete(source, "removed");
    copy.release();
    await drained();
    await expectEqual();
    await one.ended(0);
    expect((await cloud.s3.get(destination, "replaced")).toString()).toBe("a live write while the backfill copies");
    expect(requests("CopyObject", { key: "replaced", status: 412 })).toHaveLength(1);
    // Its HEAD said absent on both sides: nothing was deleted on a listing's word.
    expect(requests("DeleteObject", { key: "never-was" })).toEqual([]);
    expect(requests(["CopyObject", "DeleteObject"], { key: "foreign" })).toEqual([]);
  });
});

test("trap 25: merge-joining the two listings: the worker lists no objects, and uploads only by directory", async () => {
  const settings = { ...BRIEF, partSize: 5 * MIB, multipartThreshold: 5 * MIB, copyConcurrency: 4 };
  await withStack({ settings }, async (world) => {
    const { cloud, put, worker, requests, jump, drained, expectEqual } = world;
    const parts = cloud.faults.hold({ operation: "UploadPartCopy" });
    await put("top", { phantomBytes: 6 * MIB });
    await put("deep/er/still", { phantomBytes: 6 * MIB });
    const one = await worker();
    await parts.arrived(4);
    await one.kill();
    parts.release();
    jump(200);
    const next = await worker();
    await drained();
    await expectEqual();
    await next.ended(0);
    // The local cloud refuses a prefix that does not end in a delimiter, as directory buckets do.
    expect(requests("ListMultipartUploads").map(({ key: _key, status }) => status)).toEqual([200, 200]);
    const listings = requests(undefined, { principal: "worker", service: "s3" }).filter(({ operation }) =>
      /^List/.test(operation),
    );
    expect(new Set(listings.map(({ operation }) => operation))).toEqual(new Set(["ListMultipartUploads", "ListParts"]));
  });
});
