/** cost: dollars before running, what the last run cost, and where the first description's figures differ. */
import { readFile } from "node:fs/promises";
import { makeSourceClient } from "../../aws";
import { makeListing } from "../../aws/listings";
import { makeOperatorClients } from "../../aws/operator/clients";
import { readMetrics } from "../../aws/operator/metrics";
import { NAMESPACE, queueDimension } from "../../core/metrics";
import type { SystemField } from "../../core/system";
import { ASSUMPTIONS } from "../cost/assumptions";
import { billOf } from "../cost/bill";
import { type Daily, estimate } from "../cost/estimate";
import { lastRun, RUN_METRICS, type RunMetrics, usageOf } from "../cost/last-run";
import { ITEMS, pricesOf, type Prices, readPrices, SOURCES } from "../cost/prices";
import { datedTable, printBill, printPrices, printScenario } from "../cost/print";
import { formatBytes, formatDollars, formatNumber } from "../cost/quantities";
import { type CostOptions, readCostOptions, type Wanted } from "../cost/request";
import { runScenario, SCENARIOS } from "../cost/scenarios";
import { type Survey, survey } from "../cost/survey";
import { type SizeGroup, standing } from "../cost/work";
import type { Context } from "../shell/context";
import { cliError, type ExitCode, usageProblems } from "../shell/errors";
import { duration } from "../shell/progress";
import { makeVerb, type Shell } from "../shell/verb";

const NEEDS = ["region", "sourceBucket", "prefix", "queueUrl"] as const;
const DAY_MS = 86_400_000;
const MAX_WORKERS = 5;

/** Prices, and whose they are, in words. */
interface Priced {
  readonly from: string;
  readonly prices: Prices;
}

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
    .option("--since-days <n>", "how far back the last run is looked for (default 1, at most 15)")
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
      finish(context, priced);
      context.out.document({ ...result, prices: priced.from });
      return 0;
    }
    case "estimate":
      return estimated(context, wanted, priced);
    case "last-run":
      return ofLastRun(context, wanted.days, priced);
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

async function estimated(
  context: Context<SystemField>,
  { existing, daily }: { readonly existing: readonly SizeGroup[] | "from-bucket"; readonly daily: Daily | undefined },
  { from, prices }: Priced,
): Promise<ExitCode> {
  const { out } = context;
  const found = existing === "from-bucket" ? await listSource(context) : undefined;
  const groups = found?.groups ?? (existing as readonly SizeGroup[]);
  const result = estimate({
    existing: groups,
    ...(daily === undefined ? {} : { daily }),
    maxWorkers: MAX_WORKERS,
    alarms: 0,
  });
  const once = billOf(result.once, prices);
  const monthly = billOf(result.monthly, prices);
  const idle = billOf(result.idle, prices);
  const objects = groups.reduce((total, group) => total + group.objects, 0);
  const bytes = groups.reduce((total, group) => total + group.objects * group.bytes, 0);
  const what = `${count(objects)}, ${formatBytes(bytes)}`;
  if (objects > 0) {
    out.line(
      `Copying ${what} costs ${formatDollars(once.dollars)} once and takes about ${duration(result.onceSeconds)}; then ${formatDollars(monthly.dollars)} a month.`,
    );
    if (found !== undefined) printSurvey(context, found);
    printBill(out, `Once, ${what}`, once);
  } else {
    out.line(`${formatDollars(monthly.dollars)} a month.`);
  }
  printBill(out, "Every month", monthly);
  printBill(out, "Of which without a single event", idle);
  finish(context, { from, prices });
  out.document({
    objects,
    bytes,
    ...(found === undefined ? {} : { large: found.large, archived: found.archived }),
    ...(daily === undefined ? {} : { daily }),
    once,
    onceSeconds: result.onceSeconds,
    monthly,
    idle,
    prices: from,
    assumptions: ASSUMPTIONS,
  });
  return 0;
}

async function listSource({ system, out, signal, onEnd }: Context<SystemField>): Promise<Survey> {
  const { region, sourceBucket, prefix } = system;
  const client = makeSourceClient({ region, slots: 4 }, sourceBucket);
  onEnd(() => client.destroy());
  const progress = out.progress("keys listed");
  try {
    return await survey(makeListing({ client, name: sourceBucket }), prefix, signal, (keys) => progress.update(keys));
  } finally {
    progress.end();
  }
}

function printSurvey({ out, system }: Context<SystemField>, { large, archived }: Survey): void {
  out.line(
    `Listed s3://${system.sourceBucket}/${system.prefix}: ${count(large)} above 256 MiB, copied in parts; ${count(archived)} archived, not copied until restored and not counted.`,
  );
}

async function ofLastRun(context: Context<SystemField>, days: number, { from, prices }: Priced): Promise<ExitCode> {
  const { system, out, clock, signal, onEnd } = context;
  const clients = makeOperatorClients(system.region);
  onEnd(() => clients.destroy());
  const now = clock.wallMs();
  const dimensions = queueDimension(system.queueUrl);
  const queries = Object.fromEntries(
    Object.entries(RUN_METRICS).map(([metric, stat]) => [
      metric,
      { namespace: NAMESPACE, metric, dimensions, stat, periodSeconds: 60 },
    ]),
  );
  const span = { from: now - days * DAY_MS, to: now };
  const metrics = (await readMetrics(clients.cloudWatch, queries, span, signal)) as RunMetrics;
  const run = lastRun(metrics);
  const idle = billOf(standing(0), prices);
  if (run === undefined) {
    out.line(
      `No run in the last ${days === 1 ? "24 hours" : `${days} days`}: nothing beyond the idle bill, ${formatDollars(idle.dollars)} a month.`,
    );
    printBill(out, "Idle, every month", idle);
    finish(context, { from, prices });
    out.document({ run: null, idle, prices: from, assumptions: ASSUMPTIONS });
    return 0;
  }
  const bill = billOf(usageOf(run), prices);
  const lived = run.workers.seconds / 60;
  out.line(
    `The last run cost about ${formatDollars(bill.dollars)}: ${count(run.copied)} copied, ${formatBytes(run.bytes)}, ${run.deleted.toLocaleString("en-US")} deleted; ${new Date(run.from).toISOString().slice(0, 16)}Z to ${new Date(run.to).toISOString().slice(11, 16)}Z, ${formatNumber(lived)} worker ${lived === 1 ? "minute" : "minutes"}.`,
  );
  printBill(out, "The last run", bill);
  printBill(out, "Idle, every month", idle);
  finish(context, { from, prices });
  out.document({ run, bill, idle, prices: from, assumptions: ASSUMPTIONS });
  return 0;
}

function finish({ out }: Pick<Context, "out">, { from }: Priced): void {
  out.line();
  out.line("Assumed:");
  for (const assumption of ASSUMPTIONS) out.line(`  - ${assumption}`);
  out.line();
  out.line(`Prices: ${from}, US dollars. Where each comes from: cost --show-prices.`);
}

function count(objects: number): string {
  return `${objects.toLocaleString("en-US")} ${objects === 1 ? "object" : "objects"}`;
}
