/** The answer to "how long, how many workers, how many dollars, how late": several runs of one scenario, and their medians. */
import type { Bill } from "../../cli/cost/bill";
import { HOURS_PER_MONTH } from "../../cli/cost/work";
import { builtInPrices, datedTable } from "../../cli/cost/built-in-prices";
import { printBill } from "../../cli/cost/print";
import { formatDollars, formatNumber } from "../../cli/cost/quantities";
import type { Out } from "../../cli/shell/out";
import { bytes, count } from "../../cli/shell/words";
import { SETTINGS as PRODUCT } from "../../core/settings-table";
import { assumptionsOf } from "./assumptions";
import { billFor } from "./dollars";
import { idealOf } from "./ideal";
import type { CommandLine } from "./options";
import type { Scenario } from "./scenario";
import type { Outcome } from "./outcome";
import { simulate } from "./simulation";
import { median, span } from "./words";

export interface Run {
  readonly seed: number;
  readonly outcome: Outcome;
  readonly bill: Bill;
}

/** What is shown of every run. */
const FIGURES: readonly (readonly [string, (run: Run) => number, (value: number) => string])[] = [
  ["everything copied and checked after", ({ outcome }) => outcome.makespanSeconds, span],
  ["last worker gone after", ({ outcome }) => outcome.endSeconds, span],
  ["workers started", ({ outcome }) => outcome.workersStarted, formatNumber],
  ["workers at a time, most", ({ outcome }) => outcome.mostWorkers, formatNumber],
  ["worker hours", ({ outcome }) => outcome.workerSeconds / 3600, formatNumber],
  ["Spot interruptions", ({ outcome }) => outcome.interruptions, formatNumber],
  ["lag p50", ({ outcome }) => outcome.lagSeconds.p50, span],
  ["lag p90", ({ outcome }) => outcome.lagSeconds.p90, span],
  ["lag p99", ({ outcome }) => outcome.lagSeconds.p99, span],
  ["lag max", ({ outcome }) => outcome.lagSeconds.max, span],
  ["dollars", ({ bill }) => bill.dollars, formatDollars],
];

export function runAll(scenario: Scenario, runs: number, priceRegion: string): readonly Run[] {
  const prices = builtInPrices(priceRegion);
  if (typeof prices === "string") throw new Error(prices);
  return Array.from({ length: runs }, (_, index) => {
    const seed = scenario.seed + index;
    const outcome = simulate({ ...scenario, seed });
    return { seed, outcome, bill: billFor(scenario, outcome, prices.dollars) };
  });
}

export function answer(command: Extract<CommandLine, { kind: "forecast" }>, out: Out): void {
  const { scenario, priceRegion } = command;
  const runs = runAll(scenario, command.runs, priceRegion);
  const middle = medianRun(runs);
  const ideal = idealOf(scenario);
  const warnings = warningsOf(scenario, middle.outcome);
  out.line(sentence(scenario, runs));
  out.line();
  out.table(
    [count(runs.length, "run"), "median", "least", "most"],
    FIGURES.map(([title, of, words]) => {
      const values = runs.map(of);
      return [title, words(median(values)), words(Math.min(...values)), words(Math.max(...values))];
    }),
  );
  out.line();
  out.line(
    `Bound by the ${ideal.boundBy}: ${formatNumber(ideal.perSecond)} objects a second at most; one worker does ${formatNumber(ideal.perWorkerPerSecond)}.`,
  );
  for (const warning of warnings) out.line(`Careful: ${warning}`);
  printBill(out, "The median run", middle.bill);
  out.line();
  out.line("Assumed:");
  for (const assumption of assumptionsOf(scenario)) out.line(`  - ${assumption}`);
  out.line(`Prices: ${datedTable(priceRegion)}, US dollars.`);
  out.document({
    scenario,
    ideal,
    median: Object.fromEntries(FIGURES.map(([title, of]) => [title, median(runs.map(of))])),
    runs,
    warnings,
    assumptions: assumptionsOf(scenario),
    prices: datedTable(priceRegion),
  });
}

function sentence({ job, cause }: Scenario, runs: readonly Run[]): string {
  const of = (figure: (run: Run) => number): number => median(runs.map(figure));
  const dollars = of(({ bill }) => bill.dollars);
  const workers = count(
    of(({ outcome }) => outcome.mostWorkers),
    "worker",
  );
  const [p50, p99] = [of(({ outcome }) => outcome.lagSeconds.p50), of(({ outcome }) => outcome.lagSeconds.p99)];
  if (job.kind === "stream") {
    const monthly = (dollars / job.hours) * HOURS_PER_MONTH;
    return `${formatNumber(job.perSecond)} objects of ${bytes(job.objectBytes)} a second for ${span(job.hours * 3600)}: lag p50 ${span(p50)}, p99 ${span(p99)}, ${workers} at most, ${formatDollars(dollars)}; a month of it ${formatDollars(monthly)}.`;
  }
  const what = `${count(job.objects, "object")}, ${bytes(job.objects * job.objectBytes)}`;
  const how = cause === "backfill" ? "a backfill" : "as events";
  return `${what}, ${how}: ${span(of(({ outcome }) => outcome.makespanSeconds))} with ${workers} at most, ${formatDollars(dollars)}.`;
}

/** The run whose bill is in the middle; of two, the smaller. */
function medianRun(runs: readonly Run[]): Run {
  const sorted = [...runs].sort((a, b) => a.bill.dollars - b.bill.dollars);
  const run = sorted[(sorted.length - 1) >> 1];
  if (run === undefined) throw new Error("a forecast needs a run");
  return run;
}

function warningsOf({ cause }: Scenario, { lagSeconds }: Outcome): readonly string[] {
  const days = PRODUCT.queueRetentionDays.variable.fallback ?? 0;
  if (lagSeconds.max <= days * 86_400) return [];
  return [
    `some messages wait ${span(lagSeconds.max)}, and the queue drops them after ${days} days (queueRetentionDays, at most 14). ${
      cause === "backfill"
        ? "A backfill that lists waits with its ranges instead; one with --inventory does not."
        : "Give it more workers or more prefixes."
    }`,
  ];
}
