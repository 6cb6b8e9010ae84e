/**
 * The one table of settings: what `pulumi config set` takes, with defaults, limits and words for people. Pulumi.yaml, the docs
 * and the tests read it; core/settings.ts validates with it.
 */
import { DEFAULTS, isKmsKeyArn, isRegion, LIMITS, TRANSPORTS } from "./env";
import { GIB, MIB } from "./parts";
import type { Settings } from "./settings";
import { TAGS } from "./tags";
import { choice, flag, integer, list, prefixText, scaled, text, type Variable } from "./variables";
import { isZoneId } from "./zones";

/** Where a setting ends up. */
export type Destination = "worker" | "starter" | "infra";

export interface Setting<T> {
  readonly variable: Variable<T>;
  /** The seed's spelling. It may have another unit; both spellings at once is an error. */
  readonly alias?: Variable<T>;
  readonly description: string;
  /** The default in words where it is not a value: "created", "off". */
  readonly otherwise?: string;
  readonly goesTo: readonly Destination[];
}

export type SettingsTable = { readonly [F in keyof Settings]-?: Setting<NonNullable<Settings[F]>> };

/** CloudWatch Logs, PutRetentionPolicy: the only periods it takes. */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Short enough for the longest name made of it (IAM roles: 64). */
export const MAX_NAME_PREFIX = 40;
/** Beginnings AWS keeps to itself: security groups (API CreateSecurityGroup), buckets (User Guide, bucket naming rules). */
const RESERVED = ["sg-", "sthree-", "amzn-s3-demo-"];

const optional = { optional: true } as const;
const notBlank = (value: string): boolean => /^\S+$/.test(value);
const isArn = (value: string): boolean => /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d{12}:\S+$/.test(value);

export const SETTINGS: SettingsTable = {
  region: {
    variable: text("aws:region", "an AWS Region such as eu-north-1", isRegion),
    alias: text("REGION", "an AWS Region such as eu-north-1", isRegion),
    description: "Region of both buckets and of everything else.",
    goesTo: ["worker", "infra"],
  },
  sourceBucket: {
    variable: text("sourceBucket", "the name of an existing general purpose bucket", notBlank, optional),
    alias: text("SRC_BUCKET", "the name of an existing general purpose bucket", notBlank, optional),
    description: "General purpose bucket to sync from.",
    otherwise: "created",
    goesTo: ["worker", "infra"],
  },
  destinationBucket: {
    variable: text("destinationBucket", "a full directory bucket name, or its base", notBlank, optional),
    alias: text("DST_BUCKET", "a full directory bucket name, or its base", notBlank, optional),
    description: "Directory bucket to sync to: its full name, or a base to which --ZONEID--x-s3 is added.",
    otherwise: "created",
    goesTo: ["worker", "infra"],
  },
  availabilityZoneId: {
    variable: text("availabilityZoneId", "an Availability Zone id such as eun1-az1", isZoneId, optional),
    description: "Zone of the directory bucket.",
    otherwise: "the zone in the full name, else the first Express zone of the Region",
    goesTo: ["infra"],
  },
  prefix: {
    variable: prefixText("prefix"),
    alias: prefixText("PREFIX_FILTER"),
    description: "Only keys that begin with this text are synced.",
    otherwise: "all keys",
    goesTo: ["worker", "infra"],
  },
  maxWorkers: {
    variable: integer("maxWorkers", LIMITS.maxWorkers, " (0 pauses)", { fallback: DEFAULTS.maxWorkers }),
    alias: integer("MAX_WORKERS", LIMITS.maxWorkers, " (0 pauses)"),
    description: "Most workers at a time.",
    goesTo: ["starter"],
  },
  pollIntervalSeconds: {
    variable: integer("pollIntervalSeconds", LIMITS.pollIntervalSeconds, " seconds", {
      fallback: DEFAULTS.pollIntervalSeconds,
    }),
    alias: scaled("LAMBDA_POLL_RATE", [1, LIMITS.pollIntervalSeconds[1] / 60], " minutes", 60),
    description: "How often the starter looks at the queue; above 60 in whole minutes. The alias is in minutes.",
    goesTo: ["starter", "infra"],
  },
  taskCpu: {
    variable: integer("taskCpu", [256, 16_384], " CPU units", { fallback: 2048 }),
    alias: integer("TASK_CPU", [256, 16_384], " CPU units"),
    description: "CPU units of a worker; 1024 is one vCPU.",
    goesTo: ["infra"],
  },
  taskMemory: {
    variable: integer("taskMemory", [512, 122_880], " MiB", { fallback: 4096 }),
    alias: integer("TASK_MEMORY", [512, 122_880], " MiB"),
    description: "Memory of a worker in MiB; must go with taskCpu.",
    goesTo: ["infra"],
  },
  visibilityTimeoutSeconds: {
    variable: integer("visibilityTimeoutSeconds", LIMITS.visibilityTimeoutSeconds, " seconds", {
      fallback: DEFAULTS.visibilityTimeoutSeconds,
    }),
    alias: integer("VISIBILITY_TIMEOUT", LIMITS.visibilityTimeoutSeconds, " seconds"),
    description: "How long the message of a killed worker stays hidden; a living worker extends it.",
    goesTo: ["worker", "infra"],
  },
  maxReceiveCount: {
    variable: integer("maxReceiveCount", LIMITS.maxReceiveCount, "", { fallback: DEFAULTS.maxReceiveCount }),
    description: "Attempts before a key goes to the dead-letter queue.",
    goesTo: ["worker", "infra"],
  },
  queueRetentionDays: {
    variable: integer("queueRetentionDays", [1, 14], " days", { fallback: 10 }),
    description: "How long the queue keeps a message; the dead-letter queue keeps 14 days.",
    goesTo: ["infra"],
  },
  longPollSeconds: {
    variable: integer("longPollSeconds", LIMITS.longPollSeconds, " seconds", { fallback: DEFAULTS.longPollSeconds }),
    description: "How long one receive waits for messages.",
    goesTo: ["worker"],
  },
  emptyPollsBeforeExit: {
    variable: integer("emptyPollsBeforeExit", LIMITS.emptyPollsBeforeExit, "", {
      fallback: DEFAULTS.emptyPollsBeforeExit,
    }),
    description: "Empty receives after which an idle worker leaves.",
    goesTo: ["worker"],
  },
  messagesPerWorker: {
    variable: integer("messagesPerWorker", LIMITS.messagesPerWorker, "", { fallback: DEFAULTS.messagesPerWorker }),
    description: "Waiting messages for which one worker is launched.",
    goesTo: ["starter"],
  },
  scalingRule: {
    variable: choice("scalingRule", ["visible", "seed"], { fallback: "visible" }),
    description: "visible: workers for waiting messages. seed: messages in flight count too.",
    goesTo: ["starter"],
  },
  spotWeight: {
    variable: integer("spotWeight", LIMITS.capacityWeight, "", { fallback: DEFAULTS.spotWeight }),
    description: "Share of workers on Fargate Spot.",
    goesTo: ["starter"],
  },
  onDemandWeight: {
    variable: integer("onDemandWeight", LIMITS.capacityWeight, "", { fallback: DEFAULTS.onDemandWeight }),
    description: "Share of workers on Fargate On-Demand; 0 also means that it never stands in for Spot.",
    goesTo: ["starter"],
  },
  copyConcurrency: {
    variable: integer("copyConcurrency", LIMITS.copyConcurrency, "", { fallback: DEFAULTS.copyConcurrency }),
    description: "Copy requests in flight per worker.",
    goesTo: ["worker"],
  },
  partSizeMiB: {
    variable: integer("partSizeMiB", LIMITS.partSizeMiB, " MiB", { fallback: DEFAULTS.partSize / MIB }),
    description: "Wanted size of the parts of a multipart copy; very large objects get larger parts.",
    goesTo: ["worker"],
  },
  multipartThresholdMiB: {
    variable: integer("multipartThresholdMiB", LIMITS.multipartThresholdMiB, " MiB", {
      fallback: DEFAULTS.multipartThreshold / MIB,
    }),
    description: `Objects up to this size are copied by one request; ${(5 * GIB) / MIB} is the largest S3 takes.`,
    goesTo: ["worker"],
  },
  transport: {
    variable: choice("transport", TRANSPORTS, { fallback: DEFAULTS.transport }),
    description:
      "What carries a worker's hot calls. lean: its own HTTP exchange, a fraction of the CPU. sdk: the AWS SDK.",
    goesTo: ["worker"],
  },
  namePrefix: {
    variable: text(
      "namePrefix",
      `3 to ${MAX_NAME_PREFIX} lower-case letters, digits and single hyphens that do not begin with ${RESERVED.join(", ")}`,
      isNamePrefix,
      optional,
    ),
    description: "What the names of all resources begin with.",
    otherwise: "s3-to-s3express-sync-STACK; without -STACK in the dev stack",
    goesTo: ["infra"],
  },
  vpcId: {
    variable: text("vpcId", "a VPC id such as vpc-0abc", (value) => /^vpc-[0-9a-f]+$/.test(value), optional),
    description: "VPC the workers run in.",
    otherwise: "the default VPC",
    goesTo: ["infra"],
  },
  subnetIds: {
    variable: list("subnetIds", "subnet ids, separated by commas", isSubnetId, optional),
    description: "Subnets the workers run in; several zones find Spot capacity more often.",
    otherwise: "the public subnets of the VPC",
    goesTo: ["starter", "infra"],
  },
  assignPublicIp: {
    variable: flag("assignPublicIp", { fallback: true }),
    description: "Public address for workers; without it the subnets need NAT or interface endpoints.",
    goesTo: ["starter", "infra"],
  },
  vpcEndpoints: {
    variable: choice("vpcEndpoints", ["create", "existing", "none"], { fallback: "create" }),
    description: "Gateway endpoints for s3 and s3express: made by this stack, already there, or not wanted.",
    goesTo: ["infra"],
  },
  notificationMode: {
    variable: choice("notificationMode", ["s3", "eventbridge"], { fallback: "s3" }),
    description: "How events reach the queue; eventbridge where the bucket's notifications belong to someone else.",
    goesTo: ["infra"],
  },
  sourceKmsKeyArn: {
    variable: text("sourceKmsKeyArn", "the ARN of a KMS key", isKmsKeyArn, optional),
    description: "Key the source's objects are encrypted with.",
    otherwise: "none",
    goesTo: ["infra"],
  },
  destinationKmsKeyArn: {
    variable: text("destinationKmsKeyArn", "the ARN of a KMS key", isKmsKeyArn, optional),
    description: "Key the directory bucket encrypts with.",
    otherwise: "none",
    goesTo: ["worker", "infra"],
  },
  permissionsBoundaryArn: {
    variable: text("permissionsBoundaryArn", "the ARN of an IAM policy", isPolicyArn, optional),
    description: "Permissions boundary of every role.",
    otherwise: "none",
    goesTo: ["infra"],
  },
  tags: {
    variable: TAGS,
    description: "Tags of every resource that takes them, as a JSON object.",
    goesTo: ["infra"],
  },
  imageUri: {
    variable: text("imageUri", "the URI of a container image", notBlank, optional),
    description: "Worker image to run.",
    otherwise: "built and pushed",
    goesTo: ["infra"],
  },
  verifySchedule: {
    variable: text("verifySchedule", "rate(...) or cron(...)", (value) => /^(rate|cron)\(.+\)$/.test(value), optional),
    description: "When verify runs as a task of its own.",
    otherwise: "off",
    goesTo: ["infra"],
  },
  canaryMinutes: {
    variable: integer("canaryMinutes", [1, 1440], " minutes", optional),
    description: "So often a canary object goes the whole way; an alarm tells when one does not arrive.",
    otherwise: "off",
    goesTo: ["infra"],
  },
  dashboard: {
    variable: flag("dashboard", { fallback: false }),
    description: "CloudWatch dashboard.",
    goesTo: ["infra"],
  },
  alarmEmail: {
    variable: text("alarmEmail", "a mail address", (value) => /^[^@\s]+@[^@\s]+$/.test(value), optional),
    description: "Where alarms are sent.",
    otherwise: "no alarms",
    goesTo: ["infra"],
  },
  lagObjectiveSeconds: {
    variable: integer("lagObjectiveSeconds", [1, 86_400], " seconds", optional),
    description: "Alarm when the sync lag exceeds this.",
    otherwise: "off",
    goesTo: ["infra"],
  },
  paused: {
    variable: flag("paused", { fallback: false }),
    description: "Events are kept in the queue and no worker is launched.",
    goesTo: ["starter", "infra"],
  },
  logRetentionDays: {
    variable: oneOf("logRetentionDays", LOG_RETENTION_DAYS, 30),
    description: "How long logs are kept.",
    goesTo: ["infra"],
  },
  deleteBucketsOnDestroy: {
    variable: flag("deleteBucketsOnDestroy", { fallback: false }),
    description: "Whether buckets this stack created are deleted with it, with everything in them.",
    goesTo: ["infra"],
  },
  reservedConcurrency: {
    variable: integer("reservedConcurrency", [1, 1000], "", optional),
    description: "Reserved concurrency of the starter; 1 rules out two at a time and takes 1 from the account.",
    otherwise: "none",
    goesTo: ["infra"],
  },
};

/**
 * Lower case because bucket names are made of it too. Single hyphens because ECR takes no others (API CreateRepository).
 */
export function isNamePrefix(value: string): boolean {
  return (
    value.length >= 3 &&
    value.length <= MAX_NAME_PREFIX &&
    /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(value) &&
    !RESERVED.some((beginning) => value.startsWith(beginning))
  );
}

function isSubnetId(value: string): boolean {
  return /^subnet-[0-9a-f]+$/.test(value);
}

function isPolicyArn(value: string): boolean {
  return isArn(value) && /:iam::\d{12}:policy\//.test(value);
}

function oneOf(name: string, values: readonly number[], fallback: number): Variable<number> {
  return {
    name,
    allowed: `one of ${values.join(", ")}`,
    read: (raw) => values.find((value) => String(value) === raw),
    write: String,
    fallback,
  };
}
