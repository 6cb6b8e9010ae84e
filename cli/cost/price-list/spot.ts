/**
 * Fargate's Spot prices. They are not in the price list (Billing User Guide: it has no Spot); this is the feed that
 * aws.amazon.com/fargate/pricing itself shows, as public readers of it describe it: `{ prices: [{ unit: "ARM-vCPU-Hours",
 * price: { USD: "0.0103" }, attributes: { "aws:region": "us-east-1" } }] }`. AWS documents and promises none of it. Pure.
 */
export interface SpotPrices {
  /** Dollars an hour. */
  readonly cpu: number;
  readonly memory: number;
}

/** A text says why there are none. */
export function readSpotPrices(text: string, region: string): SpotPrices | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "it is no JSON";
  }
  const { prices } = (value ?? {}) as { readonly prices?: unknown };
  if (!Array.isArray(prices)) return "it has no list of prices";
  const cpu = priceOf(prices, region, "ARM-vCPU-Hours");
  const memory = priceOf(prices, region, "ARM-GB-Hours");
  if (cpu === undefined || memory === undefined) return `it has no prices of ARM64 in ${region}`;
  return { cpu, memory };
}

interface Entry {
  readonly unit?: unknown;
  readonly price?: { readonly USD?: unknown } | null;
  readonly attributes?: Readonly<Record<string, unknown>> | null;
}

function priceOf(prices: readonly unknown[], region: string, unit: string): number | undefined {
  const entry = (prices as readonly (Entry | null)[]).find(
    (one) => one?.unit === unit && one.attributes?.["aws:region"] === region,
  );
  const price = Number(entry?.price?.USD ?? NaN);
  return Number.isFinite(price) && price > 0 ? price : undefined;
}
