/** Which process is the limit, and the CPU time of threads. */
import { busyOf, coresBusy, limitOf } from "../../lab/bench/busy";
import { cpuSecondsOf, mainThreadCpuSeconds } from "../../lab/bench/proc-stat";

const times = (worker: number, cloud: number, others = 0) => ({
  wallSeconds: 10,
  cpuSeconds: worker + others,
  mainThreadCpuSeconds: worker,
  cloudCpuSeconds: cloud + others,
  cloudMainThreadCpuSeconds: cloud,
});

test("a process is its main thread and the others", () => {
  expect(busyOf(times(6, 7, 2))).toEqual([
    { process: "worker", cpuSeconds: 8, mainThreadSeconds: 6, otherThreadsSeconds: 2, ofWall: 0.6 },
    { process: "local cloud", cpuSeconds: 9, mainThreadSeconds: 7, otherThreadsSeconds: 2, ofWall: 0.7 },
  ]);
  expect(coresBusy(times(6, 7, 2), 4)).toBeCloseTo(17 / 40, 9);
});

test("where threads cannot be told apart the process counts as a whole", () => {
  const [worker] = busyOf({ ...times(6, 7, 2), mainThreadCpuSeconds: undefined });
  expect(worker).toMatchObject({ mainThreadSeconds: undefined, otherThreadsSeconds: undefined, ofWall: 0.8 });
});

describe("the limit is whoever computes nearly all the time", () => {
  test.each([
    ["the worker", times(9, 5), ": the worker is the limit."],
    ["the local cloud", times(5, 9), ": the local cloud is the limit, the worker waits for it."],
    ["both", times(9, 9), ": both are near all that one thread can do, and each is a limit."],
    ["the cores", times(6, 7, 2), "used 0.85 of the 2 cores: the machine is the limit"],
    ["nobody", times(2, 3), ": neither is the limit."],
  ])("%s", (_, run, verdict) => {
    const text = limitOf(run, 2);
    expect(text).toContain(verdict);
    expect(text.match(/ limit\b/g)).toHaveLength(1);
  });

  test("the sentence has the measured numbers", () => {
    expect(limitOf(times(9.1, 5), 2)).toContain("the worker computed for 0.91 s, the local cloud for 0.50 s");
    expect(limitOf(times(9.1, 5), 2, "verify")).toMatch(/ verify computed for 0\.91 s.*: verify is the limit\.$/);
  });
});

test("CPU seconds of /proc: user and system, on demand those of children, whatever the name", () => {
  const stat = `42 (a ) name (b) S 1 ${"0 ".repeat(9)}150 50 1000 2000 20 0`;
  expect([cpuSecondsOf(stat), cpuSecondsOf(stat, true)]).toEqual([2, 32]);
});

(process.platform === "linux" ? test : test.skip)("this thread's time is a part of this process's", () => {
  const until = performance.now() + 100;
  while (performance.now() < until);
  const { user, system } = process.cpuUsage();
  expect(mainThreadCpuSeconds()).toBeGreaterThan(0.01);
  expect(mainThreadCpuSeconds()).toBeLessThan((user + system) / 1e6 + 0.05);
});
