/** A result as text for people. Pure. */
import Table from "cli-table3";
import { formatDollars, formatNumber } from "../../cli/cost/quantities";
import { FLEET_HEAD, fleetRows } from "./fleet-rows";
import { type BenchResult, type Run, spread } from "./result";
import type { Job } from "./workloads";

/** One line each: what it is, and its median with the smallest and largest of all runs. */
export function resultLines(job: Job, result: BenchResult): string[] {
  const { idealSeconds } = result;
  const most = Math.max(...result.runs.map((run) => run.workers));
  const runs = result.runs.filter((run) => run.workers === most && run.readsPerSecond === 0);
  const table = new Table({ head: ["", "median", "smallest", "largest"], style: { head: [], border: [] } });
  const row = (name: string, value: number, pick: (run: Run) => number, shown = formatNumber): void => {
    const [least, most] = spread(runs.map(pick));
    table.push([name, shown(value), shown(least), shown(most)]);
  };
  const middle = (pick: (run: Run) => number): number => {
    const sorted = runs.map(pick).sort((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  };
  const extra = (name: string, pick: (run: Run) => number): void => row(name, middle(pick), pick);
  row("wall, s", result.wallSeconds, (run) => run.wallSeconds);
  if (idealSeconds > 0) {
    table.push(["ideal, s", formatNumber(idealSeconds), "", ""]);
    row("wall / ideal", result.wallSeconds / idealSeconds, (run) => run.wallSeconds / idealSeconds);
  }
  extra("of it start of the process, s", (run) => run.startSeconds);
  extra("CPU of the worker, s", (run) => run.cpuSeconds);
  row(
    `CPU per 1,000 ${job.eventsPerObject > 1 ? "events" : "objects"}, s`,
    result.cpuSecondsPer1000,
    (run) => run.cpuSecondsPer1000,
  );
  extra("CPU of the local cloud, s", (run) => run.cloudCpuSeconds);
  row("most requests in flight", result.maxInFlight, (run) => run.maxInFlight);
  if (idealSeconds > 0) extra("part of the slots that was busy", (run) => run.slotsBusy);
  if (job.name === "hot-key") extra("copies per key and second", (run) => run.copiesPerKeyAndSecond);
  row("peak memory, MiB", result.peakRssMiB, (run) => run.peakRssMiB);
  row("dollars", result.dollars, (run) => run.dollars, formatDollars);
  return [
    `${job.name}: ${job.about}`,
    ...table.toString().split("\n"),
    `requests: ${Object.entries(result.requests)
      .map(([name, count]) => `${name} ${formatNumber(count)}`)
      .join(", ")}`,
    ...fleetLines(job, result.runs),
    ...errorLines(runs),
    ...peerLines(result),
  ];
}

function fleetLines(job: Job, runs: readonly Run[]): string[] {
  if (job.name !== "fleet") return [];
  const table = new Table({ head: [...FLEET_HEAD], style: { head: [], border: [] } });
  table.push(...fleetRows(job, runs));
  return table.toString().split("\n");
}

function errorLines(runs: readonly Run[]): string[] {
  const errors = runs.flatMap((run) => Object.entries(run.errors).map(([name, count]) => `${name} ${count}`));
  return errors.length === 0 ? [] : [`answered with an error: ${errors.join(", ")}`];
}

function peerLines({ peers, wallSeconds, cpuSecondsPer1000 }: BenchResult): string[] {
  if (peers.length === 0) return [];
  const table = new Table({
    head: ["on the same cloud", "wall, s", "x ours", "CPU s per 1,000", "x ours", "MiB", "failed"],
    style: { head: [], border: [] },
  });
  for (const peer of peers) {
    table.push([
      `${peer.name} ${peer.version}`,
      formatNumber(peer.wallSeconds),
      formatNumber(peer.wallSeconds / wallSeconds),
      formatNumber(peer.cpuSecondsPer1000),
      formatNumber(peer.cpuSecondsPer1000 / cpuSecondsPer1000),
      formatNumber(peer.peakRssMiB),
      formatNumber(peer.failedObjects),
    ]);
  }
  return table.toString().split("\n");
}
