/** What was aimed at, whether it is met, and what shows why it is not. Pure. */
import { formatNumber } from "../../../cli/cost/quantities";
import type { CpuShares } from "../profile/shares";
import { type BenchResult, typicalRun } from "../result";
import { wallRows } from "../wall-parts";
import { SLOTS } from "../workloads";
import type { Measured } from "./document";
import { whyMemory } from "./memory-section";

/** What was aimed at, and how it is read out of a result. */
interface Target {
  readonly name: BenchResult["name"];
  readonly what: string;
  readonly aim: number;
  readonly isMost: boolean;
  /** Undefined where there is nothing to compare with: then it is no row. */
  readonly of: (measured: Measured) => number | undefined;
  /** Why it is missed, where a table shows it. */
  readonly why?: (measured: Measured, shares: CpuShares) => string;
}

const TARGETS: readonly Target[] = [
  {
    name: "small",
    what: "CPU s per 1,000 objects",
    aim: 0.2,
    isMost: true,
    of: ({ result }) => result.cpuSecondsPer1000,
    why: whyCpu,
  },
  {
    name: "small",
    what: "wall / that of the fastest other tool",
    aim: 1,
    isMost: true,
    of: ({ result }) => overFastest(result),
    why: () => "[what limits `small`](#what-limits-small)",
  },
  {
    name: "large",
    what: "wall / ideal",
    aim: 1.1,
    isMost: true,
    of: ({ result }) => result.wallSeconds / result.idealSeconds,
    why: whyWall,
  },
  {
    name: "giant",
    what: "part of the slots that was busy",
    aim: 0.95,
    isMost: false,
    of: ({ result }) => middle(result, "slotsBusy"),
    why: () => "`npm run bench -- profile giant` shows when slots were empty",
  },
  {
    name: "hot-key",
    what: "copies per key and second",
    aim: 2,
    isMost: true,
    of: ({ result }) => middle(result, "copiesPerKeyAndSecond"),
  },
  {
    name: "verify",
    what: "CPU s per 1,000,000 objects, start included",
    aim: 6,
    isMost: true,
    of: ({ job, result }) => (middle(result, "cpuSeconds") / job.objects.length) * 1e6,
    why: () => "`npm run bench -- profile verify` shows where it goes",
  },
  {
    name: "verify",
    what: "peak memory, MiB",
    aim: 150,
    isMost: true,
    of: ({ result }) => result.peakRssMiB,
    why: whyMemory,
  },
  ...(["large", "small"] as const).map((name) => ({
    name,
    what: `peak memory at ${SLOTS} slots, MiB`,
    aim: 150,
    isMost: true,
    of: ({ result }: Measured) => result.peakRssMiB,
    why: whyMemory,
  })),
];

/** A row for each target of a benchmark that was measured. */
export function targetRows(measured: readonly Measured[], shares: CpuShares): string[][] {
  return TARGETS.flatMap((target) => targetRow(target, measured, shares));
}

function targetRow(
  { name, what, aim, isMost, of, why }: Target,
  measured: readonly Measured[],
  shares: CpuShares,
): string[][] {
  const found = measured.find(({ job }) => job.name === name);
  if (found === undefined) return [];
  const value = of(found);
  if (value === undefined) return [];
  const isMet = isMost ? value <= aim : value >= aim;
  const factor = isMost ? value / aim : aim / value;
  const because = why === undefined ? "" : `: ${why(found, shares)}`;
  const verdict = isMet ? "met" : `**missed**, by a factor of ${formatNumber(factor)}${because}`;
  return [[name, what, `${isMost ? "at most" : "at least"} ${formatNumber(aim)}`, formatNumber(value), verdict]];
}

/** Of the tools that copied every object. */
function overFastest({ wallSeconds, peers }: BenchResult): number | undefined {
  const walls = peers.filter(({ failedObjects }) => failedObjects === 0).map((peer) => peer.wallSeconds);
  return walls.length === 0 ? undefined : wallSeconds / Math.min(...walls);
}

function middle({ runs }: BenchResult, name: "slotsBusy" | "copiesPerKeyAndSecond" | "cpuSeconds"): number {
  const sorted = runs.map((run) => run[name]).sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** The most that are named as a reason. */
const NAMED = 3;

function whyCpu({ result }: Measured, { areas }: CpuShares): string {
  const { cpuSeconds = 0, mainThreadCpuSeconds } = typicalRun(result.runs) ?? {};
  const others =
    mainThreadCpuSeconds === undefined
      ? ""
      : `${formatNumber(Math.max(0, cpuSeconds - mainThreadCpuSeconds))} of ${formatNumber(cpuSeconds)} s are threads beside the main one; of the main one `;
  const most = areas.slice(0, NAMED).map(({ area, percent }) => `${area} ${percent.toFixed(1)} %`);
  return `${others}${most.join(", ")}: [where the CPU goes](#where-the-cpu-goes)`;
}

function whyWall({ result }: Measured): string {
  const parts = typicalRun(result.runs)?.wallParts;
  if (parts === undefined) return "[the wall of `large`](#the-wall-of-large)";
  const most = wallRows(parts, result.idealSeconds)
    .slice(0, -1)
    .sort((one, other) => other.lostSeconds - one.lostSeconds)
    .slice(0, NAMED)
    .map(({ what, lostSeconds }) => `${formatNumber(lostSeconds)} s (${what})`);
  return `lost are ${most.join(", ")}: [the wall of \`large\`](#the-wall-of-large)`;
}
