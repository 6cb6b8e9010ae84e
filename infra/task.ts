/** The worker as a Fargate task: its log group and its task definition. */
import { all } from "@pulumi/pulumi";
import { LogGroup } from "@pulumi/aws/cloudwatch";
import { TaskDefinition } from "@pulumi/aws/ecs";
import { writeWorkerEnv } from "../core/env";
import { workerSettings } from "../core/settings";
import { type Context, named, under } from "./context";
import type { WorkerImage } from "./image";
import type { Queues } from "./queues";
import type { RoleWithPolicy } from "./roles";

/** The most Fargate allows between SIGTERM and SIGKILL, and what Spot gives (API ContainerDefinition.stopTimeout). */
const STOP_TIMEOUT_SECONDS = 120;
/** The user `node` of the base image; the Dockerfile says the same. */
const USER = "1000:1000";

export function createWorkerLog(context: Context): LogGroup {
  const { settings, names } = context;
  return new LogGroup(
    named(context, "worker-log"),
    { name: names.workerLogGroup, retentionInDays: settings.logRetentionDays, tags: settings.tags },
    under(context),
  );
}

export interface TaskInput {
  readonly image: WorkerImage;
  readonly roles: { readonly worker: RoleWithPolicy; readonly execution: RoleWithPolicy };
  readonly log: LogGroup;
  readonly queues: Queues;
}

/** Every change is a new revision; running workers keep theirs. */
export function createTaskDefinition(context: Context, { image, roles, log, queues }: TaskInput): TaskDefinition {
  const { settings, names } = context;
  const queueUrls = all([queues.queue.url, queues.deadLetterQueue.url]);
  const environment = queueUrls.apply(([queueUrl, deadLetterQueueUrl]) =>
    workerEnvironment(context, queueUrl, deadLetterQueueUrl),
  );
  return new TaskDefinition(
    named(context, "task"),
    {
      family: names.taskFamily,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(settings.taskCpu),
      memory: String(settings.taskMemory),
      runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
      executionRoleArn: roles.execution.role.arn,
      taskRoleArn: roles.worker.role.arn,
      containerDefinitions: all([environment, log.name]).apply(([variables, logGroup]) =>
        JSON.stringify([container({ image: image.uri, variables, logGroup, region: context.place.region })]),
      ),
      tags: settings.tags,
    },
    under(context, [roles.worker.policy, roles.execution.policy, ...image.pushed]),
  );
}

function workerEnvironment(
  context: Context,
  queueUrl: string,
  deadLetterQueueUrl: string,
): Readonly<Record<string, string>> {
  const { settings, names } = context;
  return writeWorkerEnv({
    ...workerSettings(settings),
    sourceBucket: names.sourceBucket,
    destinationBucket: names.destinationBucket,
    queueUrl,
    deadLetterQueueUrl,
  });
}

export interface ContainerInput {
  readonly image: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly region: string;
}

/** As the API RegisterTaskDefinition takes it. The order of everything is fixed: equal settings make equal text. */
export function container({ image, variables, logGroup, region }: ContainerInput): object {
  const names = Object.keys(variables).sort();
  return {
    name: "worker",
    image,
    essential: true,
    user: USER,
    readonlyRootFilesystem: true,
    linuxParameters: { capabilities: { drop: ["ALL"] } },
    stopTimeout: STOP_TIMEOUT_SECONDS,
    environment: names.map((name) => ({ name, value: variables[name] })),
    logConfiguration: {
      logDriver: "awslogs",
      options: { "awslogs-group": logGroup, "awslogs-region": region, "awslogs-stream-prefix": "worker" },
    },
  };
}
