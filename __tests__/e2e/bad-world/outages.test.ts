/** Outages: everything is refused, connections hang, deletes fail entry by entry, deliveries come twice. */
import { BRIEF, STAYING, withStack } from "../../support/e2e";

jest.setTimeout(180_000);

test("403 on everything: the breaker opens, nothing is dead-lettered, messages are back with their counters, exit 1", async () => {
  const settings = { ...STAYING, breakerBudgetSeconds: 3, maxReceiveCount: 3 };
  await withStack({ settings }, async (world) => {
    const { cloud, queue, deadLetters, put, worker, jump, drained, expectEqual } = world;
    const one = await worker();
    cloud.s3.setPolicy("worker", () => false);
    const keys = Array.from({ length: 12 }, (_, index) => `k/${index}`);
    for (const key of keys) await put(key, "content");
    await one.logged("breaker-open", { code: "AccessDenied", budgetSeconds: 3 });
    await one.ended(1);
    expect(one.events("worker-finished")).toMatchObject([{ reason: "breaker", exitCode: 1, deadLetters: 0 }]);
    const [spent] = one.events("breaker-budget-spent");
    expect(spent?.["error"]).toContain("Access Denied");
    const [open] = one.events("breaker-open");
    expect(open?.["advice"]).toContain("Check the task role");
    expect(deadLetters.depth().visible).toBe(0);
    // Interruptions do not count: whoever comes next has all attempts left.
    const envelopes = queue.peek().filter(({ body }) => body.startsWith('{"v":1'));
    for (const { body } of envelopes) expect(JSON.parse(body)).toMatchObject({ v: 1, failures: 0 });
    expect(queue.depth().inFlight).toBe(0);
    expect(queue.depth().visible + queue.depth().delayed).toBe(keys.length);
    cloud.s3.setPolicy("worker", undefined);
    jump(120);
    await worker();
    await drained();
    await expectEqual();
  });
});

test("a hanging connection is given up, and the same key is synced", async () => {
  await withStack({ settings: BRIEF }, async ({ cloud, source, put, worker, requests, drained, expectEqual }) => {
    const hang = cloud.faults.add({
      operation: "HeadObject",
      resource: source,
      key: "k",
      times: 1,
      action: { type: "hang" },
    });
    await put("k", "content");
    const one = await worker();
    await drained();
    await expectEqual();
    await one.ended(0);
    expect(hang.hits).toBe(1);
    expect(requests("HeadObject", { resource: source, key: "k" }).map(({ status }) => status)).toEqual([0, 200, 200]);
  });
});

test("connections that are reset, SlowDown on HEADs, and a receive that fails are ridden out", async () => {
  await withStack({ settings: BRIEF }, async ({ cloud, source, put, worker, deadLetters, drained, expectEqual }) => {
    cloud.faults.add({
      service: "s3",
      operation: "HeadObject",
      resource: source,
      times: 20,
      probability: 0.4,
      action: { type: "throttle" },
    });
    cloud.faults.add({ operation: "UploadPartCopy", times: 3, action: { type: "reset", when: "after" } });
    cloud.faults.add({ operation: "ReceiveMessage", skip: 2, times: 2, action: { type: "reset", when: "before" } });
    for (let i = 0; i < 30; i++) await put(`k/${i}`, `content ${i}`);
    await put("parts", { phantomBytes: 600 * 1024 ** 2 });
    const one = await worker();
    await drained();
    await expectEqual();
    await one.ended(0);
    expect(deadLetters.depth().visible).toBe(0);
  });
});

test("deletes that fail entry by entry or are lost, and deliveries that come twice", async () => {
  const cloud = { sqs: { duplicateProbability: 0.5, shuffle: true } };
  await withStack({ cloud, settings: BRIEF }, async (world) => {
    const { cloud: local, queue, deadLetters, put, worker, drained, expectEqual } = world;
    local.s3.setDelivery({ delayMs: [0, 300], duplicate: 0.4, reorder: 0.4 });
    local.faults.add({ operation: "DeleteMessageBatch", times: 2, action: { type: "throttle" } });
    local.faults.add({ operation: "DeleteMessageBatch", skip: 2, times: 1, action: { type: "reset", when: "after" } });
    const workers = [await worker(), await worker()];
    for (let round = 1; round <= 3; round++) {
      for (let i = 0; i < 15; i++) {
        if ((round + i) % 4 === 0) local.s3.delete(world.source, `k/${i}`);
        else await put(`k/${i}`, `content ${i} of round ${round}`);
      }
    }
    await drained();
    await expectEqual();
    expect([deadLetters.depth().visible, queue.depth().inFlight]).toEqual([0, 0]);
    await Promise.all(workers.map((one) => one.ended(0)));
  });
});
