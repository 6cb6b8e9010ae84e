/** The starter as a Lambda function: functions/starter.ts, serialised together with what it imports. */
import { all, type Output } from "@pulumi/pulumi";
import { LogGroup } from "@pulumi/aws/cloudwatch";
import { CallbackFunction, FunctionEventInvokeConfig, Runtime } from "@pulumi/aws/lambda";
import { writeStarterEnv } from "../core/env";
import { starterSettings } from "../core/settings";
import { makeStarter, type StarterEvent, type StarterResult } from "../functions/starter";
import type { WorkerCluster } from "./cluster";
import { type Context, named, under } from "./context";
import type { Network } from "./network";
import type { Queues } from "./queues";
import { createStarterRole } from "./roles";

export interface StarterInput {
  readonly queues: Queues;
  readonly cluster: WorkerCluster;
  readonly network: Network;
  readonly subnetIds: readonly string[];
}

export type StarterFunction = CallbackFunction<StarterEvent, StarterResult>;

/** The last look begins at 50 s at the latest. */
const TIMEOUT_SECONDS = 60;
const MEMORY_MB = 128;
/** Every entry of package.json's `dependencies` would be packed; these are the worker's. */
const WORKER_ONLY_PACKAGES = ["@aws-sdk/client-s3", "pino"];

export function createStarter(context: Context, input: StarterInput): StarterFunction {
  const { settings, names } = context;
  const { role, policy } = createStarterRole(context);
  const log = new LogGroup(
    named(context, "starter-log"),
    { name: names.starterLogGroup, retentionInDays: settings.logRetentionDays, tags: settings.tags },
    under(context),
  );
  const { reservedConcurrency } = settings;
  const starter = new CallbackFunction<StarterEvent, StarterResult>(
    named(context, "starter"),
    {
      name: names.starter,
      description: `Starts workers of ${names.cluster} for messages in ${names.queue}.`,
      callbackFactory: makeStarter,
      role,
      runtime: Runtime.NodeJS22dX,
      architectures: ["arm64"],
      memorySize: MEMORY_MB,
      timeout: TIMEOUT_SECONDS,
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: reservedConcurrency }),
      environment: { variables: starterEnvironment(context, input) },
      loggingConfig: { logFormat: "Text", logGroup: log.name },
      codePathOptions: { extraExcludePackages: WORKER_ONLY_PACKAGES },
      tags: settings.tags,
    },
    under(context, [policy, input.cluster.capacity]),
  );
  new FunctionEventInvokeConfig(
    named(context, "starter-invocations"),
    // The next minute's event does what a retry would do, and a late retry would do it twice.
    { functionName: starter.name, maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
    under(context),
  );
  return starter;
}

function starterEnvironment(context: Context, input: StarterInput): Output<Record<string, string>> {
  const { settings, names } = context;
  const made = all([input.queues.queue.url, input.cluster.cluster.name, input.network.securityGroup.id]);
  return made.apply(([queueUrl, cluster, securityGroup]) =>
    writeStarterEnv({
      ...starterSettings(settings),
      queueUrl,
      cluster,
      // The latest revision: a change of the worker's settings does not touch the starter.
      taskDefinition: names.taskFamily,
      taskFamily: names.taskFamily,
      subnets: input.subnetIds,
      securityGroups: [securityGroup],
    }),
  );
}
