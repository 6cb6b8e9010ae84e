/** Bills, scenarios and prices as text for people. */
import type { Out } from "../shell/out";
import { ASSUMPTIONS } from "./assumptions";
import type { Bill, BillLine } from "./bill";
import { ITEM_NAMES, ITEMS, PRICES_DATED, type Prices, SOURCES } from "./prices";
import { formatDollars, formatNumber, formatPrice } from "./quantities";
import type { ScenarioResult } from "./scenarios";

/** Prices, and whose they are, in words. */
export interface Priced {
  readonly from: string;
  readonly prices: Prices;
}

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

export function printPrices(out: Out, from: string, prices: Prices): void {
  out.line(`Prices of ${from}, US dollars:`);
  out.line();
  out.table(
    ["item", "price", "source"],
    ITEM_NAMES.map((item) => [ITEMS[item].title, unitPrice(item, prices), ITEMS[item].source]),
  );
  out.line();
  out.line("Sources:");
  for (const [name, source] of Object.entries(SOURCES)) out.line(`  ${name}: ${source}`);
}

/** What an answer rests on. */
export function printFooting(out: Out, from: string): void {
  out.line();
  out.line("Assumed:");
  for (const assumption of ASSUMPTIONS) out.line(`  - ${assumption}`);
  out.line();
  out.line(`Prices: ${from}, US dollars. Where each comes from: cost --show-prices.`);
}

/** "us-east-1, 2026-10-04". */
export function datedTable(region: string): string {
  return `${region}, ${PRICES_DATED}`;
}

function unitPrice(item: keyof Prices, prices: Prices): string {
  return priceText({ price: prices[item], ...ITEMS[item] });
}

/** "$0.00113 per 1,000 requests", "$0.11 per GB-month". */
function priceText({ price, per, unit }: Pick<BillLine, "price" | "per" | "unit">): string {
  const units = per === 1 ? unit.replace(/s$/, "") : `${per.toLocaleString("en-US")} ${unit}`;
  return `${formatPrice(price)} per ${units}`;
}
