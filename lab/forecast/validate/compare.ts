/** Both runs side by side, and whether the simulation may be believed. Pure. */
import type { Outcome } from "../outcome";
import type { Told } from "./plan";

export interface Row {
  readonly what: string;
  readonly processes: number;
  readonly simulation: number;
  /** Of the simulation from the processes; 0 where both are 0. */
  readonly deviationPercent: number;
  /** At most so much is put up with; 0: it must be the same. */
  readonly toleratedPercent: number;
  readonly isTime: boolean;
}

/** Times of a shared machine: what is worth finding is a model that is off by more. */
const TOLERATED_PERCENT = 25;
/** A worker has two keys per slot in progress, which share its slots in turn; in the simulation they come one after another, and end sooner. */
const LAG_TOLERATED_PERCENT = 35;

export function toldOf(outcome: Outcome): Told {
  const { makespanSeconds, endSeconds, workersStarted, lagSeconds, requests } = outcome;
  return { makespanSeconds, endSeconds, workersStarted, lagP50: lagSeconds.p50, lagP99: lagSeconds.p99, requests };
}

export function compareRuns(processes: Told, simulation: Told): readonly Row[] {
  const row = (what: string, of: (told: Told) => number, toleratedPercent: number): Row => {
    const [real, simulated] = [of(processes), of(simulation)];
    const deviationPercent = real === simulated ? 0 : (100 * (simulated - real)) / real;
    return {
      what,
      processes: real,
      simulation: simulated,
      deviationPercent,
      toleratedPercent,
      isTime: toleratedPercent > 0,
    };
  };
  return [
    row("everything copied and checked after", (told) => told.makespanSeconds, TOLERATED_PERCENT),
    row("last worker gone after", (told) => told.endSeconds, TOLERATED_PERCENT),
    row("lag p50", (told) => told.lagP50, LAG_TOLERATED_PERCENT),
    row("lag p99", (told) => told.lagP99, LAG_TOLERATED_PERCENT),
    row("workers started", (told) => told.workersStarted, 0),
    ...Object.keys(simulation.requests).map((operation) =>
      row(operation, (told) => told.requests[operation] ?? NaN, 0),
    ),
  ];
}

export function isWithin({ deviationPercent, toleratedPercent }: Row): boolean {
  return Math.abs(deviationPercent) <= toleratedPercent;
}
