/** Which task to buy, and what the calls of the queue cost, from figures that are given. */
import { queueLines, taskLines } from "../../lab/bench/buy-table";
import { dollarsOf } from "../../lab/bench/dollars";
import { costOf, QUEUE_CALLS } from "../../lab/bench/queue-cost";
import { bestTask, type Processes, taskRows } from "../../lab/bench/task-sizes";

const ALONE: Processes = { processes: 1, objectsPerSecond: 1_800, cpuSecondsPer1000: 0.5 };
const TWO: Processes = { processes: 2, objectsPerSecond: 1_600, cpuSecondsPer1000: 0.8 };

test("a task does what its CPUs suffice for, and no more than its processes can", () => {
  const rows = taskRows([ALONE, TWO]);
  expect(rows.map(({ cpus, processes, objectsPerSecond }) => [cpus, processes, objectsPerSecond])).toEqual([
    [0.5, 1, 1_000],
    // One thread does 1,800 however many CPUs there are.
    [1, 1, 1_800],
    [2, 1, 1_800],
    [2, 2, 2_500],
  ]);
});

test("dollars are those of the task's time, at its size", () => {
  const [half] = taskRows([ALONE, TWO]);
  // 1,000 s of half a vCPU and a GB, four of five on Spot at half the price, and an address.
  const hour = 0.6 * (0.5 * 0.03238 + 0.00356) + 0.005;
  expect(half?.dollarsPerMillion).toBeCloseTo((hour * 1_000) / 3_600, 5);
  const used = { requests: {}, bytesCopied: 0, workerSeconds: 3_600 };
  expect(dollarsOf({ ...used, task: { cpus: 0.5, gigabytes: 1 } })).toBeCloseTo(hour, 8);
});

test("the better buy is the cheapest per object that the image can run: one process", () => {
  expect(bestTask(taskRows([ALONE, TWO]))).toMatchObject({ cpus: 1, processes: 1 });
  const waiting = { ...ALONE, objectsPerSecond: 100 };
  expect(bestTask(taskRows([waiting, TWO]))).toMatchObject({ cpus: 0.5 });
  const cheapTogether = taskRows([ALONE, { ...TWO, cpuSecondsPer1000: 0.1 }]);
  expect(bestTask(cheapTogether)).toMatchObject({ processes: 1 });
  expect(bestTask(taskRows([]))).toBeUndefined();
});

test("ten messages a call, at the price of a request", () => {
  for (const call of QUEUE_CALLS) {
    expect(costOf(call, 0.2)).toEqual({
      call,
      cpuPer1000Calls: 0.2,
      cpuPer1000Objects: 0.02,
      dollarsPerMillionObjects: 0.04,
    });
  }
});

test("people read the recommendation in a sentence, and every call in a row", () => {
  const tasks = taskLines({ measured: [ALONE, TWO], rows: taskRows([ALONE, TWO]) });
  expect(tasks.at(-1)).toBe("The better buy for the worker as it is: 1 vCPU, 2 GB.");
  expect(tasks.join("\n")).not.toMatch(/NaN|undefined/);
  const queue = queueLines(QUEUE_CALLS.map((call) => costOf(call, 0.2))).join("\n");
  for (const call of QUEUE_CALLS) expect(queue).toContain(call);
});
