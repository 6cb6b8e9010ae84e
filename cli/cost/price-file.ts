/** A table of prices as a file: what `cost --show-prices --json` prints, and `--prices FILE` reads. Pure. */
import { ITEM_NAMES, ITEMS, type Item, type Prices, type PriceTable } from "./prices";

export function priceDocument({ title, ...table }: PriceTable): object {
  return { prices: title, ...table, items: ITEMS };
}

type Given = Readonly<Record<string, unknown>>;

/**
 * Only `dollars` must be there; what a table of one's own does not say about its sources is then said to come from the file.
 * @param file its name, for people
 * @returns the texts of all problems when it is no table
 */
export function readPriceFile(text: string, file: string): PriceTable | readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return ["it is no JSON"];
  }
  const given = recordOf(value);
  const dollars = recordOf(given?.["dollars"]);
  if (given === undefined || dollars === undefined) return ['it has no object "dollars"'];
  const problems = [...priceProblems(dollars), ...textProblems(given)];
  if (problems.length > 0) return problems;
  const { prices, from, sources, assumed } = given as Partial<Pick<PriceTable, "from" | "sources" | "assumed">> & Given;
  return {
    title: typeof prices === "string" ? `${prices} (${file})` : file,
    dollars: Object.fromEntries(ITEM_NAMES.map((item) => [item, dollars[item]])) as Prices,
    from: Object.fromEntries(ITEM_NAMES.map((item) => [item, from?.[item] ?? file])) as Record<Item, string>,
    sources: sources ?? { [file]: "a table of your own" },
    assumed: assumed ?? [],
  };
}

function priceProblems(dollars: Given): readonly string[] {
  const isPrice = (price: unknown): boolean => typeof price === "number" && Number.isFinite(price) && price >= 0;
  return [
    ...ITEM_NAMES.filter((item) => !isPrice(dollars[item])).map((item) => `dollars.${item} is no price of 0 or more`),
    ...Object.keys(dollars)
      .filter((name) => !Object.hasOwn(ITEMS, name))
      .map((name) => `dollars.${name} is no item of the bill`),
  ];
}

function textProblems({ from, sources, assumed }: Given): readonly string[] {
  const isTexts = (value: unknown): boolean =>
    value === undefined ||
    Object.values(recordOf(value) ?? { none: undefined }).every((one) => typeof one === "string");
  const isList = assumed === undefined || (Array.isArray(assumed) && assumed.every((one) => typeof one === "string"));
  return [
    ...(isTexts(from) ? [] : ["from does not name a source of each item"]),
    ...(isTexts(sources) ? [] : ["sources does not hold a text of each source"]),
    ...(isList ? [] : ["assumed is no list of texts"]),
  ];
}

function recordOf(value: unknown): Given | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Given) : undefined;
}
