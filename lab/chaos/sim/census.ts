/** What happened in simulated runs, counted. */
import type { RunResult } from "../../sim/simulation";

export interface Census {
  /** Requests of workers, by operation. */
  readonly operations: Record<string, number>;
  /** What was done to them: error codes, slow answers, failing entries, kills, ... */
  readonly faults: Record<string, number>;
  /** Changes of the source by kind. */
  readonly changes: Record<string, number>;
  workers: number;
  virtualSeconds: number;
}

export function emptyCensus(): Census {
  return { operations: {}, faults: {}, changes: {}, workers: 0, virtualSeconds: 0 };
}

export function takeCensus({ world, workers, virtualSeconds }: RunResult): Census {
  const census = { ...emptyCensus(), workers, virtualSeconds };
  for (const [kind, count] of world.network.injected) add(census.faults, kind, count);
  for (const { kind } of world.scenario.nemesis.troubles) add(census.faults, kind, 1);
  for (const { who, what } of world.history.lines) {
    if (what.endsWith(" sent")) add(census.operations, what.slice(0, -" sent".length), 1);
    else if (INTERRUPTIONS.has(what.split(" ")[0] ?? "")) add(census.faults, what.split(" ")[0] ?? "", 1);
    else if (who === "source" && !what.startsWith("bucket")) add(census.changes, what, 1);
  }
  return census;
}

const INTERRUPTIONS = new Set(["kill", "term", "freeze"]);

export function addCensus(to: Census, from: Census): void {
  for (const part of ["operations", "faults", "changes"] as const) {
    for (const [name, count] of Object.entries(from[part])) add(to[part], name, count);
  }
  to.workers += from.workers;
  to.virtualSeconds += from.virtualSeconds;
}

export function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function add(counts: Record<string, number>, name: string, count: number): void {
  counts[name] = (counts[name] ?? 0) + count;
}
