/**
 * The whole system on the local cloud: what infra/ is to AWS. Worker and starter run unmodified, as processes made from the
 * bundles in dist/, under access keys of their own; only AWS_ENDPOINT_URL says where they are.
 */
import { join } from "node:path";
import { ECSClient, RunTaskCommand } from "@aws-sdk/client-ecs";
import type { StarterConfig, WorkerConfig } from "../../core/config";
import { DEFAULTS, writeStarterEnv, writeWorkerEnv } from "../../core/env";
import { S3_EVENTS } from "../../core/notifications";
import type { System } from "../../core/system";
import { type Cloud, type CloudOptions, startCloud } from "../../local/cloud";
import type { Principal } from "../../local/http/service";
import type { QueueAdmin } from "../../local/sqs";

export type StackSettings = Partial<
  Omit<WorkerConfig, "sourceBucket" | "destinationBucket" | "queueUrl" | "deadLetterQueueUrl" | "region">
> &
  Partial<
    Pick<
      StarterConfig,
      "maxWorkers" | "messagesPerWorker" | "scalingRule" | "spotWeight" | "onDemandWeight" | "pollIntervalSeconds"
    >
  >;

export interface StackOptions {
  readonly cloud?: CloudOptions;
  readonly settings?: StackSettings;
  /** Whether the source bucket keeps versions. Default false. */
  readonly versioned?: boolean;
  /** Whether the schedule invokes the starter. Default true. */
  readonly scheduled?: boolean;
  /** Further variables of the worker process, e.g. NODE_V8_COVERAGE. */
  readonly workerEnvironment?: Readonly<Record<string, string>>;
}

export interface Stack {
  readonly cloud: Cloud;
  readonly source: string;
  readonly destination: string;
  readonly queue: QueueAdmin;
  readonly deadLetters: QueueAdmin;
  readonly workerFamily: string;
  readonly starterName: string;
  /** What the command line reads from a deployed stack's outputs. */
  readonly system: System;
  /** What a worker process gets, e.g. to run one by hand. */
  readonly workerEnvironment: Readonly<Record<string, string>>;
  /** Starts one worker without the starter. Resolves to its task ARN. */
  runWorker(): Promise<string>;
  close(): Promise<void>;
}

const NAME = "s3-to-s3express-sync";
const WORKER_LOG_GROUP = `/ecs/${NAME}-task`;
/** The seconds between SIGTERM and SIGKILL: the most Fargate allows. */
const STOP_TIMEOUT_SECONDS = 120;

/** @throws Error when the bundles are missing or the cloud cannot start; nothing is left behind then. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { settings = {} } = options;
  const cloud = await startCloud({ principals: ["operator", "starter", "worker"], ...options.cloud });
  try {
    return await build(cloud, settings, options);
  } catch (error) {
    await cloud.close();
    throw error;
  }
}

async function build(cloud: Cloud, settings: StackSettings, options: StackOptions): Promise<Stack> {
  const source = `${NAME}-source`;
  const destination = `${NAME}--eun1-az1--x-s3`;
  cloud.s3.createBucket(source, options.versioned === true ? { versioning: "Enabled" } : {});
  cloud.s3.createBucket(destination);
  const { queue, deadLetters } = createQueues(cloud, settings, source);

  const worker = workerConfig(cloud, settings, { source, destination, queue, deadLetters });
  const workerEnvironment = {
    ...writeWorkerEnv(worker),
    ...cloud.environmentFor("worker"),
    ...options.workerEnvironment,
  };
  cloud.ecs.createCluster(`${NAME}-cluster`);
  cloud.logs.createGroup(WORKER_LOG_GROUP);
  cloud.ecs.registerTaskDefinition({
    family: `${NAME}-task`,
    cpu: "2048",
    memory: "4096",
    networkMode: "awsvpc",
    container: {
      name: "worker",
      command: [process.execPath, bundle("worker.cjs")],
      environment: workerEnvironment,
      stopTimeout: STOP_TIMEOUT_SECONDS,
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": WORKER_LOG_GROUP,
          "awslogs-region": cloud.region,
          "awslogs-stream-prefix": "worker",
        },
      },
    },
  });

  const placement = createNetwork(cloud);
  raiseQuotas(cloud);
  const starter = starterConfig(settings, queue, placement);
  const starterName = `${NAME}-starter`;
  cloud.lambda.createFunction({
    name: starterName,
    module: bundle("starter.cjs"),
    // AWS's schedules end at one minute, below which the starter looks several times per invocation; the local one does not.
    environment: {
      ...writeStarterEnv({ ...starter, pollIntervalSeconds: Math.max(60, starter.pollIntervalSeconds) }),
      ...cloud.environmentFor("starter"),
    },
    timeoutSeconds: 60,
    reservedConcurrency: 1,
    retryAttempts: 0,
  });
  cloud.schedule.createRule({
    name: `${NAME}-starter-rule`,
    everyMs: Math.max(1, starter.pollIntervalSeconds) * 1000,
    functionName: starterName,
    enabled: options.scheduled !== false,
  });
  const prefix = settings.prefix ?? "";
  await cloud.setNotification(source, [
    { queueArn: queue.arn, events: S3_EVENTS, ...(prefix === "" ? {} : { prefix }) },
  ]);

  return {
    cloud,
    source,
    destination,
    queue,
    deadLetters,
    workerFamily: `${NAME}-task`,
    starterName,
    system: {
      region: cloud.region,
      sourceBucket: source,
      destinationBucket: destination,
      prefix,
      queueUrl: queue.url,
      deadLetterQueueUrl: deadLetters.url,
      cluster: `${NAME}-cluster`,
      taskFamily: `${NAME}-task`,
      starter: starterName,
      starterRule: `${NAME}-starter-rule`,
      workerLogGroup: `/ecs/${NAME}-task`,
      starterLogGroup: `/aws/lambda/${starterName}`,
    },
    workerEnvironment,
    runWorker: () => runWorker(cloud, placement),
    close: () => cloud.close(),
  };
}

interface Placement {
  readonly subnets: string[];
  readonly securityGroups: string[];
}

/** Two public subnets with a way out, and both gateway endpoints, as the deployed stack has them. */
function createNetwork({ network, region }: Cloud): Placement {
  const vpcId = network.createVpc();
  const subnets = ["a", "b"].map((zone) =>
    network.createSubnet({ vpcId, availabilityZone: `${region}${zone}`, mapPublicIpOnLaunch: true }),
  );
  const routes = [{ destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw-0a1b2c3d4e5f60718" }];
  const routeTableIds = [network.createRouteTable({ vpcId, subnetIds: subnets, routes })];
  for (const service of ["s3", "s3express"]) network.createGatewayEndpoint({ vpcId, service, routeTableIds });
  return { subnets, securityGroups: [network.createSecurityGroup({ vpcId, name: `${NAME}-worker` })] };
}

function createQueues(
  cloud: Cloud,
  settings: StackSettings,
  source: string,
): { queue: QueueAdmin; deadLetters: QueueAdmin } {
  const day = 86_400;
  const deadLetters = cloud.sqs.createQueue(`${NAME}-dlq`, { MessageRetentionPeriod: String(14 * day) });
  const redrive = {
    deadLetterTargetArn: deadLetters.arn,
    maxReceiveCount: settings.maxReceiveCount ?? DEFAULTS.maxReceiveCount,
  };
  const queue = cloud.sqs.createQueue(`${NAME}-q`, {
    VisibilityTimeout: String(settings.visibilityTimeoutSeconds ?? DEFAULTS.visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(10 * day),
    RedrivePolicy: JSON.stringify(redrive),
  });
  queue.setAttributes({ Policy: JSON.stringify(senderPolicy(cloud, queue.arn, source)) });
  return { queue, deadLetters };
}

/** Only this bucket of this account may send, as in the deployed stack. */
function senderPolicy({ accountId }: Cloud, queueArn: string, source: string): object {
  return {
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queueArn,
      Condition: {
        ArnEquals: { "aws:SourceArn": `arn:aws:s3:::${source}` },
        StringEquals: { "aws:SourceAccount": accountId },
      },
    },
  };
}

/** What an account is given once it has asked; new ones have 6 vCPU, less than the default workers need. */
const FARGATE_VCPU = 64;

function raiseQuotas({ quotas }: Cloud): void {
  for (const code of ["L-3032A538", "L-36FBB829"]) quotas.set("fargate", code, FARGATE_VCPU);
}

interface Made {
  readonly source: string;
  readonly destination: string;
  readonly queue: QueueAdmin;
  readonly deadLetters: QueueAdmin;
}

function workerConfig(cloud: Cloud, settings: StackSettings, made: Made): WorkerConfig {
  return {
    ...DEFAULTS,
    prefix: "",
    logLevel: "info",
    ...settings,
    region: cloud.region,
    sourceBucket: made.source,
    destinationBucket: made.destination,
    queueUrl: made.queue.url,
    deadLetterQueueUrl: made.deadLetters.url,
  };
}

function starterConfig(settings: StackSettings, queue: QueueAdmin, placement: Placement): StarterConfig {
  return {
    ...DEFAULTS,
    scalingRule: "visible",
    ...settings,
    queueUrl: queue.url,
    cluster: `${NAME}-cluster`,
    taskDefinition: `${NAME}-task`,
    taskFamily: `${NAME}-task`,
    ...placement,
    assignPublicIp: true,
  };
}

/** By the same API call as the starter's, as the operator. */
async function runWorker(cloud: Cloud, placement: Placement): Promise<string> {
  const { accessKeyId, secretAccessKey } = operatorOf(cloud);
  const client = new ECSClient({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: { accessKeyId, secretAccessKey },
  });
  try {
    const { tasks, failures } = await client.send(
      new RunTaskCommand({
        cluster: `${NAME}-cluster`,
        taskDefinition: `${NAME}-task`,
        capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }],
        networkConfiguration: { awsvpcConfiguration: placement },
      }),
    );
    const arn = tasks?.[0]?.taskArn;
    if (arn === undefined) throw new Error(`no worker was started: ${JSON.stringify(failures)}`);
    return arn;
  } finally {
    client.destroy();
  }
}

function operatorOf(cloud: Cloud): Principal {
  const operator = cloud.principals.byName("operator");
  if (operator === undefined) throw new Error("the local cloud has no principal named operator");
  return operator;
}

/** The product as it ships. `npm run demo` and `npm test` build it first. */
function bundle(file: string): string {
  return join(process.cwd(), "dist", file);
}
