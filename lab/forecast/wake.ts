/** From an event in a system at rest to the first worker and the first copy, by how often the starter looks, and what that costs. */
import { builtInPrices, datedTable } from "../../cli/cost/built-in-prices";
import { formatDollars } from "../../cli/cost/quantities";
import type { Out } from "../../cli/shell/out";
import { bytes, count } from "../../cli/shell/words";
import { assumptionsOf } from "./assumptions";
import { starterBill } from "./dollars";
import { type LagSummary, makeLags } from "./lags";
import type { CommandLine } from "./options";
import type { Scenario } from "./scenario";
import { simulate } from "./simulation";

export interface Wake {
  readonly pollIntervalSeconds: number;
  /** Seconds from the event. */
  readonly firstWorker: LagSummary;
  readonly firstCopy: LagSummary;
  readonly starterDollarsPerMonth: number;
  /** Where the account's free tiers are unused. */
  readonly starterDollarsPerMonthWithFreeTiers: number;
}

/** @param runs events, each at another time between two looks */
export function measureWake(scenario: Scenario, pollIntervalSeconds: number, runs: number, priceRegion: string): Wake {
  const prices = builtInPrices(priceRegion);
  if (typeof prices === "string") throw new Error(prices);
  const settings = { ...scenario.settings, pollIntervalSeconds };
  const [workers, copies] = [makeLags(), makeLags()];
  for (let run = 0; run < runs; run++) {
    const outcome = simulate({ ...scenario, settings, seed: scenario.seed + run });
    workers.add(outcome.firstWorkerSeconds, 1);
    copies.add(outcome.firstCopySeconds, 1);
  }
  const bill = starterBill(pollIntervalSeconds, prices.dollars);
  return {
    pollIntervalSeconds,
    firstWorker: workers.summary(),
    firstCopy: copies.summary(),
    starterDollarsPerMonth: bill.dollars,
    starterDollarsPerMonthWithFreeTiers: bill.dollarsWithFreeTiers,
  };
}

export function answerWake(command: Extract<CommandLine, { kind: "wake" }>, out: Out): void {
  const { scenario, runs, priceRegion, pollIntervals } = command;
  const wakes = pollIntervals.map((interval) => measureWake(scenario, interval, runs, priceRegion));
  out.line(
    `One object of ${bytes(scenario.job.objectBytes)} in a system at rest, ${count(runs, "time")}; seconds from its event.`,
  );
  out.line();
  out.table(
    ["pollIntervalSeconds", "until", "p50", "p90", "p99", "max", "starter, a month", "with unused free tiers"],
    wakes.flatMap((wake) => [
      [String(wake.pollIntervalSeconds), "first worker started", ...cells(wake.firstWorker), ...dollarsOf(wake)],
      ["", "first copy checked", ...cells(wake.firstCopy), "", ""],
    ]),
  );
  out.line();
  out.line("Assumed:");
  for (const assumption of assumptionsOf(scenario)) out.line(`  - ${assumption}`);
  out.line(`Prices: ${datedTable(priceRegion)}, US dollars.`);
  out.document({
    wakes,
    runs,
    seed: scenario.seed,
    assumptions: assumptionsOf(scenario),
    prices: datedTable(priceRegion),
  });
}

function cells({ p50, p90, p99, max }: LagSummary): readonly string[] {
  return [p50, p90, p99, max].map((seconds) => seconds.toFixed(1));
}

function dollarsOf(wake: Wake): readonly string[] {
  return [formatDollars(wake.starterDollarsPerMonth), formatDollars(wake.starterDollarsPerMonthWithFreeTiers)];
}
