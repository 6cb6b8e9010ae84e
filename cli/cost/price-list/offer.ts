/**
 * One offer of AWS's price list for one Region, and the price of a usage type in it. Pure.
 *
 * Shape: Billing User Guide, "Reading the service price list file for an AWS service". Prices are texts, per unit, by ranges of use.
 */
import { UNITS, type Wanted } from "./wanted";

export interface Offer {
  /** When AWS published it, ISO 8601. */
  readonly published: string;
  readonly products: Readonly<Record<string, Product>>;
  /** By SKU, then by term. */
  readonly onDemand: Readonly<Record<string, Readonly<Record<string, Term>>>>;
}

interface Product {
  readonly attributes?: Readonly<Record<string, string>>;
}

interface Term {
  readonly priceDimensions?: Readonly<Record<string, Dimension>>;
}

interface Dimension {
  readonly unit?: string;
  readonly beginRange?: string;
  readonly pricePerUnit?: Readonly<Record<string, string>>;
}

/** The text of the problem when it is no offer. */
export function readOffer(text: string): Offer | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "it is no JSON";
  }
  const { publicationDate, products, terms } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const onDemand = (terms as Readonly<Record<string, unknown>> | undefined)?.["OnDemand"];
  if (typeof publicationDate !== "string" || !isRecord(products) || !isRecord(onDemand)) {
    return "it is no price list: publicationDate, products or terms.OnDemand is missing";
  }
  return {
    published: publicationDate,
    products: products as Offer["products"],
    onDemand: onDemand as Offer["onDemand"],
  };
}

/** Dollars per unit, or the text of why there is no such price. */
export function findPrice(offer: Offer, region: string, wanted: Wanted): number | string {
  const found = Object.entries(offer.products)
    .filter(([, { attributes = {} }]) => isWanted(attributes, region, wanted))
    .flatMap(([sku]) => Object.values(offer.onDemand[sku] ?? {}))
    .map((term) => firstPaidTier(Object.values(term.priceDimensions ?? {}), wanted));
  const problem = found.find((one) => typeof one === "string");
  if (problem !== undefined) return problem;
  const prices = [...new Set(found as readonly number[])];
  const [price] = prices;
  if (price === undefined) return "no product has this usage type";
  if (prices.length === 1) return price;
  return `${prices.length} prices fit: ${prices
    .sort((a, b) => a - b)
    .map((one) => `$${one}`)
    .join(", ")}`;
}

/** Prefixes are like "USW2-", "EU-" or "EUN1-"; us-east-1 mostly has none. Others, as "Global-" or "Files-", are other products. */
const PREFIX = /^[A-Z]{2,4}\d{0,2}-/;

function isWanted(attributes: Readonly<Record<string, string>>, region: string, { usage, ...wanted }: Wanted): boolean {
  const { usagetype = "", regionCode = region, locationType = "AWS Region" } = attributes;
  return (
    usage.some((name) => usagetype === name || usagetype.replace(PREFIX, "") === name) &&
    regionCode === region &&
    locationType === "AWS Region" &&
    Object.entries(wanted.attributes ?? {}).every(([name, value]) => (attributes[name] ?? value) === value)
  );
}

/** Of prices by range of use the first that is not free: a free range is the account's free tier, which is reckoned elsewhere. */
function firstPaidTier(dimensions: readonly Dimension[], { unit }: Wanted): number | string {
  const tiers = [...dimensions].sort((a, b) => Number(a.beginRange ?? 0) - Number(b.beginRange ?? 0));
  for (const { unit: given = "", pricePerUnit = {} } of tiers) {
    if (!UNITS[unit].test(given)) return `its unit is "${given}", not ${unit}`;
    const { USD: text } = pricePerUnit;
    if (text === undefined)
      return `its price is in ${Object.keys(pricePerUnit).join(", ") || "no currency"}, not in USD`;
    const price = Number(text);
    if (text === "" || !Number.isFinite(price) || price < 0) return `its price is "${text}"`;
    if (price > 0) return price;
  }
  return tiers.length === 0 ? "its product has no price" : "it is given as free, which is not believed";
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
