/** How much of everything is used: quantities by item of the bill, and their arithmetic. Pure. */
import { type Item, ITEM_NAMES } from "./prices";

/** What is missing is 0. */
export type Usage = Readonly<Partial<Record<Item, number>>>;

export const NOTHING: Usage = {};

export function sum(...usages: readonly Usage[]): Usage {
  const entries = ITEM_NAMES.map(
    (item) => [item, usages.reduce((total, usage) => total + (usage[item] ?? 0), 0)] as const,
  );
  return Object.fromEntries(entries.filter(([, quantity]) => quantity !== 0));
}

export function times(factor: number, usage: Usage): Usage {
  return sum(Object.fromEntries(Object.entries(usage).map(([item, quantity]) => [item, quantity * factor])));
}
