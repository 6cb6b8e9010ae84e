/**
 * Where in AWS's public price list each price stands: the offer, the usage type without the Region's prefix, and the unit.
 *
 * Usage types of S3: User Guide, "Understanding your AWS billing and usage reports" (`region-Requests-XZ-Tier1`, `region-Upload-XZ`,
 * `region-TimedStorage-XZ-ByteHrs`). The others, and that SQS calls its requests `Requests-RBP` in us-east-1 and `EU-Requests-Tier1`
 * elsewhere, with `queueType` as what tells them apart: public readers of the same list, checked by them in September 2026.
 */
import type { Item } from "../prices";

/** How each unit is spelt in the list. */
export const UNITS = {
  requests: /^requests?$/i,
  GB: /^gb$/i,
  "GB-months": /^gb-mo(nth)?$/i,
  hours: /^(hrs?|hours?)$/i,
  "GB-seconds": /^(lambda-)?gb-seconds?$/i,
  "metric-months": /^metrics?$/i,
  "alarm-months": /^alarms?$/i,
} as const;

export interface Wanted {
  /** Service code, as in the address of its list. */
  readonly offer: string;
  /** One of these, behind the Region's prefix or without any. */
  readonly usage: readonly string[];
  readonly unit: keyof typeof UNITS;
  /** Attributes that must be so where the product has them. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export const WANTED = {
  expressWrites: { offer: "AmazonS3", usage: ["Requests-XZ-Tier1"], unit: "requests" },
  expressUpload: { offer: "AmazonS3", usage: ["Upload-XZ"], unit: "GB" },
  expressReads: { offer: "AmazonS3", usage: ["Requests-XZ-Tier2"], unit: "requests" },
  expressStorage: { offer: "AmazonS3", usage: ["TimedStorage-XZ-ByteHrs"], unit: "GB-months" },
  sourceReads: { offer: "AmazonS3", usage: ["Requests-Tier2"], unit: "requests" },
  sourceLists: { offer: "AmazonS3", usage: ["Requests-Tier1"], unit: "requests" },
  queueRequests: {
    offer: "AWSQueueService",
    usage: ["Requests-RBP", "Requests-Tier1"],
    unit: "requests",
    attributes: { queueType: "Standard" },
  },
  onDemandCpu: { offer: "AmazonECS", usage: ["Fargate-ARM-vCPU-Hours:perCPU"], unit: "hours" },
  onDemandMemory: { offer: "AmazonECS", usage: ["Fargate-ARM-GB-Hours"], unit: "hours" },
  publicAddress: { offer: "AmazonVPC", usage: ["PublicIPv4:InUseAddress"], unit: "hours" },
  starterCalls: { offer: "AWSLambda", usage: ["Request-ARM"], unit: "requests" },
  starterTime: { offer: "AWSLambda", usage: ["Lambda-GB-Second-ARM"], unit: "GB-seconds" },
  logsWritten: { offer: "AmazonCloudWatch", usage: ["DataProcessing-Bytes"], unit: "GB" },
  logsKept: { offer: "AmazonCloudWatch", usage: ["TimedStorage-ByteHrs"], unit: "GB-months" },
  metrics: { offer: "AmazonCloudWatch", usage: ["CW:MetricMonitorUsage"], unit: "metric-months" },
  alarms: { offer: "AmazonCloudWatch", usage: ["CW:AlarmMonitorUsage"], unit: "alarm-months" },
  image: { offer: "AmazonECR", usage: ["TimedStorage-ByteHrs"], unit: "GB-months" },
} as const satisfies Partial<Record<Item, Wanted>>;

export type Listed = keyof typeof WANTED;
export const LISTED = Object.keys(WANTED) as Listed[];
export const OFFERS: readonly string[] = [...new Set(Object.values(WANTED).map(({ offer }) => offer))];

/** Free everywhere, so no product of the list. */
export const FREE = {
  expressDeletes: "S3 FAQ, billing examples: DELETE requests are not charged",
  scheduleEvents: "aws.amazon.com/cloudwatch/pricing: all events but custom ones are included",
} as const satisfies Partial<Record<Item, string>>;
