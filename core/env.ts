/**
 * The environment of worker and starter: one table each, read by the process and written by infra/ and lab/.
 *
 * Names are the seed's where it has one. Reading reports every problem at once, because one problem per deployment is slow.
 */
import type { StarterConfig, WorkerConfig } from "./config";
import { GIB, MAX_PART_BYTES, MAX_SINGLE_COPY_BYTES, MIB, MIN_PART_BYTES } from "./parts";
import type { Environment, Parsed, Table } from "./variables";
import { choice, echo, flag, integer, list, prefixText, readTable, scaled, text, url, writeTable } from "./variables";
import { DIRECTORY_BUCKET_RULES, isGeneralPurposeBucketName, parseDirectoryBucketName, regionOfZone } from "./zones";

/** Bounds that settings share with the environment; both ends included. */
export const LIMITS = {
  /** API ChangeMessageVisibility: at most 12 hours. Below 10 s a heartbeat at a third of it is mostly requests. */
  visibilityTimeoutSeconds: [10, 43_200],
  /** SQS dead-letter queues: 1 to 1,000. */
  maxReceiveCount: [1, 1000],
  /** API ReceiveMessage: at most 20. 0 is short polling, which asks only some servers: an empty answer proves nothing. */
  longPollSeconds: [1, 20],
  emptyPollsBeforeExit: [1, 1000],
  copyConcurrency: [1, 4096],
  partSizeMiB: [MIN_PART_BYTES / MIB, MAX_PART_BYTES / MIB],
  multipartThresholdMiB: [MIN_PART_BYTES / MIB, MAX_SINGLE_COPY_BYTES / MIB],
  /** One page of a listing has at most 1,000; the upper end bounds memory and what a killed worker repeats. */
  listUnitKeys: [1, 100_000],
  /** Fargate kills at most 120 s after SIGTERM (API ContainerDefinition.stopTimeout); 5 s are left for the last requests. */
  drainSeconds: [5, 115],
  breakerBudgetSeconds: [1, 43_200],
  /** 0 pauses. The upper end is a guard against a slipped digit, not a limit of ECS. */
  maxWorkers: [0, 5000],
  messagesPerWorker: [1, 1_000_000],
  /** API CapacityProviderStrategyItem: 0 to 1,000. */
  capacityWeight: [0, 1000],
  pollIntervalSeconds: [1, 86_400],
} as const;

export const TRANSPORTS = ["lean", "sdk"] as const;

/** Defaults that settings share with the environment. Sizes: the derived starting point of the measured copy curve. */
export const DEFAULTS = {
  visibilityTimeoutSeconds: 120,
  maxReceiveCount: 3,
  longPollSeconds: 20,
  emptyPollsBeforeExit: 3,
  copyConcurrency: 256,
  partSize: 128 * MIB,
  multipartThreshold: GIB / 4,
  transport: "lean",
  listUnitKeys: 10_000,
  drainSeconds: 90,
  breakerBudgetSeconds: 900,
  maxWorkers: 5,
  messagesPerWorker: 1,
  spotWeight: 4,
  onDemandWeight: 1,
  pollIntervalSeconds: 60,
} as const;

/** Every variable of the worker. */
export const WORKER_VARIABLES: Table<WorkerConfig> = {
  region: text("REGION", "an AWS Region such as eu-north-1", isRegion),
  sourceBucket: text(
    "SRC_BUCKET",
    "the name of a general purpose bucket (3 to 63 lower-case letters, digits, dots and hyphens), not a directory bucket",
    isGeneralPurposeBucketName,
  ),
  destinationBucket: text("DST_BUCKET", `the full name of a directory bucket: ${DIRECTORY_BUCKET_RULES}`, (name) =>
    Boolean(parseDirectoryBucketName(name)),
  ),
  prefix: prefixText("PREFIX_FILTER"),
  queueUrl: url("QUEUE_URL"),
  deadLetterQueueUrl: url("DLQ_URL"),
  visibilityTimeoutSeconds: integer("VISIBILITY_TIMEOUT", LIMITS.visibilityTimeoutSeconds, " seconds", {
    fallback: DEFAULTS.visibilityTimeoutSeconds,
  }),
  maxReceiveCount: integer("MAX_RECEIVE_COUNT", LIMITS.maxReceiveCount, "", { fallback: DEFAULTS.maxReceiveCount }),
  longPollSeconds: integer("LONG_POLL_SECONDS", LIMITS.longPollSeconds, " seconds", {
    fallback: DEFAULTS.longPollSeconds,
  }),
  emptyPollsBeforeExit: integer("EMPTY_POLLS_BEFORE_EXIT", LIMITS.emptyPollsBeforeExit, "", {
    fallback: DEFAULTS.emptyPollsBeforeExit,
  }),
  copyConcurrency: integer("COPY_CONCURRENCY", LIMITS.copyConcurrency, "", { fallback: DEFAULTS.copyConcurrency }),
  partSize: scaled("PART_SIZE_MIB", LIMITS.partSizeMiB, " MiB", MIB, { fallback: DEFAULTS.partSize }),
  multipartThreshold: scaled("MULTIPART_THRESHOLD_MIB", LIMITS.multipartThresholdMiB, " MiB", MIB, {
    fallback: DEFAULTS.multipartThreshold,
  }),
  listUnitKeys: integer("LIST_UNIT_KEYS", LIMITS.listUnitKeys, " keys", { fallback: DEFAULTS.listUnitKeys }),
  destinationKmsKeyArn: text("DESTINATION_KMS_KEY_ARN", "the ARN of a KMS key", isKmsKeyArn, { optional: true }),
  transport: choice("TRANSPORT", TRANSPORTS, { fallback: DEFAULTS.transport }),
  drainSeconds: integer("DRAIN_SECONDS", LIMITS.drainSeconds, " seconds", { fallback: DEFAULTS.drainSeconds }),
  breakerBudgetSeconds: integer("BREAKER_BUDGET_SECONDS", LIMITS.breakerBudgetSeconds, " seconds", {
    fallback: DEFAULTS.breakerBudgetSeconds,
  }),
  logLevel: choice("LOG_LEVEL", ["debug", "info", "warn", "error"], { fallback: "info" }),
};

/** Every variable of the starter. */
export const STARTER_VARIABLES: Table<StarterConfig> = {
  queueUrl: url("QUEUE_URL"),
  cluster: text("CLUSTER", "the name or ARN of an ECS cluster", isEcsName),
  taskDefinition: text("TASK_DEFINITION", "a family, family:revision or ARN of an ECS task definition", isEcsName),
  taskFamily: text("TASK_FAMILY", "the family of the worker's task definition", (name) =>
    /^[A-Za-z0-9_-]{1,255}$/.test(name),
  ),
  subnets: list("SUBNETS", "subnet ids, separated by commas", isEcsName),
  securityGroups: list("SECURITY_GROUPS", "security group ids, separated by commas", isEcsName, { fallback: [] }),
  assignPublicIp: flag("ASSIGN_PUBLIC_IP", { fallback: true }),
  maxWorkers: integer("MAX_WORKERS", LIMITS.maxWorkers, " (0 pauses)", { fallback: DEFAULTS.maxWorkers }),
  messagesPerWorker: integer("MESSAGES_PER_WORKER", LIMITS.messagesPerWorker, "", {
    fallback: DEFAULTS.messagesPerWorker,
  }),
  scalingRule: choice("SCALING_RULE", ["visible", "seed"], { fallback: "visible" }),
  spotWeight: integer("SPOT_WEIGHT", LIMITS.capacityWeight, "", { fallback: DEFAULTS.spotWeight }),
  onDemandWeight: integer("ON_DEMAND_WEIGHT", LIMITS.capacityWeight, "", { fallback: DEFAULTS.onDemandWeight }),
  pollIntervalSeconds: integer("POLL_INTERVAL_SECONDS", LIMITS.pollIntervalSeconds, " seconds", {
    fallback: DEFAULTS.pollIntervalSeconds,
  }),
};

export function parseWorkerEnv(environment: Environment): Parsed<WorkerConfig> {
  const rules = (config: Partial<WorkerConfig>): readonly string[] => [
    ...workerRules(config),
    ...endpointProblems(environment, ["_S3", "_SQS"]),
  ];
  return readTable(WORKER_VARIABLES, environment, rules);
}

export function parseStarterEnv(environment: Environment): Parsed<StarterConfig> {
  const rules = (config: Partial<StarterConfig>): readonly string[] => [
    ...starterRules(config),
    ...endpointProblems(environment, ["_SQS", "_ECS"]),
  ];
  return readTable(STARTER_VARIABLES, environment, rules);
}

export function writeWorkerEnv(config: WorkerConfig): Record<string, string> {
  return writeTable(WORKER_VARIABLES, config);
}

export function writeStarterEnv(config: StarterConfig): Record<string, string> {
  return writeTable(STARTER_VARIABLES, config);
}

/** One text for people, one problem a line. */
export function formatProblems(problems: readonly string[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [`${count} in the configuration:`, ...problems.map((problem) => `  - ${problem}`)].join("\n");
}

/** What is left of a lease at least when its message arrives: enough to extend it. */
const VISIBILITY_OVER_LONG_POLL_SECONDS = 5;

/** A lease is reckoned from before the receive was sent, so the whole long poll counts against it. */
export function visibilityProblem(
  visibilityName: string,
  longPollName: string,
  given: { readonly visibilityTimeoutSeconds?: number; readonly longPollSeconds?: number },
): readonly string[] {
  const { visibilityTimeoutSeconds: visibility, longPollSeconds: longPoll } = given;
  if (visibility === undefined || longPoll === undefined) return [];
  const least = longPoll + VISIBILITY_OVER_LONG_POLL_SECONDS;
  if (visibility >= least) return [];
  return [
    `${visibilityName} is ${visibility}; with ${longPollName} ${longPoll} it must be at least ${least}, or a message could be visible to others before it has arrived`,
  ];
}

function workerRules(config: Partial<WorkerConfig>): readonly string[] {
  const { region, destinationBucket, queueUrl, deadLetterQueueUrl } = config;
  const zoneId = parseDirectoryBucketName(destinationBucket ?? "")?.zoneId ?? "";
  const home = regionOfZone(zoneId);
  return [
    ...visibilityProblem("VISIBILITY_TIMEOUT", "LONG_POLL_SECONDS", config),
    ...(queueUrl !== undefined && queueUrl === deadLetterQueueUrl
      ? ["DLQ_URL is the same queue as QUEUE_URL, so a dead letter would come back as work; give the dead-letter queue"]
      : []),
    // Copies across Regions do not work through VPC endpoints (API CopyObject), and cost transfer where they do.
    ...(home !== undefined && region !== undefined && home !== region
      ? [`DST_BUCKET is in zone ${zoneId} of ${home}, but REGION is "${region}"; both must be the same Region`]
      : []),
  ];
}

function starterRules(config: Partial<StarterConfig>): readonly string[] {
  return [
    ...(config.spotWeight === 0 && config.onDemandWeight === 0
      ? ["SPOT_WEIGHT and ON_DEMAND_WEIGHT are both 0; give at least one of them a weight of 1 or more"]
      : []),
    ...pollIntervalProblem("POLL_INTERVAL_SECONDS", config.pollIntervalSeconds ?? 0),
  ];
}

/**
 * The SDK's own variables, where set: it would only notice with every single call.
 * @param services what their names end in, such as "_SQS"
 */
export function endpointProblems(environment: Environment, services: readonly string[]): readonly string[] {
  return ["", ...services].flatMap((service) => {
    const variable = url(`AWS_ENDPOINT_URL${service}`);
    const raw = environment[variable.name] ?? "";
    if (raw === "" || variable.read(raw) !== undefined) return [];
    return [`${variable.name} is ${echo(raw, variable)}; it must be ${variable.allowed}, or not set`];
  });
}

/** The schedule has minutes (EventBridge rate()); what is shorter is done inside one invocation. */
export function pollIntervalProblem(name: string, seconds: number): readonly string[] {
  return seconds > 60 && seconds % 60 !== 0
    ? [`${name} is ${seconds}; above 60 it must be a multiple of 60, because schedules count in whole minutes`]
    : [];
}

export function isRegion(name: string): boolean {
  return /^[a-z]{2,}(-[a-z]+)+-\d{1,2}$/.test(name);
}

export function isKmsKeyArn(arn: string): boolean {
  return /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)\/[\w/-]+$/.test(arn);
}

function isEcsName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9:/_.-]{0,511}$/.test(name);
}
