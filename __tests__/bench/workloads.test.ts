/** The jobs and what no worker could beat. */
import { planCopy } from "../../core/parts";
import { DEFAULTS } from "../../core/env";
import {
  ALONE,
  FLEETS,
  fleetLimit,
  idealSeconds,
  type Job,
  jobOf,
  NAMES,
  partFor,
  SLOTS,
  totalBytes,
} from "../../lab/bench/workloads";

test("large is the manifest in question: 577 objects, 642 GB, keys that differ", () => {
  const job = jobOf("large");
  expect(job.objects).toHaveLength(577);
  expect(totalBytes(job)).toBe(642e9);
  expect(new Set(job.objects.map(({ key }) => key)).size).toBe(577);
  expect(job.objects.every(({ size }) => size > 0 && size < 5e9)).toBe(true);
});

test("giant is 5 TiB and fits S3's number of parts", () => {
  const [object] = jobOf("giant").objects;
  expect(object?.size).toBe(5 * 1024 ** 4);
  expect(planCopy(object!.size, DEFAULTS)).toMatchObject({ kind: "multipart" });
});

test.each(NAMES)("%s is the same in every process, and a part of it is no larger", (name) => {
  const part = jobOf(name, 0.001);
  expect(jobOf(name, 0.001)).toEqual(part);
  const whole = jobOf(name);
  expect(part.objects.length).toBeLessThanOrEqual(whole.objects.length);
  expect(part.eventsPerObject).toBeLessThanOrEqual(whole.eventsPerObject);
});

describe("fleet", () => {
  const job = jobOf("fleet");

  test("every worker has the same to do, and half of it where the source is slow", () => {
    expect(FLEETS.map((fleet) => partFor(job, fleet).objects.length)).toEqual([2_560, 5_120, 10_240, 20_480, 10_240]);
    expect(FLEETS.map((fleet) => partFor(job, fleet).latency.prefixReadsPerSecond)).toEqual([0, 0, 0, 0, 1_600]);
  });

  test("all objects are below one prefix, which is what S3 limits", () => {
    expect(new Set(job.objects.map(({ key }) => key.slice(0, key.lastIndexOf("/")))).size).toBe(1);
  });

  test("no workers are faster than their slots, or than two HEADs of each object at the source", () => {
    const limits = FLEETS.map((fleet) => fleetLimit(job, fleet));
    expect(limits.map((limit) => Math.round(limit))).toEqual([213, 427, 853, 1_707, 800]);
  });

  test("other jobs are what they are, for any workers", () => {
    const small = jobOf("small", 0.01);
    expect(partFor(small, { ...ALONE, workers: 2 })).toBe(small);
  });
});

describe("the ideal", () => {
  const job = (change: Partial<Job>): Job => ({ ...jobOf("small", 1 / 20_000), ...change });

  test("small: 20,000 copies of 30 ms in 256 slots", () => {
    expect(idealSeconds(jobOf("small"))).toBeCloseTo((20_000 * 0.03) / SLOTS, 6);
  });

  test("one object is bound by its own chain of requests", () => {
    expect(idealSeconds(jobOf("small", 1 / 20_000))).toBeCloseTo(0.01 + 0.03 + 0.01, 6);
  });

  test("bytes stream through all slots at once, and compressed time shows", () => {
    const large = job({
      objects: [{ key: "k", size: 512e9 }],
      latency: { copyBytesPerSecond: 100e6 },
    });
    expect(idealSeconds(large, 256)).toBeCloseTo(20, 6);
    expect(idealSeconds({ ...large, latency: { ...large.latency, speed: 4 } }, 256)).toBeCloseTo(5, 6);
    expect(idealSeconds(large, 128)).toBeCloseTo(40, 6);
  });

  test("what is only looked at has none", () => {
    expect([jobOf("verify", 0.001), jobOf("idle")].map((one) => idealSeconds(one))).toEqual([0, 0]);
  });
});
