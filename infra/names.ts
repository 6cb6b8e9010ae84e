/** Every name the system gives to something in AWS. Pure: scripts and people depend on these. */
import type { Settings } from "../core/settings";
import { fitted } from "../core/short-name";
import type { System } from "../core/system";

export interface Names {
  readonly sourceBucket: string;
  readonly destinationBucket: string;
  readonly queue: string;
  readonly deadLetterQueue: string;
  readonly cluster: string;
  /** The task definition's family. */
  readonly taskFamily: string;
  readonly workerRole: string;
  readonly workerPolicy: string;
  readonly workerLogGroup: string;
  readonly executionRole: string;
  readonly executionPolicy: string;
  readonly starter: string;
  readonly starterRole: string;
  readonly starterPolicy: string;
  readonly starterLogGroup: string;
  readonly starterRule: string;
  /** The scheduled verify: family of its tasks, role, rule, and the role the rule starts it with. */
  readonly verifyFamily: string;
  readonly verifyRole: string;
  readonly verifyPolicy: string;
  readonly verifyRule: string;
  readonly verifyRuleRole: string;
  readonly verifyRulePolicy: string;
  /** The canary's schedule and its role. */
  readonly canary: string;
  readonly canaryRole: string;
  readonly canaryPolicy: string;
  readonly eventsRule: string;
  readonly repository: string;
  readonly securityGroup: string;
  readonly topic: string;
  readonly dashboard: string;
}

/** @param accountId part of the generated bucket names, which are unique in all of AWS or at least in the zone */
export function namesFor(settings: Settings, accountId: string): Names {
  const of = (what: string): string => `${settings.namePrefix}-${what}`;
  return {
    sourceBucket: settings.sourceBucket ?? sourceBucketName(settings.namePrefix, accountId),
    destinationBucket:
      settings.destinationBucket ?? directoryBucketName(settings.namePrefix, accountId, settings.availabilityZoneId),
    queue: of("q"),
    deadLetterQueue: of("dlq"),
    cluster: of("cluster"),
    taskFamily: of("task"),
    workerRole: of("task-role"),
    workerPolicy: of("task-role-inline"),
    workerLogGroup: `/ecs/${of("task")}`,
    executionRole: of("execution-role"),
    executionPolicy: of("execution-role-inline"),
    starter: of("starter"),
    starterRole: of("starter-role"),
    starterPolicy: of("starter-role-inline"),
    starterLogGroup: `/aws/lambda/${of("starter")}`,
    starterRule: of("starter-rule"),
    verifyFamily: of("verify"),
    verifyRole: of("verify-role"),
    verifyPolicy: of("verify-role-inline"),
    verifyRule: of("verify-rule"),
    verifyRuleRole: of("verify-rule-role"),
    verifyRulePolicy: of("verify-rule-role-inline"),
    canary: of("canary"),
    canaryRole: of("canary-role"),
    canaryPolicy: of("canary-role-inline"),
    eventsRule: of("events"),
    repository: settings.namePrefix,
    securityGroup: of("workers"),
    topic: of("alarms"),
    dashboard: settings.namePrefix,
  };
}

/** What the command line needs to know of the system: the output `system`. */
export function systemOf(
  names: Names,
  { region, prefix }: Settings,
  queues: Pick<System, "queueUrl" | "deadLetterQueueUrl">,
): System {
  return {
    region,
    sourceBucket: names.sourceBucket,
    destinationBucket: names.destinationBucket,
    prefix,
    ...queues,
    cluster: names.cluster,
    taskFamily: names.taskFamily,
    starter: names.starter,
    starterRule: names.starterRule,
    workerLogGroup: names.workerLogGroup,
    starterLogGroup: names.starterLogGroup,
  };
}

/** The name of one alarm. */
export function alarmName(namePrefix: string, alarm: string): string {
  return `${namePrefix}-${alarm}`;
}

/** Both kinds of buckets (User Guide, bucket naming rules and directory bucket naming rules). */
const MAX_BUCKET_NAME = 63;

function sourceBucketName(namePrefix: string, accountId: string): string {
  const suffix = `-source-${accountId}`;
  return `${fitted(namePrefix, MAX_BUCKET_NAME - suffix.length)}${suffix}`;
}

function directoryBucketName(namePrefix: string, accountId: string, zoneId: string): string {
  const suffix = `-${accountId}--${zoneId}--x-s3`;
  return `${fitted(namePrefix, MAX_BUCKET_NAME - suffix.length)}${suffix}`;
}
