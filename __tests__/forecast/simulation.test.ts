/** The simulated loop: nothing is lost or copied twice, nothing is faster than it can be, and everybody leaves. */
import fc from "fast-check";
import { idealOf } from "../../lab/forecast/ideal";
import { OPERATIONS, profileOf } from "../../lab/forecast/profile";
import { objectsOf, type Scenario } from "../../lab/forecast/scenario";
import { simulate } from "../../lab/forecast/simulation";
import { MIB } from "../../core/parts";
import { CALM, scenario } from "./scenarios";

const jobs = fc.oneof(
  fc.record({
    kind: fc.constant("backlog" as const),
    objects: fc.integer({ min: 1, max: 10_000 }),
    objectBytes: fc.constantFrom(0, 100_000, 10 * MIB, 700 * MIB, 40_000 * MIB),
  }),
  fc.record({
    kind: fc.constant("stream" as const),
    perSecond: fc.double({ min: 0.01, max: 20, noNaN: true }),
    objectBytes: fc.constantFrom(1000, 300 * MIB),
    hours: fc.double({ min: 0.02, max: 0.5, noNaN: true }),
    burst: fc.constantFrom(1, 5),
  }),
);

const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    job: jobs,
    isBackfill: fc.boolean(),
    seed: fc.integer({ min: 0, max: 1_000_000 }),
    maxWorkers: fc.integer({ min: 1, max: 12 }),
    messagesPerWorker: fc.constantFrom(1, 20),
    pollIntervalSeconds: fc.constantFrom(10, 60, 120),
    copyConcurrency: fc.constantFrom(4, 64, 256),
    spotInterruptionsPerHour: fc.constantFrom(0, 0.5, 30),
    sourceReadsPerSecond: fc.constantFrom(50, 5_500),
  })
  .map(({ job, isBackfill, seed, spotInterruptionsPerHour, sourceReadsPerSecond, ...settings }) =>
    scenario({
      job,
      cause: isBackfill && job.kind === "backlog" ? "backfill" : "event",
      seed,
      settings,
      world: { spotInterruptionsPerHour, sourceReadsPerSecond },
    }),
  );

test("all objects are copied once, no sooner than they can be, and every worker leaves", () => {
  fc.assert(
    fc.property(scenarios, (one) => {
      const outcome = simulate(one);
      const profile = profileOf(one);
      expect(outcome.copied).toBe(objectsOf(one.job));
      expect(outcome.workersAtEnd).toBe(0);
      expect(outcome.mostWorkers).toBeLessThanOrEqual(one.settings.maxWorkers);
      expect(outcome.workersStarted).toBeGreaterThanOrEqual(outcome.mostWorkers);
      for (const operation of ["CopyObject", "UploadPartCopy", "CompleteMultipartUpload"] as const) {
        expect(outcome.requests[operation]).toBe(profile.requests[operation] * outcome.copied);
      }
      // Whatever is repeated, nothing is left out.
      for (const operation of OPERATIONS) {
        expect(outcome.requests[operation]).toBeGreaterThanOrEqual(profile.requests[operation] * outcome.copied);
      }
      // The first object of a pipe is not waited for: one share of a worker may be missing.
      const { seconds, perWorkerPerSecond } = idealOf(one);
      if (one.job.kind === "backlog") {
        expect(outcome.makespanSeconds).toBeGreaterThanOrEqual(seconds - one.settings.maxWorkers / perWorkerPerSecond);
      }
      const { p50, p90, p99, max } = outcome.lagSeconds;
      const least = (profile.beforeMs + profile.copyMs + profile.afterMs) / 1000;
      expect([p50, p90, p99, max]).toEqual([p50, p90, p99, max].sort((a, b) => a - b));
      expect(p50).toBeGreaterThanOrEqual(least - 1e-6);
      expect(max).toBeLessThanOrEqual(outcome.makespanSeconds + 1e-6);
      expect(outcome.workerSeconds).toBeLessThanOrEqual(outcome.workersStarted * outcome.endSeconds);
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("the same seed gives the same result, another seed another one", () => {
  const one = scenario({ world: { spotInterruptionsPerHour: 20 } });
  const outcome = simulate(one);
  expect(simulate(one)).toEqual(outcome);
  expect(outcome.makespanSeconds).not.toBe(simulate({ ...one, seed: 2 }).makespanSeconds);
});

test("more workers are never slower, and twice as many halve what does not wait for a start", () => {
  const job = { kind: "backlog", objects: 1_000_000, objectBytes: 100_000 } as const;
  const seconds = [1, 2, 4, 8].map((maxWorkers) => {
    const { makespanSeconds, firstWorkerSeconds } = simulate(
      scenario({
        job,
        settings: { maxWorkers },
        world: { ...CALM, prefixes: 10, schedule: { firstMs: 1000, everyMs: 60_000 } },
      }),
    );
    return makespanSeconds - firstWorkerSeconds;
  });
  for (const [index, longer] of seconds.slice(0, -1).entries()) {
    expect(longer / seconds[index + 1]!).toBeGreaterThan(1.9);
    expect(longer / seconds[index + 1]!).toBeLessThan(2.1);
  }
});

test("what the source's prefix does not give, no worker takes", () => {
  const job = { kind: "backlog", objects: 1_000_000, objectBytes: 1000 } as const;
  const one = scenario({ job, settings: { maxWorkers: 50 }, world: { ...CALM, sourceReadsPerSecond: 600 } });
  expect(idealOf(one)).toMatchObject({ boundBy: "source prefixes", perSecond: 200 });
  const { makespanSeconds } = simulate(one);
  expect(makespanSeconds).toBeGreaterThanOrEqual(5000);
  expect(makespanSeconds).toBeLessThan(5000 * 1.05);
});

test("an interruption costs time and looks, and copies nothing twice", () => {
  const job = { kind: "backlog", objects: 400, objectBytes: 20_000 * MIB } as const;
  const calm = simulate(scenario({ job, cause: "event", world: { spotInterruptionsPerHour: 0 } }));
  const stormy = simulate(scenario({ job, cause: "event", world: { spotInterruptionsPerHour: 200 } }));
  expect(stormy.interruptions).toBeGreaterThan(5);
  expect(stormy.requests.UploadPartCopy).toBe(calm.requests.UploadPartCopy);
  expect(stormy.requests["HeadObject (destination)"]).toBeGreaterThan(calm.requests["HeadObject (destination)"]);
  expect(stormy.workersStarted).toBeGreaterThan(calm.workersStarted);
  expect(stormy.makespanSeconds).toBeGreaterThan(calm.makespanSeconds);
});

test("without a weight for Spot no worker runs on it, and none is interrupted", () => {
  const settings = { spotWeight: 0, onDemandWeight: 1 };
  const outcome = simulate(scenario({ settings, world: { spotInterruptionsPerHour: 50 } }));
  expect(outcome).toMatchObject({ spotShare: 0, interruptions: 0 });
});

test("a worker leaves after its empty polls, and a late object starts another one", () => {
  const one = scenario({
    job: { kind: "backlog", objects: 1, objectBytes: 1000 },
    cause: "event",
    world: { ...CALM, schedule: { firstMs: 10_000, everyMs: 60_000 }, startSeconds: 30, lookMs: 500 },
  });
  const outcome = simulate(one);
  expect(outcome.firstWorkerSeconds).toBe(40.5);
  expect(outcome.endSeconds).toBe(40.5 + 3 * 20);
  expect(outcome.workerSeconds).toBe(30 + 3 * 20);
  const sparse = simulate({
    ...one,
    job: { kind: "stream", perSecond: 0.001, objectBytes: 1000, hours: 10, burst: 1 },
  });
  expect(sparse.workersStarted).toBeGreaterThan(20);
  // A second one where two objects come before the first worker has started.
  expect(sparse.mostWorkers).toBeLessThanOrEqual(2);
});
