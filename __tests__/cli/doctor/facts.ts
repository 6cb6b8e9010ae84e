/** A healthy system as the checks see it; a test breaks one fact of it. */
import type { Facts } from "../../../cli/doctor/facts";
import type { StarterConfig, WorkerConfig } from "../../../core/config";
import { DEFAULTS } from "../../../core/env";
import { S3_EVENTS } from "../../../core/notifications";
import { ABSENT } from "../../../core/state";
import type { System } from "../../../core/system";

export const ACCOUNT = "123456789012";
export const QUEUE_ARN = `arn:aws:sqs:eu-north-1:${ACCOUNT}:q`;
export const DLQ_ARN = `arn:aws:sqs:eu-north-1:${ACCOUNT}:dlq`;

export const SYSTEM: System = {
  region: "eu-north-1",
  sourceBucket: "src",
  destinationBucket: "dst--eun1-az1--x-s3",
  prefix: "",
  queueUrl: `https://sqs.eu-north-1.amazonaws.com/${ACCOUNT}/q`,
  deadLetterQueueUrl: `https://sqs.eu-north-1.amazonaws.com/${ACCOUNT}/dlq`,
  cluster: "cluster",
  taskFamily: "task",
  starter: "starter",
  starterRule: "rule",
  workerLogGroup: "/ecs/task",
  starterLogGroup: "/aws/lambda/starter",
};

export const WORKER: WorkerConfig = { ...DEFAULTS, ...SYSTEM, logLevel: "info" };

export const STARTER: StarterConfig = {
  ...DEFAULTS,
  queueUrl: SYSTEM.queueUrl,
  cluster: SYSTEM.cluster,
  taskDefinition: SYSTEM.taskFamily,
  taskFamily: SYSTEM.taskFamily,
  subnets: ["subnet-a", "subnet-b"],
  securityGroups: ["sg-a"],
  assignPublicIp: true,
  scalingRule: "visible",
};

export const POLICY = {
  Effect: "Allow",
  Principal: { Service: "s3.amazonaws.com" },
  Action: ["sqs:SendMessage"],
  Resource: [QUEUE_ARN],
  Condition: {
    ArnEquals: { "aws:SourceArn": "arn:aws:s3:::src" },
    StringEquals: { "aws:SourceAccount": ACCOUNT },
  },
};

export const QUEUE = {
  arn: QUEUE_ARN,
  visibilityTimeoutSeconds: 120,
  retentionSeconds: 10 * 86_400,
  maximumMessageSize: 1_048_576,
  policy: JSON.stringify({ Version: "2012-10-17", Statement: [POLICY] }),
  redrive: { deadLetterQueueArn: DLQ_ARN, maxReceiveCount: 3 },
  kmsKeyId: undefined,
};

export const TASK = { revision: 7, cpu: 2048, memory: 4096, stopTimeoutSeconds: 120, environment: {} };

export const SUBNET = {
  subnetId: "subnet-a",
  vpcId: "vpc-1",
  zone: "eun1-az1",
  routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-1" }],
  gateways: ["s3", "s3express"],
  interfaces: [],
};

export function facts(broken: Partial<Facts> = {}): Facts {
  const sse = { algorithm: "AES256", keyArn: undefined };
  return {
    system: SYSTEM,
    caller: async () => ({ accountId: ACCOUNT, arn: "arn:aws:iam::123456789012:user/operator" }),
    sourceExists: async () => true,
    headSource: async () => ABSENT,
    headDestination: async () => ABSENT,
    notifications: async () => ({
      queues: [{ queueArn: QUEUE_ARN, events: S3_EVENTS, prefix: "", suffix: "" }],
      others: [],
      eventBridge: false,
    }),
    sourceEncryption: async () => sse,
    destinationEncryption: async () => sse,
    key: async (arn) => ({ arn, state: "Enabled", managedByAws: false }),
    queue: async () => QUEUE,
    deadLetters: async () => ({ ...QUEUE, arn: DLQ_ARN, retentionSeconds: 14 * 86_400, redrive: undefined }),
    starter: async () => ({ ok: true, config: STARTER }),
    rule: async () => ({
      enabled: true,
      expression: "rate(1 minute)",
      targets: [`arn:aws:lambda:eu-north-1:${ACCOUNT}:function:starter`],
    }),
    workers: async () => 0,
    task: async () => ({ ...TASK, worker: { ok: true, config: WORKER } }),
    subnets: async () => [SUBNET, { ...SUBNET, subnetId: "subnet-b", zone: "eun1-az2" }],
    quota: async () => 64,
    sample: async () => ({ objects: [], complete: true }),
    tags: async () => 0,
    ...broken,
  };
}
