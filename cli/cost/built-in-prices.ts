/**
 * The price tables that come with the tool: dated copies, because an estimate must be possible without a network. A Region that is not
 * here is refused rather than guessed; price-list/ reads it from AWS.
 */
import { LIST_PRICES } from "../../core/cost";
import type { Item, Prices, PriceTable } from "./prices";

const PRICES_DATED = LIST_PRICES.dated;

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

export const PRICES: Readonly<Record<string, Prices>> = { [LIST_PRICES.region]: LIST_PRICES.dollars };

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
