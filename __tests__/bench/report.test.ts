/** docs/performance.md and its picture, from results. */
import { performanceDocument, type Findings } from "../../lab/bench/report/document";
import { barsSvg } from "../../lab/bench/report/svg";
import { resultOf, type Run } from "../../lab/bench/result";
import { costOf } from "../../lab/bench/queue-cost";
import { taskRows } from "../../lab/bench/task-sizes";
import { jobOf, type Name } from "../../lab/bench/workloads";

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
  wallParts: undefined,
  peakRssMiB: 120,
  dollars: 0.01,
  failedObjects: 0,
  copiesPerKeyAndSecond: 1,
  workers: 1,
};
const PROCESSES = [
  { processes: 1, objectsPerSecond: 2_400, cpuSecondsPer1000: 0.4 },
  { processes: 2, objectsPerSecond: 1_500, cpuSecondsPer1000: 0.8 },
];
const PEER = { name: "other", version: "1", wallSeconds: 9, cpuSecondsPer1000: 4, peakRssMiB: 9, failedObjects: 0 };

function findings(peer = PEER): Findings {
  const measured = (["small", "large", "giant", "hot-key", "verify"] as Name[]).map((name) => {
    const job = jobOf(name, 0.001);
    return { job, tls: name === "small", result: resultOf(name, 6, [RUN], name === "small" ? [peer] : []) };
  });
  return {
    measured,
    ceiling: [{ server: "null server", requestsPerSecond: 12_000, clientCpuPer1000: 0.05 }],
    queue: [costOf("ReceiveMessage", 0.15)],
    tasks: { measured: PROCESSES, rows: taskRows(PROCESSES) },
    allocations: { lean: 12_000, nodeHttpUnsigned: 16_000, sdk: 250_000, listedRow: 0.1, listedObject: 300 },
    machine: "2 cores",
    command: "npm run bench -- report",
  };
}

test("a target that was missed says so, and by how much; one that was met does not", () => {
  const text = performanceDocument(findings());
  expect(text).toMatch(
    /\| small \| CPU s per 1,000 objects \| at most 0\.2 \| 0\.4 \| \*\*missed\*\*, by a factor of 2 \|/,
  );
  expect(text).toMatch(/\| large \| wall \/ ideal \| at most 1\.1 \| 1 \| met \|/);
  expect(text).toMatch(/\| giant \| part of the slots that was busy \| at least 0\.95 \| 0\.97 \| met \|/);
});

test("the fastest other tool that copied everything is an aim, too; without one there is no such row", () => {
  expect(performanceDocument(findings({ ...PEER, wallSeconds: 4 }))).toContain(
    "| small | wall / that of the fastest other tool | at most 1 | 1.5 | **missed**, by a factor of 1.5 |",
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

test("how it was made is in it, and nothing that is no figure", () => {
  const text = performanceDocument(findings());
  expect(text).toContain("Written by `npm run bench -- report`");
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
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
