/** Bills, scenarios and prices as text for people. */
import type { Out } from "../shell/out";
import { assumptionsOf } from "./assumptions";
import type { Bill, BillLine } from "./bill";
import { ITEM_NAMES, ITEMS, type Prices, type PriceTable } from "./prices";
import { formatDollars, formatNumber, formatPrice } from "./quantities";
import type { ScenarioResult } from "./scenarios";

export function printBill(out: Out, title: string, bill: Bill): void {
  out.line();
  out.line(`${title}:`);
  out.table(
    ["item", "quantity", "unit price", "dollars"],
    [
      ...bill.lines.map((line) => [
        line.title,
        `${formatNumber(line.quantity)} ${line.unit}`,
        priceText(line),
        formatDollars(line.dollars),
      ]),
      ["total", "", "", formatDollars(bill.dollars)],
      ...(bill.dollarsWithFreeTiers < bill.dollars
        ? [["total where the account's free tiers are unused", "", "", formatDollars(bill.dollarsWithFreeTiers)]]
        : []),
    ],
  );
}

export function printScenario(out: Out, { scenario, readings, month, differences }: ScenarioResult): void {
  const { title, claimed } = scenario;
  out.line(`${title}: ${formatDollars(month.dollars)} a month here; it was put at $${claimed.total}.`);
  out.line();
  out.table(
    ["reading", "worker hours a month", "dollars a month, workers alone"],
    readings.map(({ reading, workerHours, workersDollars }) => [
      reading,
      formatNumber(workerHours),
      formatDollars(workersDollars),
    ]),
  );
  printBill(out, "This system, every month", month);
  out.line();
  out.line("Where the figures differ:");
  for (const difference of differences) out.line(`  - ${difference}`);
}

export function printPrices(out: Out, { title, dollars, from, sources, assumed }: PriceTable): void {
  out.line(`Prices of ${title}, US dollars:`);
  out.line();
  out.table(
    ["item", "price", "source"],
    ITEM_NAMES.map((item) => [ITEMS[item].title, unitPrice(item, dollars), from[item]]),
  );
  out.line();
  out.line("Sources:");
  for (const [name, source] of Object.entries(sources)) out.line(`  ${name}: ${source}`);
  if (assumed.length === 0) return;
  out.line();
  out.line("Assumed:");
  for (const assumption of assumed) out.line(`  - ${assumption}`);
}

/** What an answer rests on. */
export function printFooting(out: Out, table: PriceTable): void {
  out.line();
  out.line("Assumed:");
  for (const assumption of assumptionsOf(table)) out.line(`  - ${assumption}`);
  out.line();
  out.line(`Prices: ${table.title}, US dollars. Where each comes from: cost --show-prices.`);
}

function unitPrice(item: keyof Prices, prices: Prices): string {
  return priceText({ price: prices[item], ...ITEMS[item] });
}

/** "$0.00113 per 1,000 requests", "$0.11 per GB-month". */
function priceText({ price, per, unit }: Pick<BillLine, "price" | "per" | "unit">): string {
  const units = per === 1 ? unit.replace(/s$/, "") : `${per.toLocaleString("en-US")} ${unit}`;
  return `${formatPrice(price)} per ${units}`;
}
