/** Starter and workers together: from none to several and back, paused, too many invocations at once, crash loops. */
import type { LookRecord, StarterResult } from "../../functions/starter";
import { type E2E, withStack } from "../support/e2e";
import { until } from "../support/e2e-wait";

jest.setTimeout(180_000);

const BRIEF_LOOP = { longPollSeconds: 1, emptyPollsBeforeExit: 2, maxWorkers: 3 } as const;

test("the schedule takes it from nothing to several workers and back to nothing", async () => {
  const settings = { ...BRIEF_LOOP, pollIntervalSeconds: 1, messagesPerWorker: 4 };
  await withStack({ settings, scheduled: true }, async (world) => {
    const { cloud, put, drained, expectEqual, workers } = world;
    await until("looks at an empty queue", () => cloud.log.count("GetQueueAttributes", "starter") >= 2);
    expect(cloud.ecs.tasks()).toEqual([]);
    const copies = cloud.faults.hold({ operation: "CopyObject" });
    for (let i = 0; i < 40; i++) await put(`k/${i}`, `content ${i}`);
    await until("the most workers allowed", () => cloud.ecs.tasks().length === 3);
    const looks = cloud.log.count("GetQueueAttributes", "starter");
    await until("two more looks", () => cloud.log.count("GetQueueAttributes", "starter") >= looks + 2);
    expect(cloud.ecs.tasks()).toHaveLength(3);
    copies.release();
    await drained();
    await Promise.all(workers().map((worker) => worker.ended(0)));
    await expectEqual();
    // Four on Spot to one On-Demand: the first three are Spot.
    expect(cloud.ecs.tasks().map((task) => task.capacityProviderName)).toEqual(Array(3).fill("FARGATE_SPOT"));
    await put("later", "content");
    await drained();
    await expectEqual();
  });
});

test("paused: events are kept and nobody is launched", async () => {
  await withStack({ settings: { ...BRIEF_LOOP, maxWorkers: 0 } }, async (world) => {
    const { cloud, queue, put } = world;
    await put("kept", "content");
    expect(await looksOf(world)).toMatchObject([{ visible: 1, launched: 0, reason: "paused" }]);
    expect(cloud.ecs.tasks()).toEqual([]);
    expect(cloud.log.count("RunTask")).toBe(0);
    expect(queue.depth()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  });
});

test("invocations at once and repeated never exceed the most workers", async () => {
  await withStack({ settings: BRIEF_LOOP }, async (world) => {
    const { cloud, starterName, put, drained, expectEqual, workers } = world;
    for (let i = 0; i < 12; i++) await put(`k/${i}`, `content ${i}`);
    const event = { time: "2026-02-03T04:05:00Z" };
    // Reserved concurrency of one: the second is refused, and the schedule brings it again.
    const atOnce = await Promise.allSettled([
      cloud.lambda.invoke(starterName, event),
      cloud.lambda.invoke(starterName, event),
    ]);
    expect(atOnce.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await cloud.lambda.invoke(starterName, event);
    expect(cloud.ecs.tasks()).toHaveLength(3);
    await drained();
    await expectEqual();
    await Promise.all(workers().map((worker) => worker.ended(0)));
  });
});

test("a crash loop slows down: three that die badly, then one in ten minutes", async () => {
  // Workers that are told nonsense end with 1 at once.
  const workerEnvironment = { COPY_CONCURRENCY: "nonsense" };
  await withStack({ settings: BRIEF_LOOP, workerEnvironment }, async (world) => {
    const { cloud, queue, put, workers } = world;
    for (let i = 0; i < 3; i++) await put(`k/${i}`, "content");
    expect(await looksOf(world)).toMatchObject([{ launched: 3, reason: "launch", crashLoop: false }]);
    await Promise.all(workers().map((worker) => worker.ended(1)));
    expect(await looksOf(world)).toMatchObject([{ launched: 0, reason: "crash-loop", crashLoop: true }]);
    expect(await looksOf(world)).toMatchObject([{ launched: 0, reason: "crash-loop" }]);
    expect(cloud.ecs.tasks()).toHaveLength(3);
    // Nothing was received by those that died, so no message has lost an attempt.
    expect(queue.peek().map(({ receiveCount }) => receiveCount)).toEqual([0, 0, 0]);
  });
});

async function looksOf({ cloud, starterName }: E2E): Promise<readonly LookRecord[]> {
  const { outcome } = await cloud.lambda.invoke(starterName);
  if ("error" in outcome) throw new Error(outcome.error.errorMessage);
  return (JSON.parse(outcome.result) as StarterResult).looks;
}
