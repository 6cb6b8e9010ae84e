/** docs/performance.md and its picture, from results. */
import { performanceDocument, type Findings } from "../../lab/bench/report/document";
import type { CpuShares } from "../../lab/bench/profile/shares";
import { barsSvg } from "../../lab/bench/report/svg";
import type { MemorySplit } from "../../lab/bench/memory-split";
import { resultOf, type Run } from "../../lab/bench/result";
import { costOf } from "../../lab/bench/queue-cost";
import { taskRows } from "../../lab/bench/task-sizes";
import type { WallParts } from "../../lab/bench/wall-parts";
import { jobOf, type Name } from "../../lab/bench/workloads";
import { anchorsOf } from "../docs/pages";

const WALL: WallParts = {
  most: 256,
  parts: [
    { name: "start", seconds: 0.5, slotsBusy: 0 },
    { name: "filling", seconds: 0.2, slotsBusy: 0.5 },
    { name: "filled", seconds: 5, slotsBusy: 0.98 },
    { name: "ending", seconds: 0.3, slotsBusy: 0 },
  ],
};
/** 90 MiB of heap at the peak of 160. */
const MEMORY: MemorySplit = {
  ...{ rssMiB: 160, livingMiB: 16, garbageMiB: 40, youngMiB: 31, emptyMiB: 3, outsideMiB: 4, restMiB: 66 },
};
const RUN: Run = {
  wallSeconds: 6,
  startSeconds: 0.3,
  cpuSeconds: 4,
  mainThreadCpuSeconds: 3,
  cpuSecondsPer1000: 0.4,
  cloudCpuSeconds: 5,
  cloudMainThreadCpuSeconds: 4,
  requests: { HeadObject: 2000 },
  errors: {},
  maxInFlight: 256,
  slotsBusy: 0.97,
  wallParts: WALL,
  peakRssMiB: 120,
  memory: MEMORY,
  dollars: 0.01,
  failedObjects: 0,
  copiesPerKeyAndSecond: 1,
  workers: 1,
  readsPerSecond: 0,
  objects: 10,
};
const PROCESSES = [
  { processes: 1, objectsPerSecond: 2_400, cpuSecondsPer1000: 0.4 },
  { processes: 2, objectsPerSecond: 1_500, cpuSecondsPer1000: 0.8 },
];
const SHARES: CpuShares = {
  wallSeconds: 6,
  idleSeconds: 1.5,
  areas: [
    { area: "TLS and sockets", seconds: 2.25, percent: 50 },
    { area: "garbage collection", seconds: 1.125, percent: 25 },
    { area: "worker/", seconds: 0.675, percent: 15 },
    { area: "core/", seconds: 0.45, percent: 10 },
  ],
};
const FLEET_RUNS: readonly Run[] = [
  { ...RUN, workers: 8, objects: 20_480, wallSeconds: 13.8, startSeconds: 1, requests: { ReceiveMessage: 4_096 } },
  {
    ...RUN,
    ...{ workers: 8, readsPerSecond: 1_600, objects: 10_240, wallSeconds: 17, startSeconds: 1 },
    ...{ requests: { ReceiveMessage: 1_024 }, errors: { HeadObject: 316, ReceiveMessage: 1 } },
  },
];
const PEER = { name: "other", version: "1", wallSeconds: 9, cpuSecondsPer1000: 4, peakRssMiB: 9, failedObjects: 0 };

const runOf = (name: Name): Run =>
  ["small", "large", "giant"].includes(name) ? RUN : { ...RUN, wallParts: undefined };

function findings(peer = PEER, largeIdealSeconds = 6): Findings {
  const measured = (["small", "large", "giant", "hot-key", "verify", "idle"] as Name[]).map((name) => {
    const job = jobOf(name, 0.001);
    return {
      job,
      tls: name === "small",
      result: resultOf(name, name === "large" ? largeIdealSeconds : 6, [runOf(name)], name === "small" ? [peer] : []),
    };
  });
  return {
    measured,
    ceiling: [{ server: "null server", requestsPerSecond: 12_000, clientCpuPer1000: 0.05 }],
    queue: [costOf("ReceiveMessage", 0.15)],
    tasks: { measured: PROCESSES, rows: taskRows(PROCESSES) },
    fleet: { job: jobOf("fleet"), tls: false, result: resultOf("fleet", 12, FLEET_RUNS, []) },
    allocations: { lean: 12_000, nodeHttpUnsigned: 16_000, sdk: 250_000, listedRow: 0.1, listedObject: 300 },
    shares: SHARES,
    cores: 2,
    machine: "2 cores",
    command: "npm run bench -- report",
  };
}

test("a target that was missed says so, and by how much; one that was met does not", () => {
  const text = performanceDocument(findings());
  expect(text).toMatch(
    /\| small \| CPU s per 1,000 objects \| at most 0\.2 \| 0\.4 \| \*\*missed\*\*, by a factor of 2: /,
  );
  expect(text).toMatch(/\| large \| wall \/ ideal \| at most 1\.1 \| 1 \| met \|/);
  expect(text).toMatch(/\| giant \| part of the slots that was busy \| at least 0\.95 \| 0\.97 \| met \|/);
});

test("the fastest other tool that copied everything is an aim, too; without one there is no such row", () => {
  expect(performanceDocument(findings({ ...PEER, wallSeconds: 4 }))).toContain(
    "| small | wall / that of the fastest other tool | at most 1 | 1.5 | **missed**, by a factor of 1.5: [what limits `small`](#what-limits-small) |",
  );
  expect(performanceDocument(findings())).toContain(
    "| small | wall / that of the fastest other tool | at most 1 | 0.67 | met |",
  );
  expect(performanceDocument(findings({ ...PEER, failedObjects: 1 }))).not.toContain("fastest other tool");
});

test("other tools stand beside ours, with the ratio and what they failed at", () => {
  expect(performanceDocument(findings())).toContain("| small | other 1 | 9 | 1.5 | 4 | 10 | 9 | 0 |");
  const failing = performanceDocument(findings({ ...PEER, failedObjects: 3 }));
  expect(failing).toContain("| small | other 1 | failed |  |  |  | 9 | 3 |");
});

test("several workers stand beside each other, with what they could have done and what S3 refused them", () => {
  const text = performanceDocument(findings());
  // 20,480 objects in 12.8 s, of 8 x 256 / 1.2 s.
  expect(text).toContain("| 8 | all | 20,480 | 1,600 | 0.94 | 200 | 0 |");
  // Two of a worker's answers are about its set-up.
  expect(text).toContain("| 8 | 1,600 reads/s | 10,240 | 640 | 0.8 | 100 | 300 |");
});

test("how it was made is in it, and nothing that is no figure", () => {
  const text = performanceDocument(findings());
  expect(text).toContain("Written by `npm run bench -- report`");
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

test("where the CPU goes is a table of the profile, and what limits small follows the measured times", () => {
  const text = performanceDocument(findings());
  expect(text).toContain("| TLS and sockets | 50.0 % | 2.25 |");
  expect(text).toContain("The main thread had nothing to do for 1.5 of 6 s (25 %)");
  expect(text).toContain("| worker | 4 | 3 | 1 | 0.5 |");
  expect(text).toContain("| local cloud | 5 | 4 | 1 | 0.67 |");
  expect(text).toContain("| both: 0.75 of the 2 cores | 9 |");
  expect(text).toContain("for 0.50 s, the local cloud for 0.67 s: neither is the limit.");
  expect(performanceDocument({ ...findings(), cores: 1 })).toContain("1.50 of the 1 cores: the machine is the limit");
});

test("the wall of large says what is lost against the ideal", () => {
  const text = performanceDocument(findings(PEER, 5));
  expect(text).toContain("| start of the process, until its first request | 0.5 | 0 | 0.5 |");
  expect(text).toContain("| until 256 copy requests are in flight for the last time | 5 | 0.98 | 0.1 |");
  expect(text).toContain("| copy requests that took longer than the model says |  |  | 0 |");
  expect(text).toContain("| together | 6 | 0.83 | 1 |");
});

test("what is missed points at the table that shows why, and at the largest rows of it", () => {
  const text = performanceDocument(findings(PEER, 5));
  expect(text).toContain(
    "1 of 4 s are threads beside the main one; of the main one TLS and sockets 50.0 %, garbage collection 25.0 %, worker/ 15.0 %: [where the CPU goes](#where-the-cpu-goes) |",
  );
  expect(text).toMatch(
    /\| large \| wall \/ ideal .*lost are 0\.5 s \(start of the process, until its first request\), 0\.3 s \(until the last message is acknowledged\), 0\.1 s \(.*\): \[the wall of `large`\]\(#the-wall-of-large\) \|/,
  );
  for (const [, anchor] of text.matchAll(/\]\(#([a-z-]+)\)/g)) expect(anchorsOf({ file: "", text })).toContain(anchor);
});

/** `small` with a peak, and what its process told of it. */
function withPeak(peakRssMiB: number, memory: MemorySplit | undefined): Findings {
  const all = findings();
  const measured = all.measured.map((one) => ({
    ...one,
    result: { ...one.result, peakRssMiB, runs: one.result.runs.map((run) => ({ ...run, peakRssMiB, memory })) },
  }));
  return { ...all, measured };
}

test("where the memory goes is a table, and a missed target names its parts, the largest first", () => {
  const text = performanceDocument(withPeak(161, MEMORY));
  expect(text).toContain("| small | 160 | 16 | 40 | 31 | 3 | 4 | 66 |");
  expect(text).toContain(
    "| small | peak memory at 256 slots, MiB | at most 150 | 161 | **missed**, by a factor of 1.07: of 160 MiB are 66 everything else, 40 garbage, not collected yet, 31 young generation, 16 lives, 4 outside the heap, 3 pages with room: [where the memory goes](#where-the-memory-goes) |",
  );
  expect(anchorsOf({ file: "", text })).toContain("where-the-memory-goes");
  expect(performanceDocument(findings())).toContain(
    "| small | peak memory at 256 slots, MiB | at most 150 | 120 | met |",
  );
});

test("a process that told nothing of its memory has no row, and one without a full collection no figure of what lives", () => {
  expect(performanceDocument(withPeak(161, undefined))).not.toMatch(/#?where the memory goes/i);
  const text = performanceDocument(withPeak(120, { ...MEMORY, livingMiB: undefined }));
  expect(text).toContain("| small | 160 |  | 40 | 31 |");
});

test("without threads and without copies nothing stands where it would", () => {
  const bare = findings();
  const strip = (run: Run): Run => ({ ...run, mainThreadCpuSeconds: undefined, wallParts: undefined });
  const measured = bare.measured.map((one) => ({
    ...one,
    result: { ...one.result, runs: one.result.runs.map(strip) },
  }));
  const text = performanceDocument({ ...bare, measured });
  expect(text).toContain("| worker | 4 |  |  |  |");
  expect(text).not.toContain("threads beside the main one");
  expect(text).not.toContain("## The wall of");
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

test("what a worker without work costs is said as it was measured", () => {
  expect(performanceDocument(findings())).toContain("A worker that finds nothing to do takes 4 CPU s");
});

test("the size of the task in the settings is the one that the measurement recommends", () => {
  const text = performanceDocument(findings());
  expect(text).toContain("| ReceiveMessage | 0.15 | 0.015 | $0.04 |");
  expect(text).toContain("The better buy is one process in a task of 1 vCPU and 2 GB");
  expect(text.match(/ \| 256 \| 1024 \/ 2048 \| /g)).toHaveLength(4);
  const cheap = [{ processes: 1, objectsPerSecond: 500, cpuSecondsPer1000: 0.4 }];
  const smaller = performanceDocument({ ...findings(), tasks: { measured: cheap, rows: taskRows(cheap) } });
  expect(smaller.match(/ \| 256 \| 512 \/ 1024 \| /g)).toHaveLength(4);
});

test("bars are as long as their values, and a label cannot be markup", () => {
  const svg = barsSvg(
    "t",
    [
      { label: "a<b", value: 4, isOurs: true },
      { label: "c", value: 1, isOurs: false },
    ],
    String,
  );
  expect([...svg.matchAll(/rect x="\d+" y="\d+" width="(\d+)"/g)].map(([, width]) => Number(width))).toEqual([
    420, 105,
  ]);
  expect(svg).toContain("a&lt;b");
  expect(svg.match(/<svg|<\/svg>/g)).toHaveLength(2);
});
