/** From runs to the document of --json. */
import { dollarsOf } from "../../lab/bench/dollars";
import { median, resultOf, rounded, type Run, spread } from "../../lab/bench/result";
import { resultLines } from "../../lab/bench/table";
import { jobOf } from "../../lab/bench/workloads";

const RUN: Run = {
  wallSeconds: 2,
  startSeconds: 0.3,
  cpuSeconds: 4,
  mainThreadCpuSeconds: 3,
  cpuSecondsPer1000: 0.2,
  cloudCpuSeconds: 5,
  cloudMainThreadCpuSeconds: 4,
  requests: { HeadObject: 2, CopyObject: 1 },
  errors: {},
  maxInFlight: 256,
  slotsBusy: 0.97,
  wallParts: undefined,
  peakRssMiB: 120,
  memory: undefined,
  dollars: 0.01,
  failedObjects: 0,
  copiesPerKeyAndSecond: 1,
  workers: 1,
  readsPerSecond: 0,
  objects: 10,
};

test("medians, of an even number the middle of the two in the middle", () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7])]).toEqual([2, 2.5, 7]);
  expect(median([])).toBeNaN();
  expect(spread([3, 1, 2])).toEqual([1, 3]);
  expect(rounded(123_456.789)).toBe(123_500);
});

test("the document has exactly the fields that programs rely on", () => {
  const runs = [5, 1, 3].map((wallSeconds) => ({ ...RUN, wallSeconds, requests: { HeadObject: wallSeconds } }));
  const result = resultOf("small", 0.5, runs, []);
  expect(Object.keys(result).sort()).toEqual(
    [
      "cpuSecondsPer1000",
      "dollars",
      "idealSeconds",
      "maxInFlight",
      "name",
      "peakRssMiB",
      "peers",
      "requests",
      "runs",
      "wallSeconds",
    ].sort(),
  );
  expect(result).toMatchObject({ name: "small", wallSeconds: 3, idealSeconds: 0.5, requests: { HeadObject: 3 } });
});

test("no run is no result", () => {
  expect(() => resultOf("small", 1, [], [])).toThrow(RangeError);
});

test("people see the ratio to the ideal and how often the other tools need it", () => {
  const peer = {
    name: "other",
    version: "1.2",
    wallSeconds: 6,
    cpuSecondsPer1000: 0.6,
    peakRssMiB: 100,
    failedObjects: 19,
  };
  const text = resultLines(jobOf("small", 0.001), resultOf("small", 1.6, [RUN], [peer])).join("\n");
  expect(text).toMatch(/wall \/ ideal[^\n]*1\.25/);
  expect(text).toMatch(/other 1\.2[^\n]* 6 [^\n]* 3 [^\n]* 0\.6 [^\n]* 3 [^\n]* 100 [^\n]* 19 /);
});

describe("dollars", () => {
  const nothing = { requests: {}, bytesCopied: 0, workerSeconds: 0 };

  test("nothing costs nothing; requests, bytes and time each have their price", () => {
    expect(dollarsOf(nothing)).toBe(0);
    expect(dollarsOf({ ...nothing, requests: { CopyObject: 500, UploadPartCopy: 500 } })).toBeCloseTo(0.00113, 8);
    expect(dollarsOf({ ...nothing, requests: { HeadObject: 1000 } })).toBeCloseTo(0.0004, 8);
    expect(dollarsOf({ ...nothing, bytesCopied: 642e9 })).toBeCloseTo(642 * 0.0032, 6);
    expect(dollarsOf({ ...nothing, workerSeconds: 3600 })).toBeCloseTo(0.6 * (2 * 0.03238 + 4 * 0.00356) + 0.005, 6);
  });
});
