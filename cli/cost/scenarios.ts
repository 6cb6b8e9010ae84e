/**
 * The two scenarios that the first description of this system gave a price for, counted again: with its figures, with the same
 * hours at the prices here, and as they read. Pure.
 */
import { billOf, type Bill } from "./bill";
import type { Prices } from "./prices";
import { formatPrice } from "./quantities";
import { sum } from "./usage";
import { copying, DAYS_PER_MONTH, keeping, spreadOverDay, standing, workers } from "./work";

export interface Scenario {
  readonly title: string;
  readonly filesPerDay: number;
  readonly minutes: number;
  /** As it was written down. */
  readonly claimed: { readonly fargate: number; readonly total: number; readonly year: number };
}

export const SCENARIOS = {
  "seed-low": {
    title: "10 files a day, 2 minutes each time",
    filesPerDay: 10,
    minutes: 2,
    claimed: { fargate: 0.014, total: 0.02, year: 0.24 },
  },
  "seed-high": {
    title: "1,000 files a day, 30 minutes each time",
    filesPerDay: 1000,
    minutes: 30,
    claimed: { fargate: 0.21, total: 0.22, year: 2.64 },
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;

/** What both claimed figures divide by: dollars of a worker's hour. */
export const CLAIMED_DOLLARS_PER_HOUR = 0.014;
const SEED_MAX_WORKERS = 5;

export interface Reading {
  readonly reading: string;
  readonly workerHours: number;
  /** A month, Fargate and the addresses of its tasks. */
  readonly workersDollars: number;
}

export interface ScenarioResult {
  readonly scenario: Scenario;
  readonly readings: readonly Reading[];
  /** This system on the same files, everything included. */
  readonly month: Bill;
  readonly differences: readonly string[];
}

/** @param bytes of each file; the scenarios do not say */
export function runScenario(scenario: Scenario, bytes: number, prices: Prices): ScenarioResult {
  const { filesPerDay, minutes } = scenario;
  const oneRunADay = (DAYS_PER_MONTH * minutes) / 60;
  const eachFile = filesPerDay * oneRunADay;
  const perDay = spreadOverDay(filesPerDay, bytes);
  const spread = { runs: perDay.runs * DAYS_PER_MONTH, seconds: perDay.seconds * DAYS_PER_MONTH };
  const month = sum(
    copying([{ objects: filesPerDay * DAYS_PER_MONTH, bytes }], "event"),
    workers(spread),
    keeping(filesPerDay * bytes * DAYS_PER_MONTH),
    standing(0),
  );
  const readings: readonly Reading[] = [
    {
      reading: `as it counts: one worker, ${minutes} minutes a day, $${CLAIMED_DOLLARS_PER_HOUR} an hour`,
      workerHours: oneRunADay,
      workersDollars: oneRunADay * CLAIMED_DOLLARS_PER_HOUR,
    },
    { reading: "the same hours at these prices", ...atPrices(oneRunADay, prices) },
    { reading: `as it reads: every file ${minutes} minutes of a worker`, ...atPrices(eachFile, prices) },
    { reading: "this system: files evenly spread, workers that leave", ...atPrices(spread.seconds / 3600, prices) },
  ];
  return {
    scenario,
    readings,
    month: billOf(month, prices),
    differences: differencesOf(scenario, eachFile, bytes, prices),
  };
}

function atPrices(hours: number, prices: Prices): Omit<Reading, "reading"> {
  const { lines } = billOf(workers({ runs: 0, seconds: hours * 3600 }), prices);
  const compute = lines.filter(({ item }) => /^(spot|onDemand|publicAddress)/.test(item));
  return { workerHours: hours, workersDollars: compute.reduce((total, { dollars }) => total + dollars, 0) };
}

function differencesOf(
  { filesPerDay, minutes, claimed }: Scenario,
  eachFileHours: number,
  bytes: number,
  { expressStorage, expressUpload }: Prices,
): string[] {
  const needed = Math.ceil(eachFileHours / (DAYS_PER_MONTH * 24));
  return [
    `$${claimed.fargate} is ${DAYS_PER_MONTH} runs of ${minutes} minutes at $${CLAIMED_DOLLARS_PER_HOUR} an hour: one worker a day, whatever the number of files.`,
    `$${CLAIMED_DOLLARS_PER_HOUR} an hour is about 1 vCPU and 2 GB of Spot ($0.0148 on x86, 70 % off); the task it configures has 2 vCPU and 4 GB, and one worker in five is On-Demand.`,
    ...(needed > SEED_MAX_WORKERS
      ? [
          `${filesPerDay.toLocaleString("en-US")} files of ${minutes} minutes are ${eachFileHours.toLocaleString("en-US")} worker hours a month, ${needed} workers day and night; MAX_WORKERS is ${SEED_MAX_WORKERS}.`,
        ]
      : []),
    "Not in its figures: a worker's start and its last minute of waiting, the public address of each task, logs and metrics.",
    bytes === 0
      ? `Not in its figures, nor here without --object-size: Express storage (${formatPrice(expressStorage)} per GB and month) and upload (${formatPrice(expressUpload)} per GB), which are most of a real bill.`
      : "Not in its figures: Express storage and upload, which are most of a real bill.",
    "Lambda and SQS are free in it: true within the account's free tiers, which other systems share.",
  ];
}
