/**
 * Documents in the shape of AWS's price list, with the neighbours that must not be taken for what is wanted. The shape and the names
 * are AWS's (cli/cost/price-list/ says where each was found); the figures are made up, so that none of them can be mistaken for another.
 */
export const REGION = "eu-north-1";

/** A product: usage type, unit, price from 0 on, further attributes. Prices by amount: [from, price] each. */
type Row = readonly [
  usage: string,
  unit: string,
  price: string | readonly (readonly [from: string, price: string])[],
  attributes?: Readonly<Record<string, string>>,
];

export interface OfferDocument {
  readonly formatVersion: string;
  readonly offerCode: string;
  readonly version: string;
  readonly publicationDate: string;
  readonly products: Record<string, { sku: string; productFamily?: string; attributes: Record<string, string> }>;
  readonly terms: { readonly OnDemand: Record<string, Record<string, object>>; readonly Reserved?: object };
}

/** Billing User Guide, "Reading the service price list file": products by SKU, and by SKU and term what they cost. */
export function offerOf(offerCode: string, rows: readonly Row[], region: string = REGION): OfferDocument {
  const document: OfferDocument = {
    formatVersion: "v1.0",
    offerCode,
    version: "20260926015512",
    publicationDate: "2026-09-26T01:55:12Z",
    products: {},
    terms: { OnDemand: {}, Reserved: {} },
  };
  rows.forEach(([usagetype, unit, price, attributes = {}], index) => {
    const sku = `${offerCode.toUpperCase()}SKU${index}`;
    const rate = `${sku}.JRTCKXETXF`;
    const tiers = typeof price === "string" ? [["0", price] as const] : price;
    document.products[sku] = {
      sku,
      attributes: { servicecode: offerCode, locationType: "AWS Region", regionCode: region, usagetype, ...attributes },
    };
    document.terms.OnDemand[sku] = {
      [rate]: {
        offerTermCode: "JRTCKXETXF",
        sku,
        effectiveDate: "2026-09-01T00:00:00Z",
        priceDimensions: Object.fromEntries(
          tiers.map(([beginRange, USD], tier) => [
            `${rate}.TIER${tier}`,
            { rateCode: `${rate}.TIER${tier}`, unit, beginRange, endRange: "Inf", pricePerUnit: { USD } },
          ]),
        ),
        termAttributes: {},
      },
    };
  });
  return document;
}

/** All seven, of one Region. */
export function offers(prefix = "EUN1-", region: string = REGION): Record<string, OfferDocument> {
  const usage = (name: string): string => `${prefix}${name}`;
  const make = (code: string, rows: readonly Row[]): [string, OfferDocument] => [code, offerOf(code, rows, region)];
  return Object.fromEntries([
    make("AmazonS3", [
      [usage("Requests-Tier1"), "Requests", "0.0000051000", { group: "S3-API-Tier1" }],
      [usage("Requests-Tier2"), "Requests", "0.0000004200", { group: "S3-API-Tier2" }],
      [usage("Requests-XZ-Tier1"), "Requests", "0.0000011900", { group: "S3-API-XZ-Tier1" }],
      [usage("Requests-XZ-Tier2"), "Requests", "0.0000000310", { group: "S3-API-XZ-Tier2" }],
      [usage("Upload-XZ"), "GB", "0.0033000000"],
      [usage("Retrieval-XZ"), "GB", "0.0007000000"],
      [usage("TimedStorage-XZ-ByteHrs"), "GB-Mo", "0.1150000000", { volumeType: "Express One Zone" }],
      [
        usage("TimedStorage-ByteHrs"),
        "GB-Mo",
        [
          ["0", "0.0230000000"],
          ["51200", "0.0220000000"],
        ],
      ],
      [usage("Tables-Requests-Tier1"), "Requests", "0.0000060000"],
      [usage("Requests-ZIA-Tier1"), "Requests", "0.0000100000"],
      // Another Region's, and a Local Zone's.
      ["EUW2-Requests-XZ-Tier1", "Requests", "9", { regionCode: "eu-west-2" }],
      [usage("Upload-XZ"), "GB", "9", { locationType: "AWS Local Zone" }],
    ]),
    make("AWSQueueService", [
      // us-east-1 has "Requests-RBP", others "EU-Requests-Tier1"; FIFO and fair queues are told apart by queueType.
      [
        usage(prefix === "" ? "Requests-RBP" : "Requests-Tier1"),
        "Requests",
        [
          ["100000000000", "0.0000003000"],
          ["0", "0.0000004100"],
        ],
        { group: "SQS-APIRequest-Tier1", queueType: "Standard" },
      ],
      [usage("Requests-Tier1"), "Requests", "0.0000005000", { queueType: "FIFO (first-in, first-out)" }],
      [usage("Requests-Tier1"), "Requests", "0.0000001000", { queueType: "Fair" }],
    ]),
    make("AmazonECS", [
      [usage("Fargate-vCPU-Hours:perCPU"), "hours", "0.0445000000"],
      [usage("Fargate-GB-Hours"), "hours", "0.0049000000"],
      [usage("Fargate-ARM-vCPU-Hours:perCPU"), "hours", "0.0356000000"],
      [usage("Fargate-ARM-GB-Hours"), "hours", "0.0039000000"],
      [usage("Fargate-EphemeralStorage-GB-Hours"), "hours", "0.0001220000"],
    ]),
    make("AmazonVPC", [
      [usage("PublicIPv4:InUseAddress"), "Hrs", "0.0051000000"],
      [usage("PublicIPv4:IdleAddress"), "Hrs", "0.0052000000"],
    ]),
    make("AWSLambda", [
      [usage("Request-ARM"), "Requests", "0.0000002100"],
      [usage("Request"), "Requests", "0.0000002200"],
      ["Global-Request-ARM", "Requests", "0.0000000000"],
      [
        usage("Lambda-GB-Second-ARM"),
        "Lambda-GB-Second",
        [
          ["0", "0.0000133400"],
          ["7500000000", "0.0000120001"],
        ],
      ],
      [usage("Lambda-Provisioned-GB-Second-ARM"), "Lambda-GB-Second", "0.0000077778"],
    ]),
    make("AmazonCloudWatch", [
      [usage("DataProcessing-Bytes"), "GB", "0.5400000000", { operation: "PutLogEvents" }],
      [usage("DataProcessingIA-Bytes"), "GB", "0.2700000000"],
      [usage("TimedStorage-ByteHrs"), "GB-Mo", "0.0310000000"],
      // A range that is free is the account's free tier.
      [
        usage("CW:MetricMonitorUsage"),
        "Metrics",
        [
          ["0", "0.0000000000"],
          ["10", "0.3100000000"],
          ["10000", "0.1"],
        ],
      ],
      [usage("CW:AlarmMonitorUsage"), "Alarms", "0.1100000000"],
      [usage("CW:HighResAlarmMonitorUsage"), "Alarms", "0.3000000000"],
    ]),
    make("AmazonECR", [[usage("TimedStorage-ByteHrs"), "GB-Mo", "0.1010000000", { storageType: "S3" }]]),
  ]);
}

export const SPOT_FEED = {
  metadata: { "format:version": "1.0", "source:version": "20190730194642" },
  prices: [
    spot("vCPU-Hours", "0.0146", REGION),
    spot("GB-Hours", "0.0016", REGION),
    spot("ARM-vCPU-Hours", "0.0099", "us-east-1"),
    spot("ARM-vCPU-Hours", "0.0117", REGION),
    spot("ARM-GB-Hours", "0.0012", REGION),
  ],
};

function spot(unit: string, USD: string, region: string) {
  return {
    id: `${unit} ${region}`,
    unit,
    price: { USD },
    attributes: { "aws:region": region, "aws:label": "per hour" },
  };
}

/** What the list above says, by item of the bill. */
export const EXPECTED = {
  expressWrites: 0.00119,
  expressUpload: 0.0033,
  expressReads: 0.000031,
  expressDeletes: 0,
  sourceReads: 0.00042,
  sourceLists: 0.0051,
  queueRequests: 0.41,
  spotCpu: 0.0117,
  spotMemory: 0.0012,
  onDemandCpu: 0.0356,
  onDemandMemory: 0.0039,
  publicAddress: 0.0051,
  starterCalls: 0.21,
  starterTime: 0.00001334,
  scheduleEvents: 0,
  expressStorage: 0.115,
  logsWritten: 0.54,
  logsKept: 0.031,
  metrics: 0.31,
  alarms: 0.11,
  image: 0.101,
};
