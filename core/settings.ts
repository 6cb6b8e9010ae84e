/**
 * Settings as people give them, validated: typed values, or every problem at once before any resource is made.
 */
import type { StarterConfig, WorkerConfig } from "./config";
import { MAX_CANARY_PREFIX_BYTES } from "./canary";
import { DEFAULTS, pollIntervalProblem, visibilityProblem } from "./env";
import { fargateSizeProblem } from "./fargate";
import { utf8Length } from "./fingerprint";
import { MIB } from "./parts";
import { MAX_NAME_PREFIX, type Setting, SETTINGS } from "./settings-table";
import { fitted } from "./short-name";
import { quote } from "./untrusted";
import { echo, type Environment, type Parsed, type Variable } from "./variables";
import {
  defaultZone,
  DIRECTORY_BUCKET_RULES,
  EXPRESS_ZONES,
  isGeneralPurposeBucketName,
  looksLikeDirectoryBucket,
  parseDirectoryBucketName,
  regionOfZone,
  resolveDirectoryBucketName,
} from "./zones";

/** Every setting, by the name and in the unit that Pulumi.yaml describes (the words are in core/settings-table.ts). */
export interface Settings {
  readonly region: string;
  /** Undefined: created. */
  readonly sourceBucket?: string;
  /** The full name; undefined: created. */
  readonly destinationBucket?: string;
  readonly availabilityZoneId: string;
  readonly prefix: string;
  readonly maxWorkers: number;
  readonly pollIntervalSeconds: number;
  readonly taskCpu: number;
  readonly taskMemory: number;
  readonly visibilityTimeoutSeconds: number;
  readonly maxReceiveCount: number;
  readonly queueRetentionDays: number;
  readonly longPollSeconds: number;
  readonly emptyPollsBeforeExit: number;
  readonly messagesPerWorker: number;
  readonly scalingRule: "visible" | "seed";
  readonly spotWeight: number;
  readonly onDemandWeight: number;
  readonly copyConcurrency: number;
  readonly partSizeMiB: number;
  readonly multipartThresholdMiB: number;
  readonly transport: "lean" | "sdk";
  readonly namePrefix: string;
  readonly vpcId?: string;
  readonly subnetIds?: readonly string[];
  readonly assignPublicIp: boolean;
  readonly vpcEndpoints: "create" | "existing" | "none";
  readonly notificationMode: "s3" | "eventbridge";
  readonly sourceKmsKeyArn?: string;
  readonly destinationKmsKeyArn?: string;
  readonly permissionsBoundaryArn?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly imageUri?: string;
  readonly verifySchedule?: string;
  readonly canaryMinutes?: number;
  readonly dashboard: boolean;
  readonly alarmEmail?: string;
  readonly lagObjectiveSeconds?: number;
  readonly paused: boolean;
  readonly logRetentionDays: number;
  readonly deleteBucketsOnDestroy: boolean;
  readonly reservedConcurrency?: number;
}

/**
 * @param raw by setting name (`aws:region` with its namespace, the others without) or alias; "" counts as not set
 * @param stack the Pulumi stack's name, for the default of namePrefix
 */
export function parseSettings(raw: Environment, stack: string): Parsed<Settings> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [field, setting] of Object.entries<Setting<unknown>>(SETTINGS as Record<string, Setting<unknown>>)) {
    const reading = readSetting(raw, setting);
    if (reading.problem !== undefined) problems.push(reading.problem);
    else if (reading.value !== undefined) values[field] = reading.value;
  }
  const given = values as Partial<Settings>;
  const zoneId = zoneOf(given);
  problems.push(...unknownNames(raw), ...rulesOf(given), ...bucketProblems(given, zoneId));
  if (problems.length > 0 || zoneId === undefined) return { ok: false, problems };
  const destinationBucket = resolveDirectoryBucketName(given.destinationBucket ?? "", zoneId);
  const config = {
    ...(values as unknown as Settings),
    availabilityZoneId: zoneId,
    namePrefix: given.namePrefix ?? defaultNamePrefix(stack),
    ...(destinationBucket === undefined ? {} : { destinationBucket }),
  };
  return { ok: true, config };
}

/** The seed's names in the dev stack, the stack's name behind them in every other. */
export function defaultNamePrefix(stack: string): string {
  if (stack === "dev") return SEED_NAME;
  const suffix = stack
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return fitted(`${SEED_NAME}-${suffix === "" ? "stack" : suffix}`, MAX_NAME_PREFIX);
}

const SEED_NAME = "s3-to-s3express-sync";

/** The worker's configuration as far as settings decide it; the program adds what it creates. */
export function workerSettings(
  settings: Settings,
): Omit<WorkerConfig, "sourceBucket" | "destinationBucket" | "queueUrl" | "deadLetterQueueUrl"> {
  return {
    region: settings.region,
    prefix: settings.prefix,
    visibilityTimeoutSeconds: settings.visibilityTimeoutSeconds,
    maxReceiveCount: settings.maxReceiveCount,
    longPollSeconds: settings.longPollSeconds,
    emptyPollsBeforeExit: settings.emptyPollsBeforeExit,
    copyConcurrency: settings.copyConcurrency,
    partSize: settings.partSizeMiB * MIB,
    multipartThreshold: settings.multipartThresholdMiB * MIB,
    transport: settings.transport,
    ...(settings.destinationKmsKeyArn === undefined ? {} : { destinationKmsKeyArn: settings.destinationKmsKeyArn }),
    drainSeconds: DEFAULTS.drainSeconds,
    breakerBudgetSeconds: DEFAULTS.breakerBudgetSeconds,
    listUnitKeys: DEFAULTS.listUnitKeys,
    logLevel: "info",
  };
}

/** The starter's configuration as far as settings decide it. Paused is a maximum of no workers. */
export function starterSettings(
  settings: Settings,
): Omit<StarterConfig, "queueUrl" | "cluster" | "taskDefinition" | "taskFamily" | "subnets" | "securityGroups"> {
  return {
    assignPublicIp: settings.assignPublicIp,
    maxWorkers: settings.paused ? 0 : settings.maxWorkers,
    messagesPerWorker: settings.messagesPerWorker,
    scalingRule: settings.scalingRule,
    spotWeight: settings.spotWeight,
    onDemandWeight: settings.onDemandWeight,
    pollIntervalSeconds: settings.pollIntervalSeconds,
  };
}

/** Names that may stand in the configuration: the settings' own and the aliases'. */
export function settingNames(): readonly string[] {
  return settingVariables().map((variable) => variable.name);
}

/** A value, a problem, or neither (an optional setting that is not set). */
function readSetting(raw: Environment, setting: Setting<unknown>): { value?: unknown; problem?: string } {
  const { variable, alias } = setting;
  const text = raw[variable.name] ?? "";
  const aliasText = alias === undefined ? "" : (raw[alias.name] ?? "");
  if (text !== "" && alias !== undefined && aliasText !== "") {
    return { problem: `${variable.name} and ${alias.name} are the same setting; give only one of them` };
  }
  if (alias !== undefined && aliasText !== "") return readText(alias, aliasText);
  if (text !== "") return readText(variable, text);
  if (variable.fallback !== undefined) return { value: variable.fallback };
  return variable.optional === true ? {} : { problem: `${variable.name} is not set; it must be ${variable.allowed}` };
}

function readText(variable: Variable<unknown>, text: string): { value: unknown } | { problem: string } {
  const value = variable.read(text);
  if (value !== undefined) return { value };
  return { problem: `${variable.name} is ${echo(text, variable)}; it must be ${variable.allowed}` };
}

/** A misspelt setting would otherwise silently leave the default in force. */
function unknownNames(raw: Environment): readonly string[] {
  const known = settingNames();
  return Object.keys(raw)
    .filter((name) => raw[name] !== undefined && !known.includes(name))
    .map((name) => {
      const meant = known.find((candidate) => plain(candidate) === plain(name));
      return `${isPlain(name) ? name : echo(name, {})} is not a setting${meant === undefined ? "" : `; did you mean ${meant}?`}`;
    });
}

/** Anything else could be taken for a line of its own. */
function isPlain(name: string): boolean {
  return /^[\w:.-]{1,80}$/.test(name);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function settingVariables(): readonly Variable<unknown>[] {
  const settings = Object.values<Setting<unknown>>(SETTINGS as Record<string, Setting<unknown>>);
  return settings.flatMap(({ variable, alias }) => (alias === undefined ? [variable] : [variable, alias]));
}

function rulesOf(given: Partial<Settings>): readonly string[] {
  const { taskCpu, taskMemory, vpcId, subnetIds } = given;
  const size = taskCpu === undefined || taskMemory === undefined ? undefined : fargateSizeProblem(taskCpu, taskMemory);
  return [
    ...(size === undefined ? [] : [size]),
    ...(given.spotWeight === 0 && given.onDemandWeight === 0
      ? ["spotWeight and onDemandWeight are both 0; give at least one of them a weight of 1 or more"]
      : []),
    ...visibilityProblem("visibilityTimeoutSeconds", "longPollSeconds", given),
    ...pollIntervalProblem("pollIntervalSeconds", given.pollIntervalSeconds ?? 0),
    ...(subnetIds !== undefined && vpcId === undefined
      ? ["subnetIds without vpcId; the security group has to be made in the same VPC, so give its id"]
      : []),
    ...(given.canaryMinutes !== undefined && utf8Length(given.prefix ?? "") > MAX_CANARY_PREFIX_BYTES
      ? [
          `prefix leaves no room for the canary's name; with canaryMinutes it has at most ${MAX_CANARY_PREFIX_BYTES} bytes`,
        ]
      : []),
    // "The key alias format of the KMS key isn't supported" (API CopyObject, directory buckets).
    ...(given.destinationKmsKeyArn?.includes(":alias/") === true
      ? ["destinationKmsKeyArn is an alias; a directory bucket takes only the ARN of the key itself"]
      : []),
  ];
}

function zoneOf(given: Partial<Settings>): string | undefined {
  return (
    given.availabilityZoneId ??
    parseDirectoryBucketName(given.destinationBucket ?? "")?.zoneId ??
    defaultZone(given.region ?? "")
  );
}

function bucketProblems(given: Partial<Settings>, zoneId: string | undefined): readonly string[] {
  const { region, sourceBucket, destinationBucket } = given;
  const home = regionOfZone(zoneId ?? "");
  return [
    ...(sourceBucket !== undefined && !isGeneralPurposeBucketName(sourceBucket)
      ? [`sourceBucket is ${quote(sourceBucket)}; ${sourceRule(sourceBucket)}`]
      : []),
    ...(zoneId === undefined && region !== undefined
      ? [
          `availabilityZoneId is not set and no Express zone of ${region} is known; give its id, or choose one of ${Object.keys(EXPRESS_ZONES).join(", ")}`,
        ]
      : []),
    ...(home !== undefined && region !== undefined && home !== region
      ? [`zone ${zoneId ?? ""} is in ${home}, but aws:region is ${region}; both buckets must be in one Region`]
      : []),
    ...(destinationBucket === undefined ? [] : destinationProblems(destinationBucket, zoneId)),
  ];
}

function sourceRule(name: string): string {
  return looksLikeDirectoryBucket(name)
    ? "a directory bucket sends no events, so it can only be the destination"
    : "it must be 3 to 63 lower-case letters, digits, dots and hyphens";
}

function destinationProblems(name: string, zoneId: string | undefined): readonly string[] {
  if (zoneId === undefined || resolveDirectoryBucketName(name, zoneId) !== undefined) return [];
  const full = parseDirectoryBucketName(name);
  return full === undefined
    ? [`destinationBucket is ${quote(name)}; its full name must be ${DIRECTORY_BUCKET_RULES}`]
    : [
        `destinationBucket is in zone ${full.zoneId}, but availabilityZoneId is ${zoneId}; leave availabilityZoneId out`,
      ];
}
