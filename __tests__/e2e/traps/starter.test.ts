/** Traps of the starter: approximate counts, lists that lag, Spot that is out. The real starter in its own process. */
import type { LookRecord, StarterResult } from "../../../functions/starter";
import type { SpotAvailability } from "../../../local/ecs";
import { until } from "../../support/e2e-wait";
import { type E2E, STAYING, withStack } from "../../support/e2e";

jest.setTimeout(180_000);

test("trap 21: trusting the approximate count: a list that lags starts no second pool", async () => {
  // A new task is missing from ListTasks for a minute; the queue's counts are half a minute old.
  const cloud = { ecs: { listingLagMs: 60_000 }, sqs: { countStalenessMs: 30_000 } };
  await withStack({ cloud, settings: { ...STAYING, maxWorkers: 5, messagesPerWorker: 1 } }, async (world) => {
    const { cloud: local, put, drained, expectEqual, workers } = world;
    for (let i = 0; i < 3; i++) await put(`k/${i}`, "content");
    expect(await looks(world)).toMatchObject([{ visible: 3, launched: 3, reason: "launch" }]);
    // The count is as it was and the tasks are not listed yet: the starter remembers what it launched.
    expect(await looks(world)).toMatchObject([{ visible: 3, running: 3, launched: 0, reason: "enough-starting" }]);
    expect(await looks(world)).toMatchObject([{ launched: 0 }]);
    expect(local.ecs.tasks()).toHaveLength(3);
    for (const worker of workers()) await worker.logged("worker-started");
    await drained();
    await expectEqual();
  });
});

test("trap 21: messages in flight are no backlog, and one that arrives as a worker leaves is picked up", async () => {
  await withStack({ settings: { longPollSeconds: 1, emptyPollsBeforeExit: 1, maxWorkers: 5 } }, async (world) => {
    const { cloud, put, drained, expectEqual, workers } = world;
    const copies = cloud.faults.hold({ operation: "CopyObject" });
    for (let i = 0; i < 20; i++) await put(`k/${i}`, "content");
    const one = await world.worker();
    await copies.arrived(20);
    expect(await looks(world)).toMatchObject([{ visible: 0, inFlight: 20, launched: 0, reason: "only-in-flight" }]);
    copies.release();
    await one.ended(0);
    await put("late", "content");
    expect(await looks(world)).toMatchObject([{ visible: 1, running: 0, launched: 1, reason: "launch" }]);
    await drained();
    await expectEqual();
    await Promise.all(workers().map((worker) => worker.ended(0)));
  });
});

const SHORTAGES: readonly SpotAvailability[] = ["failures", "exception", "dies-before-running"];

test.each(SHORTAGES)("trap 22: Spot without fallback: %s", async (shortage) => {
  const settings = { longPollSeconds: 1, emptyPollsBeforeExit: 2, maxWorkers: 3, spotWeight: 4, onDemandWeight: 1 };
  await withStack({ settings }, async (world) => {
    const { cloud, put, drained, expectEqual } = world;
    cloud.ecs.spotAvailability = shortage;
    for (let i = 0; i < 3; i++) await put(`k/${i}`, "content");
    let seen: readonly LookRecord[] = await looks(world);
    // Refused in the call: On-Demand in the same look. Dead before it ran: the next look knows.
    if (shortage === "dies-before-running") {
      expect(seen).toMatchObject([{ spotShortage: false, capacity: { FARGATE: 0, FARGATE_SPOT: 3 } }]);
      const dead = (): boolean => cloud.ecs.tasks().every((task) => task.lastStatus === "STOPPED");
      await until("no Spot task has come to run", () => cloud.ecs.tasks().length === 3 && dead());
      seen = await looks(world);
    }
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ spotShortage: true, capacity: { FARGATE: 3, FARGATE_SPOT: 0 } });
    await drained();
    await expectEqual();
    const started = cloud.ecs.tasks().filter((task) => task.startedAt !== undefined);
    expect(started.map((task) => task.capacityProviderName)).toEqual(["FARGATE", "FARGATE", "FARGATE"]);
  });
});

async function looks({ cloud, starterName }: E2E): Promise<readonly LookRecord[]> {
  const { outcome } = await cloud.lambda.invoke(starterName);
  if ("error" in outcome) throw new Error(outcome.error.errorMessage);
  return (JSON.parse(outcome.result) as StarterResult).looks;
}
