import * as fc from "fast-check";
import { assessFleet, type TaskFacts } from "../../core/fleet";
import { afterLaunch, deal, type Dealt, MAX_BATCH } from "../../core/launch";
import { decideScale } from "../../core/scale";

const NOW = 1_800_000_000_000;
const depth = fc.record({ visible: fc.nat(1_000_000), inFlight: fc.nat(120_000), delayed: fc.nat(1000) });
const config = fc.record({
  maxWorkers: fc.nat(200),
  messagesPerWorker: fc.integer({ min: 1, max: 1000 }),
  scalingRule: fc.constantFrom("visible" as const, "seed" as const),
});
const ago = fc.integer({ min: 0, max: 3_600_000 }).map((ms) => NOW - ms);
const task: fc.Arbitrary<TaskFacts> = fc
  .record(
    {
      capacity: fc.constantFrom("FARGATE" as const, "FARGATE_SPOT" as const),
      lastStatus: fc.constantFrom("PROVISIONING", "PENDING", "RUNNING", "DEPROVISIONING", "STOPPED"),
      desiredStatus: fc.constantFrom("RUNNING", "STOPPED"),
      createdAt: ago,
      startedAt: ago,
      stoppedAt: ago,
      stopCode: fc.constantFrom("SpotInterruption", "TaskFailedToStart", "EssentialContainerExited", "UserInitiated"),
      exitCode: fc.constantFrom(0, 1, 137),
    },
    { requiredKeys: ["lastStatus", "desiredStatus"] },
  )
  .map((facts) => ({ ...facts, arn: "" }));
const fleet = fc.array(task, { maxLength: 60 }).map((tasks) =>
  assessFleet(
    tasks.map((one, index) => ({ ...one, arn: `${index}` })),
    { launches: [], spotRefusedAt: 0 },
    NOW,
  ),
);

it("launches a whole number, never negative, never beyond the maximum, never more than there is work", () => {
  fc.assert(
    fc.property(depth, fleet, config, (queue, state, limits) => {
      const { launch, reason } = decideScale(queue, state, limits, NOW);
      expect(Number.isInteger(launch)).toBe(true);
      expect(launch).toBeGreaterThanOrEqual(0);
      if (launch > 0) {
        expect(state.running + launch).toBeLessThanOrEqual(limits.maxWorkers);
        expect(["launch", "crash-loop"]).toContain(reason);
      }
      expect(launch).toBeLessThanOrEqual(queue.visible + (limits.scalingRule === "seed" ? queue.inFlight : 0));
      if (reason === "launch") expect(launch).toBeGreaterThan(0);
      if (state.crashLoop) expect(launch).toBeLessThanOrEqual(1);
    }),
    { numRuns: 500 },
  );
});

it("more messages never launch fewer workers", () => {
  fc.assert(
    fc.property(depth, fleet, config, fc.nat(1000), (queue, state, limits, more) => {
      const less = decideScale(queue, state, limits, NOW).launch;
      expect(
        decideScale({ ...queue, visible: queue.visible + more }, state, limits, NOW).launch,
      ).toBeGreaterThanOrEqual(less);
    }),
  );
});

it("starting workers are only ever a part of the running ones", () => {
  fc.assert(fc.property(fleet, (state) => state.starting <= state.running));
});

it("over any sequence of launches the ratio of capacities is exact, shortages or not, in calls of at most ten", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(40), fc.boolean()), { minLength: 1, maxLength: 60 }),
      fc.nat(20),
      fc.integer({ min: 1, max: 20 }),
      (launches, spotWeight, onDemandWeight) => {
        let dealt: Dealt = { spot: 0, onDemand: 0 };
        for (const [count, short] of launches) {
          const batches = deal(count, dealt, { spotWeight, onDemandWeight }, short);
          expect(batches.reduce((sum, batch) => sum + batch.count, 0)).toBe(count);
          for (const batch of batches) {
            expect(batch.count >= 1 && batch.count <= MAX_BATCH).toBe(true);
            if (short) expect(batch.capacity).toBe("FARGATE");
            else expect(batch.capacity).toBe(batch.share === "spot" ? "FARGATE_SPOT" : "FARGATE");
            dealt = afterLaunch(dealt, batch, batch.count);
          }
          const total = dealt.spot + dealt.onDemand;
          expect(dealt.onDemand).toBe(Math.floor((total * onDemandWeight) / (spotWeight + onDemandWeight)));
        }
      },
    ),
  );
});

it("one at a time, 5,000 workers at 4 : 1 are 4,000 and 1,000, every fifth On-Demand", () => {
  let dealt: Dealt = { spot: 0, onDemand: 0 };
  for (let launched = 1; launched <= 5000; launched += 1) {
    const [batch] = deal(1, dealt, { spotWeight: 4, onDemandWeight: 1 }, false);
    if (batch === undefined) throw new Error("one worker is one batch");
    if ((batch.capacity === "FARGATE") !== (launched % 5 === 0))
      throw new Error(`worker ${launched} on ${batch.capacity}`);
    dealt = afterLaunch(dealt, batch, 1);
  }
  expect(dealt).toEqual({ spot: 4000, onDemand: 1000 });
});
