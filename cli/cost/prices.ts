/** What is on a bill, and what a table of prices holds: US dollars, without taxes and discounts. Pure. */

interface ItemTraits {
  readonly title: string;
  /** What is counted. */
  readonly unit: string;
  /** The price is for so many units. */
  readonly per: number;
  /** Units a month that an account gets for nothing, shared by everything that runs in it. */
  readonly freePerMonth?: number;
}

/** Everything that can be on the bill, in its order. */
export const ITEMS = {
  expressWrites: { title: "Express copy requests", unit: "requests", per: 1000 },
  expressUpload: { title: "Express upload", unit: "GB", per: 1 },
  expressReads: { title: "Express HEAD requests", unit: "requests", per: 1000 },
  expressDeletes: { title: "Express delete requests", unit: "requests", per: 1000 },
  sourceReads: { title: "Source HEAD requests", unit: "requests", per: 1000 },
  sourceLists: { title: "Source list requests", unit: "requests", per: 1000 },
  queueRequests: { title: "SQS requests", unit: "requests", per: 1_000_000, freePerMonth: 1_000_000 },
  spotCpu: { title: "Fargate Spot ARM, CPU", unit: "vCPU-hours", per: 1 },
  spotMemory: { title: "Fargate Spot ARM, memory", unit: "GB-hours", per: 1 },
  onDemandCpu: { title: "Fargate ARM, CPU", unit: "vCPU-hours", per: 1 },
  onDemandMemory: { title: "Fargate ARM, memory", unit: "GB-hours", per: 1 },
  publicAddress: { title: "Public IPv4 addresses of workers", unit: "hours", per: 1 },
  starterCalls: {
    title: "Lambda requests (starter)",
    unit: "requests",
    per: 1_000_000,
    freePerMonth: 1_000_000,
  },
  starterTime: {
    title: "Lambda time (starter)",
    unit: "GB-seconds",
    per: 1,
    freePerMonth: 400_000,
  },
  scheduleEvents: { title: "EventBridge schedule", unit: "events", per: 1_000_000 },
  expressStorage: { title: "Express storage", unit: "GB-months", per: 1 },
  logsWritten: { title: "CloudWatch Logs, written", unit: "GB", per: 1, freePerMonth: 5 },
  logsKept: { title: "CloudWatch Logs, kept", unit: "GB-months", per: 1 },
  metrics: {
    title: "CloudWatch custom metrics",
    unit: "metric-months",
    per: 1,
    freePerMonth: 10,
  },
  alarms: { title: "CloudWatch alarms", unit: "alarm-months", per: 1, freePerMonth: 10 },
  image: { title: "ECR, the worker's image", unit: "GB-months", per: 1 },
} as const satisfies Record<string, ItemTraits>;

export type Item = keyof typeof ITEMS;
export const ITEM_NAMES = Object.keys(ITEMS) as Item[];

/** Dollars per {@link ItemTraits.per} units. */
export type Prices = Readonly<Record<Item, number>>;

/** Prices of one Region, dated, each with where it comes from. */
export interface PriceTable {
  /** Region, source and date: "us-east-1, 2026-10-04". */
  readonly title: string;
  readonly dollars: Prices;
  /** Of each item, the name of its source. */
  readonly from: Readonly<Record<Item, string>>;
  /** What each source is, with its date. */
  readonly sources: Readonly<Record<string, string>>;
  /** What is no published price of this Region, in sentences. */
  readonly assumed: readonly string[];
}
