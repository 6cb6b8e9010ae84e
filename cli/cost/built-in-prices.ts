/**
 * The price tables that come with the tool: dated copies, because an estimate must be possible without a network. A Region that is not
 * here is refused rather than guessed; price-list/ reads it from AWS.
 */
import type { Item, Prices, PriceTable } from "./prices";

const PRICES_DATED = "2026-10-04";

const SOURCES = {
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

const FROM: Readonly<Record<Item, keyof typeof SOURCES>> = {
  expressWrites: "express",
  expressUpload: "express",
  expressReads: "express",
  expressDeletes: "express",
  sourceReads: "standard",
  sourceLists: "standard",
  queueRequests: "sqs",
  spotCpu: "spot",
  spotMemory: "spot",
  onDemandCpu: "fargate",
  onDemandMemory: "fargate",
  publicAddress: "address",
  starterCalls: "lambda",
  starterTime: "lambda",
  scheduleEvents: "events",
  expressStorage: "express",
  logsWritten: "cloudWatch",
  logsKept: "cloudWatch",
  metrics: "cloudWatch",
  alarms: "cloudWatch",
  image: "registry",
};

/** The dear end of what Spot was seen at, as a share of On-Demand. */
export const ASSUMED_SPOT_SHARE = 0.5;
const FARGATE_CPU_HOUR = 0.03238;
const FARGATE_GB_HOUR = 0.00356;

export const PRICES: Readonly<Record<string, Prices>> = {
  "us-east-1": {
    expressWrites: 0.00113,
    // On every byte since 2025-04-10; pages that say "above 512 KB" are older.
    expressUpload: 0.0032,
    expressReads: 0.00003,
    expressDeletes: 0,
    sourceReads: 0.0004,
    sourceLists: 0.005,
    queueRequests: 0.4,
    spotCpu: FARGATE_CPU_HOUR * ASSUMED_SPOT_SHARE,
    spotMemory: FARGATE_GB_HOUR * ASSUMED_SPOT_SHARE,
    onDemandCpu: FARGATE_CPU_HOUR,
    onDemandMemory: FARGATE_GB_HOUR,
    publicAddress: 0.005,
    starterCalls: 0.2,
    starterTime: 0.0000133334,
    scheduleEvents: 0,
    expressStorage: 0.11,
    logsWritten: 0.5,
    logsKept: 0.03,
    metrics: 0.3,
    alarms: 0.1,
    image: 0.1,
  },
};

/** "us-east-1, 2026-10-04". */
export function datedTable(region: string): string {
  return `${region}, ${PRICES_DATED}`;
}

/** The table of a Region; a text when none is built in. */
export function builtInPrices(region: string): PriceTable | string {
  if (!Object.hasOwn(PRICES, region)) {
    return (
      `The prices of ${region} are not built in; those of ${Object.keys(PRICES).join(", ")} are (${PRICES_DATED}).\n` +
      "Add --fetch-prices to read them from AWS's public price list, which takes no credentials, or give a table of your own with --prices FILE."
    );
  }
  return {
    title: datedTable(region),
    dollars: PRICES[region] as Prices,
    from: FROM,
    sources: SOURCES,
    assumed: ["Spot at half the On-Demand price (it was seen at 30 to 50 %)."],
  };
}
