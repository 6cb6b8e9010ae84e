/** The scheduled verify: a task family and roles of its own, started by a rule. Nothing without the setting. */
import { all, type Output } from "@pulumi/pulumi";
import { EventRule, EventTarget } from "@pulumi/aws/cloudwatch";
import { TaskDefinition } from "@pulumi/aws/ecs";
import { SYSTEM_FIELDS, type System, type SystemField } from "../core/system";
import type { WorkerCluster } from "./cluster";
import { type Context, named, under } from "./context";
import type { Network } from "./network";
import { trust } from "./policies/document";
import { verifyPolicy, verifyRulePolicy } from "./policies/verify";
import { createRole, type RoleWithPolicy } from "./roles";
import { container, type TaskInput } from "./task";

export interface VerifyInput extends TaskInput {
  readonly cluster: WorkerCluster;
  readonly network: Network;
  readonly subnetIds: readonly string[];
}

/** One vCPU is what one process uses; the memory holds about 25 million waiting keys, the rest goes to the volume. */
const CPU = "1024";
const MEMORY_MIB = 4096;
const MEMORY_FOR_KEYS_MIB = 2048;
/** Room for 100 million keys of 200 bytes on both sides. Beyond 20 GiB it is billed, while the task runs. */
const SPILL_GIB = 100;
/** The Dockerfile declares the same volume. */
const SPILL_FOLDER = "/spill";

/** --deep proves, --repair enqueues what differs. Deleting what is only at the destination is left to a person. */
const COMMAND = [
  ...["verify", "--deep", "--repair", "--log"],
  ...["--memory", String(MEMORY_FOR_KEYS_MIB), "--spill-dir", SPILL_FOLDER],
];

export function createVerify(context: Context, input: VerifyInput): void {
  const { verifySchedule } = context.settings;
  if (verifySchedule === undefined) return;
  const definition = createDefinition(context, input);
  createRule(context, input, definition, verifySchedule);
}

function createDefinition(context: Context, input: VerifyInput): TaskDefinition {
  const { settings, names } = context;
  const { role, policy } = createVerifyRole(context);
  return new TaskDefinition(
    named(context, "verify"),
    {
      family: names.verifyFamily,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: CPU,
      memory: String(MEMORY_MIB),
      ephemeralStorage: { sizeInGib: SPILL_GIB },
      volumes: [{ name: "spill" }],
      runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
      executionRoleArn: input.roles.execution.role.arn,
      taskRoleArn: role.arn,
      containerDefinitions: containers(context, input),
      tags: settings.tags,
    },
    under(context, [policy, input.roles.execution.policy, ...input.image.pushed]),
  );
}

function containers(context: Context, { image, log, queues }: VerifyInput): Output<string> {
  const { queue, deadLetterQueue } = queues;
  return all([queue.url, deadLetterQueue.url, log.name]).apply(([queueUrl, deadLetterQueueUrl, logGroup]) => {
    const { region } = context.place;
    const variables = variablesOf(context, { queueUrl, deadLetterQueueUrl });
    const base = container({ image: image.uri, variables, logGroup, region });
    const verify = {
      ...base,
      name: "verify",
      entryPoint: ["node", "/app/cli.cjs"],
      command: COMMAND,
      mountPoints: [{ sourceVolume: "spill", containerPath: SPILL_FOLDER }],
      logConfiguration: {
        logDriver: "awslogs",
        options: { "awslogs-group": logGroup, "awslogs-region": region, "awslogs-stream-prefix": "verify" },
      },
    };
    return JSON.stringify([verify]);
  });
}

/** Which system it is about, by the variables that the command line reads. */
function variablesOf(
  { settings, names }: Context,
  queues: Pick<System, "queueUrl" | "deadLetterQueueUrl">,
): Readonly<Record<string, string>> {
  const fields: Partial<Record<SystemField, string>> = {
    region: settings.region,
    sourceBucket: names.sourceBucket,
    destinationBucket: names.destinationBucket,
    prefix: settings.prefix,
    ...queues,
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([field, value]) =>
      value === "" ? [] : [[SYSTEM_FIELDS[field as SystemField].variable, value]],
    ),
  );
}

function createVerifyRole(context: Context): RoleWithPolicy {
  const { settings, names, arns, place } = context;
  const { sourceKmsKeyArn, destinationKmsKeyArn } = settings;
  return createRole(context, "verify-role", {
    name: names.verifyRole,
    policyName: names.verifyPolicy,
    trust: trust("ecs-tasks.amazonaws.com", place.accountId),
    policy: verifyPolicy({ arns, sourceKmsKeyArn, destinationKmsKeyArn }),
  });
}

function createRule(
  context: Context,
  { cluster, network, subnetIds }: VerifyInput,
  definition: TaskDefinition,
  schedule: string,
): void {
  const { settings, names, arns } = context;
  const { role, policy } = createRole(context, "verify-rule-role", {
    name: names.verifyRuleRole,
    policyName: names.verifyRulePolicy,
    trust: trust("events.amazonaws.com"),
    policy: verifyRulePolicy(arns),
  });
  const rule = new EventRule(
    named(context, "verify-rule"),
    {
      name: names.verifyRule,
      description: `Runs ${names.verifyFamily}: compares the buckets and enqueues what differs.`,
      scheduleExpression: schedule,
      // While paused everything that waits would be drift.
      state: settings.paused ? "DISABLED" : "ENABLED",
      tags: settings.tags,
    },
    under(context),
  );
  new EventTarget(
    named(context, "verify-target"),
    {
      rule: rule.name,
      targetId: "verify",
      arn: cluster.cluster.arn,
      roleArn: role.arn,
      ecsTarget: {
        taskDefinitionArn: definition.arn,
        taskCount: 1,
        // On-Demand: an interruption would throw away hours of looking.
        launchType: "FARGATE",
        propagateTags: "TASK_DEFINITION",
        networkConfiguration: {
          subnets: [...subnetIds],
          securityGroups: [network.securityGroup.id],
          assignPublicIp: settings.assignPublicIp,
        },
      },
      // The next run does what a late one would.
      retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 3600 },
    },
    under(context, [policy, cluster.capacity]),
  );
}
