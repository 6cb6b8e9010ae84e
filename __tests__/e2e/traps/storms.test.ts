/** Traps of the client: sessions that cannot be made or end early, and what 256 copies at once meet. */
import { until } from "../../support/e2e-wait";
import { BRIEF, STAYING, withStack } from "../../support/e2e";

jest.setTimeout(180_000);

test("trap 19: a failed CreateSession is not remembered", async () => {
  await withStack({ settings: BRIEF }, async ({ cloud, put, source, worker, requests, drained, expectEqual }) => {
    const action = { type: "error", status: 503, code: "ServiceUnavailable" } as const;
    const failing = cloud.faults.add({ operation: "CreateSession", times: 3, action });
    await put("copied", "content");
    await put("deleted", "content");
    cloud.s3.delete(source, "deleted");
    const one = await worker();
    await drained();
    await expectEqual();
    expect(failing.hits).toBe(3);
    expect(requests("CreateSession", { status: 200 }).length).toBeGreaterThanOrEqual(1);
    await one.ended(0);
    expect(one.lines().filter((line) => line.includes("unhandled"))).toEqual([]);
  });
});

test("trap 19: sessions that end early are replaced", async () => {
  await withStack({ settings: STAYING }, async (world) => {
    const { cloud, source, put, queue, worker, requests, jump, drained, expectEqual } = world;
    for (let i = 0; i < 3; i++) await put(`k/${i}`, "content");
    const one = await worker();
    await drained();
    cloud.s3.expireSessions();
    for (let i = 0; i < 2; i++) cloud.s3.delete(source, `k/${i}`);
    // A call that met the end of its session may have put its key back: nobody has to wait for that delay.
    await until("both are deleted", () => {
      const { visible, inFlight, delayed } = queue.depth();
      if (visible + inFlight === 0 && delayed > 0) jump(31);
      return visible + inFlight + delayed === 0;
    });
    await expectEqual();
    expect(requests("CreateSession", { status: 200 }).length).toBeGreaterThanOrEqual(2);
    expect(one.events("dead-lettered")).toEqual([]);
  });
});

test("trap 19: sessions that cannot be made for a while: the message is held, and it goes on", async () => {
  await withStack({ settings: STAYING }, async (world) => {
    const { cloud, source, destination, put, queue, worker, requests, drained, expectEqual } = world;
    await put("only", "content");
    const one = await worker();
    await drained();
    cloud.s3.setPolicy("worker", (action) => action !== "s3express:CreateSession");
    cloud.s3.expireSessions();
    cloud.s3.delete(source, "only");
    await one.logged("breaker-open", { code: "Session" });
    await until("a session is refused", () => requests("CreateSession", { status: 403 }).length > 0);
    expect(cloud.s3.head(destination, "only")).toBeDefined();
    expect(queue.depth()).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    cloud.s3.setPolicy("worker", undefined);
    await one.logged("breaker-closed");
    await drained();
    await expectEqual();
  });
});

test("trap 20: 256 copies are really in flight, and a burst of 503 is ridden out in process", async () => {
  await withStack({ settings: { ...BRIEF, copyConcurrency: 256 } }, async (world) => {
    const { cloud, queue, put, worker, requests, drained, expectEqual } = world;
    const copies = cloud.faults.hold({ operation: "CopyObject" });
    for (let i = 0; i < 300; i++) await put(`file-${i}`, `content ${i}`, { checksum: "none" });
    const one = await worker();
    await copies.arrived(256);
    expect(cloud.log.inFlightNow("CopyObject")).toBe(256);
    cloud.faults.add({ operation: "CopyObject", times: 250, probability: 0.6, action: { type: "throttle" } });
    copies.release();
    await drained(120_000);
    await expectEqual();
    await one.ended(0);
    expect(cloud.log.maxInFlight("CopyObject")).toBe(256);
    expect(requests("CopyObject", { status: 200 })).toHaveLength(300);
    // Nothing was given back, nothing was received twice, and the worker slowed down.
    expect(cloud.log.count("SendMessageBatch") + cloud.log.count("SendMessage")).toBe(0);
    expect(queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(one.events("worker-finished")).toMatchObject([{ messages: 300, copies: 300, putBacks: 0, leasesLost: 0 }]);
  });
});
