/** `npm run forecast` as a process: what it prints, and how it ends. */
import { spawnSync } from "node:child_process";

const aNumber = expect.any(Number) as number;
const run = (...args: string[]) => spawnSync(process.execPath, ["dist/forecast.cjs", ...args], { encoding: "utf8" });

test("--json is one document with every run, its bill, and what is assumed", () => {
  const { stdout, stderr, status } = run("--objects", "5000", "--bytes", "1GB", "--runs", "2", "--json");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const document = JSON.parse(stdout) as { runs: unknown[]; assumptions: string[] };
  expect(document).toMatchObject({
    scenario: { job: { kind: "backlog", objects: 5000 }, settings: { maxWorkers: 5 }, world: { prefixes: 1 } },
    ideal: { perSecond: aNumber, boundBy: "source prefixes", seconds: aNumber },
    median: { "lag p99": aNumber, dollars: aNumber, "workers started": aNumber },
    warnings: [],
    prices: expect.stringMatching(/^us-east-1, \d{4}-/) as string,
  });
  expect(document.runs).toHaveLength(2);
  expect(document.runs[1]).toMatchObject({
    seed: 2,
    outcome: { copied: 5000, makespanSeconds: aNumber, lagSeconds: { p50: aNumber } },
    bill: {
      dollars: aNumber,
      lines: expect.arrayContaining([expect.objectContaining({ item: "spotCpu" })]) as unknown,
    },
  });
  expect(document.assumptions.length).toBeGreaterThan(5);
});

test("wake: both intervals, the shorter one sooner and dearer", () => {
  const { stdout, status } = run("wake", "--runs", "500", "--json");
  expect(status).toBe(0);
  const { wakes } = JSON.parse(stdout) as {
    wakes: { firstWorker: { p50: number; max: number }; starterDollarsPerMonth: number }[];
  };
  const [minute, ten] = wakes as [(typeof wakes)[0], (typeof wakes)[0]];
  expect(wakes).toMatchObject([{ pollIntervalSeconds: 60 }, { pollIntervalSeconds: 10 }]);
  // Half an interval on average, 1 s of notification and half a second of a look before the median start of 35 s.
  expect(minute.firstWorker.p50).toBeGreaterThan(60);
  expect(minute.firstWorker.p50).toBeLessThan(75);
  expect(ten.firstWorker.p50).toBeLessThan(50);
  expect(ten.starterDollarsPerMonth).toBeGreaterThan(minute.starterDollarsPerMonth);
});

test("a job whose messages outlive the queue's retention is warned of", () => {
  const { stdout } = run("--objects", "1000000000", "--bytes", "1TB", "--prefix-reads", "2000", "--runs", "1");
  expect(stdout).toMatch(/Careful: some messages wait \d+\.\d days, and the queue drops them after 10 days/);
});

test("wrong usage: all problems and the usage on stderr, nothing on stdout, exit code 2", () => {
  const { stdout, stderr, status } = run("--objects", "x", "--runs", "0");
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain("--objects must be");
  expect(stderr).toContain("--runs must be");
  expect(stderr).toContain("usage: npm run forecast");
  expect(run("--help")).toMatchObject({ status: 0, stderr: "" });
});
