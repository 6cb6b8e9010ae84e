/** cost: dollars before running, what the last run cost, and where the first description's figures differ. */
import { readFile } from "node:fs/promises";
import type { SystemField } from "../../core/system";
import { answerEstimate } from "../cost/answer-estimate";
import { answerLastRun } from "../cost/answer-last-run";
import { builtInPrices } from "../cost/built-in-prices";
import { priceDocument, readPriceFile } from "../cost/price-file";
import { makeDownload } from "../cost/price-list/download";
import { fetchPrices, PRICE_LIST_URL, SPOT_URL } from "../cost/price-list/fetch-prices";
import type { PriceTable } from "../cost/prices";
import { printFooting, printPrices, printScenario } from "../cost/print";
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
      "source. Without any of that it reads what the last run cost from its metrics.\n\n" +
      "Built in are the prices of us-east-1. --fetch-prices reads those of any other Region from AWS's public price list, without\n" +
      "credentials and through the proxy of HTTPS_PROXY, if any; --show-prices --json prints them as the file that --prices takes.\n" +
      "Exit codes: 0 done, 1 it failed, 2 wrong usage.",
    needs: NEEDS,
    examples: [
      "cost --objects 1000000 --bytes 10TiB --price-region us-east-1",
      "cost --objects 1000000 --bytes 10TiB --fetch-prices --price-region eu-north-1",
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
    .optionsGroup("Prices:")
    .option("--price-region <region>", "take the prices of this Region (default: the system's)")
    .option("--fetch-prices", "read its prices from AWS's public price list, some megabytes")
    .option("--prices <file>", "take the prices from a file, in the shape of cost --show-prices --json")
    .option("--price-list-url <url>", `a mirror of ${PRICE_LIST_URL}`)
    .option("--spot-url <url>", "a mirror of the feed of Fargate's Spot prices")
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
  const table = await findPrices(options, context);
  switch (wanted.kind) {
    case "prices":
      printPrices(context.out, table);
      context.out.document(priceDocument(table));
      return 0;
    case "scenario": {
      const result = runScenario(SCENARIOS[wanted.name], wanted.bytes, table.dollars);
      printScenario(context.out, result);
      printFooting(context.out, table);
      context.out.document({ ...result, prices: table.title });
      return 0;
    }
    case "estimate":
      return answerEstimate(context, wanted, table);
    case "last-run":
      return answerLastRun(context, wanted, table);
  }
}

async function findPrices(options: CostOptions, context: Context<SystemField>): Promise<PriceTable> {
  const { prices: file, priceRegion = context.system.region } = options;
  if (file !== undefined) {
    const text = await readFile(file, "utf8").catch((error: unknown) => {
      throw usageProblems([`--prices: the table cannot be read: ${(error as Error).message}`]);
    });
    const table = readPriceFile(text, file);
    if (!("title" in table)) throw usageProblems(table.map((problem) => `${file}: ${problem}`));
    return table;
  }
  if (options.fetchPrices === true) return fetchTable(priceRegion, options, context);
  const table = builtInPrices(priceRegion);
  if (typeof table === "string") throw cliError(table, 2);
  return table;
}

/** When one document cannot be had, the others are not waited for. */
async function fetchTable(
  region: string,
  { priceListUrl = PRICE_LIST_URL, spotUrl = SPOT_URL }: CostOptions,
  { clock, random, signal, out, environment }: Context<SystemField>,
): Promise<PriceTable> {
  const others = new AbortController();
  const download = makeDownload({ clock, random, environment, signal: AbortSignal.any([signal, others.signal]) });
  const reading = fetchPrices({ download, region, priceListUrl, spotUrl, now: clock.wallMs() });
  return out.waiting("reading AWS's price list", reading).finally(() => others.abort());
}
