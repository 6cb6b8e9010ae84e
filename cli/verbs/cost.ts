/** cost: dollars before running, what the last run cost, and where the first description's figures differ. */
import { readFile } from "node:fs/promises";
import type { SystemField } from "../../core/system";
import { answerEstimate } from "../cost/answer-estimate";
import { answerLastRun } from "../cost/answer-last-run";
import { ITEMS, type Prices, pricesOf, readPrices, SOURCES } from "../cost/prices";
import { datedTable, type Priced, printFooting, printPrices, printScenario } from "../cost/print";
import { type CostOptions, readCostOptions, type Wanted } from "../cost/request";
import { runScenario, SCENARIOS } from "../cost/scenarios";
import type { Context } from "../shell/context";
import { cliError, type ExitCode, usageProblems } from "../shell/errors";
import { makeVerb, type Shell } from "../shell/verb";

const NEEDS = ["region", "sourceBucket", "prefix", "queueUrl"] as const;

export function costVerb(shell: Shell) {
  return makeVerb("cost", {
    summary: "dollars: before running, of the last run, and idle",
    description:
      "Estimates what copying and keeping objects costs, from a dated price table; --from-bucket takes the objects from a listing of the\n" +
      "source. Without any of that it reads what the last run cost from its metrics.\nExit codes: 0 done, 1 it failed, 2 wrong usage.",
    needs: NEEDS,
    examples: [
      "cost --objects 1000000 --bytes 10TiB --price-region us-east-1",
      "cost --per-day 20000 --object-size 5MiB --price-region us-east-1",
      "cost --from-bucket --price-region us-east-1",
      "cost --last-run --price-region us-east-1 --json",
      "cost --scenario seed-low --price-region us-east-1",
    ],
    json: "one document",
  })
    .option("--objects <n>", "copy so many objects once; with --bytes")
    .option("--bytes <size>", "what they hold in all, such as 10TiB")
    .option("--from-bucket", "copy what the source holds now: lists it")
    .option("--per-day <n>", "so many objects change every day; with --object-size")
    .option("--object-size <size>", "what one of them holds on average")
    .option("--keep-days <n>", "days until such an object is deleted or overwritten (default 30)")
    .option("--last-run", "what the last run cost (default without other options)")
    .option("--since <span>", "how far back the last run is looked for: 90m, 24h, 7d (default 24h, at most 15d)")
    .option("--scenario <name>", `count one again: ${Object.keys(SCENARIOS).join(", ")}`)
    .option("--show-prices", "only the price table and its sources")
    .option("--price-region <region>", "take the prices of this Region (default: the system's)")
    .option("--prices <file>", "take the prices from a file, in the shape of cost --show-prices --json")
    .action((options) => {
      const wanted = readCostOptions(options);
      return shell.run(options, neededFor(wanted, options), (context) => cost(context, options, wanted));
    });
}

/** Nothing is asked about a system that the question is not about. */
function neededFor(wanted: Wanted | readonly string[], options: CostOptions): readonly SystemField[] {
  if (!("kind" in wanted)) return [];
  if (wanted.kind === "last-run") return ["region", "queueUrl"];
  if (wanted.kind === "estimate" && wanted.existing === "from-bucket") return ["region", "sourceBucket", "prefix"];
  return options.priceRegion === undefined && options.prices === undefined ? ["region"] : [];
}

async function cost(
  context: Context<SystemField>,
  options: CostOptions,
  wanted: Wanted | readonly string[],
): Promise<ExitCode> {
  if (!("kind" in wanted)) throw usageProblems(wanted);
  const priced = await findPrices(options, context.system.region);
  switch (wanted.kind) {
    case "prices":
      printPrices(context.out, priced.from, priced.prices);
      context.out.document({ prices: priced.from, dollars: priced.prices, items: ITEMS, sources: SOURCES });
      return 0;
    case "scenario": {
      const result = runScenario(SCENARIOS[wanted.name], wanted.bytes, priced.prices);
      printScenario(context.out, result);
      printFooting(context.out, priced.from);
      context.out.document({ ...result, prices: priced.from });
      return 0;
    }
    case "estimate":
      return answerEstimate(context, wanted, priced);
    case "last-run":
      return answerLastRun(context, wanted, priced);
  }
}

async function findPrices({ prices: file, priceRegion }: CostOptions, systemRegion: string): Promise<Priced> {
  if (file !== undefined) {
    const text = await readFile(file, "utf8");
    const prices = readPrices(text);
    if (Array.isArray(prices)) throw usageProblems(prices.map((problem) => `${file}: ${String(problem)}`));
    return { from: file, prices: prices as Prices };
  }
  const region = priceRegion ?? systemRegion;
  const prices = pricesOf(region);
  if (typeof prices === "string") throw cliError(prices, 2);
  return { from: datedTable(region), prices };
}
