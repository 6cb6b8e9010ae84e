/** Quantities and prices as the lines of a bill. Pure. */
import { type Item, ITEM_NAMES, ITEMS, type Prices } from "./prices";
import type { Usage } from "./usage";

export interface BillLine {
  readonly item: Item;
  readonly title: string;
  readonly quantity: number;
  readonly unit: string;
  /** Dollars for `per` units. */
  readonly price: number;
  readonly per: number;
  readonly dollars: number;
}

export interface Bill {
  readonly lines: readonly BillLine[];
  readonly dollars: number;
  /** Where nothing else in the account has used the free tiers up. */
  readonly dollarsWithFreeTiers: number;
}

/** @param months over which the quantities spread; the free tiers are by the month */
export function billOf(usage: Usage, prices: Prices, months = 1): Bill {
  const lines = ITEM_NAMES.flatMap((item) => {
    const quantity = usage[item] ?? 0;
    return quantity === 0 ? [] : [lineOf(item, quantity, prices[item])];
  });
  return {
    lines,
    dollars: lines.reduce((total, { dollars }) => total + dollars, 0),
    dollarsWithFreeTiers: lines.reduce((total, line) => total + beyondFree(line, months), 0),
  };
}

function lineOf(item: Item, quantity: number, price: number): BillLine {
  const { title, unit, per } = ITEMS[item];
  return { item, title, quantity, unit, price, per, dollars: (quantity / per) * price };
}

function beyondFree({ item, quantity, price, per }: BillLine, months: number): number {
  const traits = ITEMS[item];
  const free = "freePerMonth" in traits ? traits.freePerMonth * months : 0;
  return (Math.max(0, quantity - free) / per) * price;
}
