/** Traps of leases: heartbeats while a copy takes long, and what SIGTERM and kill -9 leave behind. */
import { until } from "../../support/e2e-wait";
import { BRIEF, STAYING, withStack } from "../../support/e2e";

jest.setTimeout(180_000);

const MIB = 1024 ** 2;
const SMALL_PARTS = { partSize: 5 * MIB, multipartThreshold: 5 * MIB };

test("trap 14: a heartbeat for every message held, waiting ones too", async () => {
  // A lease counts from before the receive was sent, so the long poll is short: a slow machine needs what is left of it.
  const shortLease = { visibilityTimeoutSeconds: 15, longPollSeconds: 1 };
  const settings = { ...STAYING, ...SMALL_PARTS, ...shortLease, copyConcurrency: 2 };
  await withStack({ settings }, async ({ cloud, queue, put, worker, requests, drained, expectEqual }) => {
    // Parts are fenced by their upload id, so nothing but the heartbeat prolongs the lease while they are copied.
    const parts = cloud.faults.hold({ operation: "UploadPartCopy", key: "slow" });
    await put("slow", { phantomBytes: 10 * MIB });
    const one = await worker();
    await parts.arrived(2);
    // Every slot is taken: this one waits inside the process.
    await put("waiting", "content");
    await until("it is received", () => queue.depth().visible === 0);
    const other = await worker();
    const began = Date.now();
    await until("heartbeats for longer than the visibility timeout", () => Date.now() - began > 17_000);
    expect(queue.depth()).toEqual({ visible: 0, inFlight: 2, delayed: 0 });
    expect(queue.peek().map(({ receiveCount }) => receiveCount)).toEqual([1, 1]);
    expect(requests("ChangeMessageVisibilityBatch", { status: 200 }).length).toBeGreaterThanOrEqual(3);
    parts.release();
    await drained();
    await expectEqual();
    expect([...one.events("lease-lost"), ...other.events("lease-lost")]).toEqual([]);
    expect(one.events("synced").length + other.events("synced").length).toBe(2);
    expect(requests("CreateMultipartUpload")).toHaveLength(1);
  });
});

test("trap 15: SIGTERM on Spot burns no receive counts and copies no finished part twice", async () => {
  // One receive is all a message may have here: an interruption that counted would end in the dead-letter queue.
  const settings = { ...BRIEF, ...SMALL_PARTS, copyConcurrency: 4, maxReceiveCount: 1 };
  await withStack({ settings }, async ({ cloud, queue, put, worker, requests, drained, expectEqual }) => {
    const parts = cloud.faults.hold({ operation: "UploadPartCopy", key: "huge" });
    await put("huge", { phantomBytes: 50 * MIB });
    for (let round = 1; round <= 2; round++) {
      const one = await worker();
      await parts.arrived(4 * round);
      // As many as there is room for beside it: two pools of requests.
      if (round === 1) for (let i = 0; i < 4; i++) await put(`small/${i}`, `content ${i}`);
      if (round === 1) await until("all are received", () => queue.depth().visible === 0);
      one.interrupt();
      await one.logged("stopping");
      parts.releaseSome(4);
      await one.ended(0);
      const upload = queue.peek().map(({ body }) => JSON.parse(body) as Record<string, unknown>);
      expect(upload.filter((message) => message["upload"] !== undefined)).toMatchObject([
        { kind: "handoff", failures: 0, keys: [{ key: "huge" }] },
      ]);
      expect(queue.depth().inFlight).toBe(0);
      expect(requests("UploadPartCopy", { status: 200 })).toHaveLength(4 * round);
    }
    parts.release();
    const last = await worker();
    await drained();
    await expectEqual();
    await last.ended(0);
    expect(last.events("worker-finished")).toMatchObject([{ parts: 2, partsReused: 8, leasesLost: 0 }]);
    expect(requests("UploadPartCopy")).toHaveLength(10);
    expect(requests("CreateMultipartUpload")).toHaveLength(1);
    expect(requests("AbortMultipartUpload")).toEqual([]);
  });
});

test("trap 15: kill -9 on Spot: the message is back when its lease runs out, not hours later", async () => {
  await withStack({ settings: BRIEF }, async ({ cloud, queue, put, worker, jump, drained, expectEqual }) => {
    const head = cloud.faults.hold({ operation: "HeadObject", key: "k", times: 1 });
    await put("k", "content");
    const one = await worker();
    await head.arrived();
    await one.kill();
    head.release();
    jump(110);
    expect(queue.depth()).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    jump(11);
    expect(queue.depth()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    const next = await worker();
    await drained();
    await expectEqual();
    await next.ended(0);
  });
});

test("trap 16: aborted multiparts left behind by a killed worker are swept by the next", async () => {
  const settings = { ...BRIEF, ...SMALL_PARTS, copyConcurrency: 4 };
  await withStack({ settings }, async (world) => {
    const { cloud, destination, put, worker, requests, jump, drained, expectEqual } = world;
    const parts = cloud.faults.hold({ operation: "UploadPartCopy", key: "dir/left", skip: 2 });
    await put("dir/left", { phantomBytes: 30 * MIB });
    // Somebody else's upload of another key is nobody's business but theirs.
    const one = await worker();
    await parts.arrived(2);
    await one.kill();
    expect(cloud.s3.openUploads(destination)).toHaveLength(1);
    parts.release();
    jump(200);
    const next = await worker();
    await next.logged("uploads-aborted", { key: "dir/left", uploads: 1 });
    await drained();
    await expectEqual();
    expect(cloud.s3.openUploads(destination)).toEqual([]);
    // Aborted until S3 said that it does not exist.
    expect(requests("ListParts", { status: 404, errorCode: "NoSuchUpload" })).toHaveLength(1);
    await next.ended(0);
  });
});

test("trap 16: an upload whose object is gone is aborted before anything else", async () => {
  const settings = { ...BRIEF, ...SMALL_PARTS, copyConcurrency: 4 };
  await withStack({ settings }, async (world) => {
    const { cloud, source, put, worker, requests, drained, expectEqual } = world;
    const parts = cloud.faults.hold({ operation: "UploadPartCopy", key: "short-lived" });
    await put("short-lived", { phantomBytes: 30 * MIB });
    const one = await worker();
    await parts.arrived();
    cloud.s3.delete(source, "short-lived");
    parts.release();
    await drained();
    await expectEqual();
    expect(requests("AbortMultipartUpload", { status: 204 })).toHaveLength(1);
    expect(requests("CompleteMultipartUpload")).toEqual([]);
    await one.ended(0);
  });
});
