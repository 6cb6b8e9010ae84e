/**
 * What AWS asks for the things this system uses, in US dollars, without taxes and discounts. A dated copy: prices drift, and a
 * Region that is not here is refused rather than guessed. No price was read from AWS by this tool.
 */
import { LIST_PRICES } from "../../core/cost";

export const PRICES_DATED = LIST_PRICES.dated;

/** Where a figure was found. */
export const SOURCES = {
  express:
    "AWS News Blog, 2025-04-10 (price reductions for S3 Express One Zone), S3 FAQ, billing examples; the same in a published copy of the AWS Price List of 2026-10-04",
  standard: "published copy of the AWS Price List, 2026-10-04",
  fargate: "vantage.sh and cloudburn.io, copies of aws.amazon.com/fargate/pricing, 2026",
  spot: "fortem.dev, June 2026: 50 to 70 % below On-Demand and moving; the dear end is taken",
  address: "cloudburn.io, April 2026: every public IPv4 address, tasks' included",
  sqs: "cloudburn.io, March 2026, a copy of aws.amazon.com/sqs/pricing",
  lambda: "published copy of the AWS Price List of 2025-10-01; arm64",
  events: "aws.amazon.com/cloudwatch/pricing: all events but custom ones are included",
  cloudWatch: "cloudburn.io, February 2026, a copy of aws.amazon.com/cloudwatch/pricing",
  registry: "published copy of the AWS Price List (Amazon ECR storage)",
} as const;

interface ItemTraits {
  readonly title: string;
  /** What is counted. */
  readonly unit: string;
  /** The price is for so many units. */
  readonly per: number;
  readonly source: keyof typeof SOURCES;
  /** Units a month that an account gets for nothing, shared by everything that runs in it. */
  readonly freePerMonth?: number;
}

/** Everything that can be on the bill, in its order. */
export const ITEMS = {
  expressWrites: { title: "Express copy requests", unit: "requests", per: 1000, source: "express" },
  expressUpload: { title: "Express upload", unit: "GB", per: 1, source: "express" },
  expressReads: { title: "Express HEAD requests", unit: "requests", per: 1000, source: "express" },
  expressDeletes: { title: "Express delete requests", unit: "requests", per: 1000, source: "express" },
  sourceReads: { title: "Source HEAD requests", unit: "requests", per: 1000, source: "standard" },
  sourceLists: { title: "Source list requests", unit: "requests", per: 1000, source: "standard" },
  queueRequests: { title: "SQS requests", unit: "requests", per: 1_000_000, source: "sqs", freePerMonth: 1_000_000 },
  spotCpu: { title: "Fargate Spot ARM, CPU", unit: "vCPU-hours", per: 1, source: "spot" },
  spotMemory: { title: "Fargate Spot ARM, memory", unit: "GB-hours", per: 1, source: "spot" },
  onDemandCpu: { title: "Fargate ARM, CPU", unit: "vCPU-hours", per: 1, source: "fargate" },
  onDemandMemory: { title: "Fargate ARM, memory", unit: "GB-hours", per: 1, source: "fargate" },
  publicAddress: { title: "Public IPv4 addresses of workers", unit: "hours", per: 1, source: "address" },
  starterCalls: {
    title: "Lambda requests (starter)",
    unit: "requests",
    per: 1_000_000,
    source: "lambda",
    freePerMonth: 1_000_000,
  },
  starterTime: {
    title: "Lambda time (starter)",
    unit: "GB-seconds",
    per: 1,
    source: "lambda",
    freePerMonth: 400_000,
  },
  scheduleEvents: { title: "EventBridge schedule", unit: "events", per: 1_000_000, source: "events" },
  expressStorage: { title: "Express storage", unit: "GB-months", per: 1, source: "express" },
  logsWritten: { title: "CloudWatch Logs, written", unit: "GB", per: 1, source: "cloudWatch", freePerMonth: 5 },
  logsKept: { title: "CloudWatch Logs, kept", unit: "GB-months", per: 1, source: "cloudWatch" },
  metrics: {
    title: "CloudWatch custom metrics",
    unit: "metric-months",
    per: 1,
    source: "cloudWatch",
    freePerMonth: 10,
  },
  alarms: { title: "CloudWatch alarms", unit: "alarm-months", per: 1, source: "cloudWatch", freePerMonth: 10 },
  image: { title: "ECR, the worker's image", unit: "GB-months", per: 1, source: "registry" },
} as const satisfies Record<string, ItemTraits>;

export type Item = keyof typeof ITEMS;
export const ITEM_NAMES = Object.keys(ITEMS) as Item[];

/** Dollars per {@link ItemTraits.per} units. */
export type Prices = Readonly<Record<Item, number>>;

export const PRICES: Readonly<Record<string, Prices>> = { [LIST_PRICES.region]: LIST_PRICES.dollars };

/** The table of a Region; a text when there is none. */
export function pricesOf(region: string): Prices | string {
  if (Object.hasOwn(PRICES, region)) return PRICES[region] as Prices;
  return (
    `The prices of ${region} are not known to this tool, which has those of ${Object.keys(PRICES).join(", ")} (${PRICES_DATED}).\n` +
    "Take those on purpose with --price-region us-east-1, or give your own with --prices FILE (the shape: cost --show-prices --json)."
  );
}

/** A table of one's own. The texts of all problems when it is none. */
export function readPrices(text: string): Prices | readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return ["it is no JSON"];
  }
  const given = (value as { readonly dollars?: unknown } | null)?.dollars;
  if (typeof given !== "object" || given === null) return ['it has no object "dollars"'];
  const isPrice = (item: Item): boolean => {
    const price = (given as Readonly<Record<string, unknown>>)[item];
    return typeof price === "number" && Number.isFinite(price) && price >= 0;
  };
  const wrong = ITEM_NAMES.filter((item) => !isPrice(item));
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(ITEMS, name));
  if (wrong.length === 0 && unknown.length === 0) return given as Prices;
  return [
    ...wrong.map((item) => `dollars.${item} is no price of 0 or more`),
    ...unknown.map((name) => `dollars.${name} is no item of the bill`),
  ];
}
