/** What the queue costs and which task to buy, as text for people. Pure. */
import Table from "cli-table3";
import { formatDollars, formatNumber } from "../../cli/cost/quantities";
import type { QueueCost } from "./queue-cost";
import { bestTask } from "./task-sizes";
import type { Tasks } from "./tasks";

const STYLE = { head: [], border: [] };

export function queueLines(calls: readonly QueueCost[]): string[] {
  const table = new Table({
    head: [
      "call, ten messages each",
      "CPU s per 1,000 calls",
      "CPU s per 1,000 objects",
      "dollars per million objects",
    ],
    style: STYLE,
  });
  for (const one of calls) {
    table.push([
      one.call,
      String(one.cpuPer1000Calls),
      String(one.cpuPer1000Objects),
      formatDollars(one.dollarsPerMillionObjects),
    ]);
  }
  return [
    ...table.toString().split("\n"),
    "An object takes a receive and a delete, and a visibility change for every third of the visibility timeout that it is held.",
  ];
}

export function taskLines({ measured, rows }: Tasks): string[] {
  const seen = new Table({ head: ["worker processes", "objects/s", "CPU s per 1,000"], style: STYLE });
  for (const one of measured) {
    seen.push([one.processes, formatNumber(one.objectsPerSecond), formatNumber(one.cpuSecondsPer1000)]);
  }
  const reckoned = new Table({
    head: ["vCPU", "GB", "processes", "objects/s", "dollars per million objects"],
    style: STYLE,
  });
  for (const row of rows) {
    reckoned.push([
      row.cpus,
      row.gigabytes,
      row.processes,
      formatNumber(row.objectsPerSecond),
      formatDollars(row.dollarsPerMillion),
    ]);
  }
  const best = bestTask(rows);
  return [
    "Measured, the local cloud on the same cores:",
    ...seen.toString().split("\n"),
    "Reckoned from it with Fargate's prices, requests not included:",
    ...reckoned.toString().split("\n"),
    ...(best === undefined ? [] : [`The better buy for the worker as it is: ${best.cpus} vCPU, ${best.gigabytes} GB.`]),
  ];
}
