/** Where the CPU and the wall of a benchmark go, as rows for a document and as text for people. Pure. */
import Table from "cli-table3";
import { formatNumber } from "../../../cli/cost/quantities";
import { busyOf, coresBusy, limitOf } from "../busy";
import type { Run } from "../result";
import { idealSeconds, type Job } from "../workloads";
import { type WallRow, wallRows } from "../wall-parts";
import type { Profiled } from "./measure";
import type { CpuShares } from "./shares";

export const AREA_HEAD = ["area", "of the busy time", "s"];

export function areaRows({ areas }: CpuShares): string[][] {
  return areas.map(({ area, percent, seconds }) => [area, `${percent.toFixed(1)} %`, formatNumber(seconds)]);
}

/** How much of the wall is in no row. */
export function idleSentence({ wallSeconds, idleSeconds }: CpuShares): string {
  const percent = Math.round((idleSeconds / wallSeconds) * 100);
  return `The main thread had nothing to do for ${formatNumber(idleSeconds)} of ${formatNumber(wallSeconds)} s (${percent} %); that is in no row.`;
}

export const BUSY_HEAD = ["process", "CPU, s", "of it main thread", "other threads", "main thread / wall"];

/** Columns of threads are empty where the system does not tell them apart. */
export function busyRows(run: Run, cores: number, what?: "worker" | "verify"): string[][] {
  const shown = (value: number | undefined): string => (value === undefined ? "" : formatNumber(value));
  const rows = busyOf(run, what).map((one) => [
    one.process,
    formatNumber(one.cpuSeconds),
    shown(one.mainThreadSeconds),
    shown(one.otherThreadsSeconds),
    one.mainThreadSeconds === undefined ? "" : formatNumber(one.ofWall),
  ]);
  const together = formatNumber(run.cpuSeconds + run.cloudCpuSeconds);
  return [...rows, [`both: ${formatNumber(coresBusy(run, cores))} of the ${cores} cores`, together, "", "", ""]];
}

export const WALL_HEAD = ["part of the wall", "s", "slots busy", "lost, s"];

export function wallCells(rows: readonly WallRow[]): string[][] {
  return rows.map(({ what, seconds, slotsBusy, lostSeconds }) => [
    what,
    seconds === undefined ? "" : formatNumber(seconds),
    slotsBusy === undefined ? "" : formatNumber(slotsBusy),
    // Sums that are none leave a trace of a rounding behind.
    formatNumber(Math.round(lostSeconds * 1000) / 1000 + 0),
  ]);
}

/** For people: what the document's tables show. */
export function profileLines(job: Job, { run, shares }: Profiled, cores: number): string[] {
  const what = job.copied ? "verify" : "worker";
  return [
    `${job.name}: ${job.about}`,
    ...drawn(AREA_HEAD, areaRows(shares)),
    idleSentence(shares),
    "",
    `Of a run without a profile, ${formatNumber(run.wallSeconds)} s:`,
    ...drawn(BUSY_HEAD, busyRows(run, cores, what)),
    limitOf(run, cores, what),
    ...(run.wallParts === undefined ? [] : drawn(WALL_HEAD, wallCells(wallRows(run.wallParts, idealSeconds(job))))),
  ];
}

function drawn(head: readonly string[], rows: readonly string[][]): string[] {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  table.push(...rows);
  return table.toString().split("\n");
}
