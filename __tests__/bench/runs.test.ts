/** Every benchmark end to end, as small as it can be: the built programs on a local cloud in a process of its own. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Profiled } from "../../lab/bench/profile/measure";
import type { Allocations } from "../../lab/bench/report/document";
import type { BenchResult } from "../../lab/bench/result";

jest.setTimeout(240_000);

async function bench(...args: string[]): Promise<BenchResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(process.cwd(), "dist/bench.cjs"), ...args]);
  expect(stdout.trimEnd()).not.toContain("\n");
  return JSON.parse(stdout) as BenchResult;
}

const smallest = (name: string, scale: string, ...more: string[]) =>
  bench(name, "--json", "--runs", "1", "--scale", scale, ...more);

test("small over TLS: a guard by counting, for the number of requests per object is what the promise costs", async () => {
  const { requests, runs, maxInFlight } = await smallest("small", "0.01", "--tls");
  expect(requests["CopyObject"]).toBe(200);
  // One before and one after each copy, two of the look at the set-up.
  expect(requests["HeadObject"]).toBe(2 * 200 + 2);
  // Ten messages a call, and a few calls that are not full.
  expect(requests["DeleteMessageBatch"]).toBeLessThanOrEqual(200 / 10 + 5);
  expect(requests["ReceiveMessage"]).toBeLessThanOrEqual(200 / 10 + 5);
  expect(Object.keys(requests).sort()).toEqual([
    "CopyObject",
    "CreateSession",
    "DeleteMessageBatch",
    "HeadBucket",
    "HeadObject",
    "ReceiveMessage",
  ]);
  expect(maxInFlight).toBeGreaterThan(1);
  expect(runs[0]).toMatchObject({ failedObjects: 0, workers: 1 });
  expect(runs[0]!.cpuSeconds).toBeGreaterThan(0);
  const { peakRssMiB, memory } = runs[0]!;
  expect(peakRssMiB).toBeGreaterThan(20);
  const { rssMiB, livingMiB, ...parts } = memory!;
  // What was seen now and then is no more than the true peak, and not far from it.
  expect(rssMiB / peakRssMiB).toBeGreaterThan(0.8);
  expect(rssMiB).toBeLessThanOrEqual(peakRssMiB + 1);
  expect(Object.values(parts).reduce((sum, part) => sum + part, livingMiB ?? 0)).toBeCloseTo(rssMiB, 6);
});

test("the same through the SDK: more bytes and more CPU, the same requests", async () => {
  const { requests } = await smallest("small", "0.005", "--transport", "sdk");
  expect(requests).toMatchObject({ CopyObject: 100, HeadObject: 202 });
});

test("large: parts and single copies, as planned", async () => {
  const { requests, idealSeconds, wallSeconds } = await smallest("large", "0.01");
  expect(requests).toMatchObject({ CreateMultipartUpload: 2, CompleteMultipartUpload: 2, CopyObject: 4 });
  expect(wallSeconds).toBeGreaterThan(idealSeconds);
});

test("giant and mixed", async () => {
  expect((await smallest("giant", "0.001")).requests).toMatchObject({ CompleteMultipartUpload: 1 });
  expect((await smallest("mixed", "0.01")).requests["CopyObject"]).toBe(51);
});

test("hot-key: many events of a key are one copy", async () => {
  const { requests } = await smallest("hot-key", "0.02");
  expect(requests["CopyObject"]).toBe(10);
});

test("verify: as many lists as pages on both sides, and nothing else of the objects", async () => {
  const { requests } = await smallest("verify", "0.0025");
  expect(requests["ListObjectsV2"]).toBe(6);
  expect(requests["HeadObject"] ?? 0).toBeLessThanOrEqual(2);
});

test("idle: one empty poll per receiver, and the worker leaves", async () => {
  const { requests } = await smallest("idle", "1");
  expect(requests["ReceiveMessage"]).toBe(2);
  expect(requests["CopyObject"]).toBeUndefined();
});

test("fleet: each number of workers does its part, and all of it is there afterwards", async () => {
  const { runs, wallSeconds } = await smallest("fleet", "0.01");
  expect(runs.map(({ workers, objects, readsPerSecond }) => [workers, objects, readsPerSecond])).toEqual([
    [1, 26, 0],
    [2, 52, 0],
    [4, 103, 0],
    [8, 205, 0],
    [8, 103, 1_600],
  ]);
  for (const { requests, objects } of runs) expect(requests["CopyObject"]).toBe(objects);
  // The medians are those of the most workers without a limit.
  expect(wallSeconds).toBeCloseTo(runs[3]!.wallSeconds, 1);
});

test("ceiling: the local cloud beside a server that does nothing", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(process.cwd(), "dist/bench.cjs"),
    ...["ceiling", "--json", "--runs", "1", "--scale", "0.02"],
  ]);
  const { servers } = JSON.parse(stdout) as { servers: { server: string; requestsPerSecond: number }[] };
  expect(servers.map(({ server }) => server)).toEqual(["local cloud", "null server"]);
  for (const { requestsPerSecond } of servers) expect(requestsPerSecond).toBeGreaterThan(50);
});

test("queue: every message is received, extended and deleted in tens", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(process.cwd(), "dist/bench.cjs"),
    ...["queue", "--json", "--runs", "1", "--scale", "0.02"],
  ]);
  const { calls } = JSON.parse(stdout) as { calls: { call: string; cpuPer1000Calls: number }[] };
  expect(calls.map(({ call }) => call)).toEqual([
    "ReceiveMessage",
    "ChangeMessageVisibilityBatch",
    "DeleteMessageBatch",
  ]);
  for (const { cpuPer1000Calls } of calls) expect(cpuPer1000Calls).toBeGreaterThan(0);
});

test("tasks: one process and two, and a row for every size", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(process.cwd(), "dist/bench.cjs"),
    ...["tasks", "--json", "--runs", "1", "--scale", "0.01"],
  ]);
  const { measured, rows } = JSON.parse(stdout) as { measured: { processes: number }[]; rows: { cpus: number }[] };
  expect(measured.map(({ processes }) => processes)).toEqual([1, 2]);
  expect(rows.map(({ cpus }) => cpus)).toEqual([0.5, 1, 2, 2]);
});

test("profile: every look at the worker has an area, and the wall its parts", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(process.cwd(), "dist/bench.cjs"),
    ...["profile", "small", "--tls", "--json", "--scale", "0.05"],
  ]);
  const { benchmark, run, shares } = JSON.parse(stdout) as Profiled & { benchmark: string };
  expect(benchmark).toBe("small");
  const percents = new Map(shares.areas.map(({ area, percent }) => [area, percent]));
  expect([...percents.values()].reduce((sum, percent) => sum + percent, 0)).toBeCloseTo(100, 6);
  for (const area of ["TLS and sockets", "garbage collection", "worker/", "transport of our own (aws/lean/)"]) {
    expect(percents.get(area)).toBeGreaterThan(0);
  }
  const busy = shares.areas.reduce((sum, { seconds }) => sum + seconds, 0);
  expect(busy + shares.idleSeconds).toBeCloseTo(shares.wallSeconds, 1);
  const wall = run.wallParts!.parts.reduce((sum, { seconds }) => sum + seconds, 0);
  expect(wall).toBeCloseTo(run.wallSeconds, 6);
  if (process.platform === "linux") {
    expect(run.mainThreadCpuSeconds).toBeGreaterThan(0);
    expect(run.mainThreadCpuSeconds).toBeLessThan(run.cpuSeconds + 0.02);
    expect(run.cloudMainThreadCpuSeconds).toBeGreaterThan(0);
  }
});

test("a guard of the hot path: a request allocates six tenths at most of what node:http does without a signature, and a tenth of what the SDK does", async () => {
  const program = join(process.cwd(), "dist/bench-allocations.cjs");
  const flags = ["--expose-gc", "--max-semi-space-size=256", "--min-semi-space-size=256"];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program]);
  const bytes = JSON.parse(stdout) as Allocations;
  expect(bytes.lean).toBeGreaterThan(0);
  expect(bytes.lean / bytes.nodeHttpUnsigned).toBeLessThan(0.6);
  expect(bytes.lean / bytes.sdk).toBeLessThan(0.1);
  // A page of a thousand keys makes a few texts, not a text a key.
  expect(bytes.listedObject).toBeGreaterThan(0);
  expect(bytes.listedRow / bytes.listedObject).toBeLessThan(0.1);
});
