/**
 * What IAM is asked for each request of the request log: the API's own action, and those that come with it. Sources: service
 * authorization reference, and the permissions paragraphs of each API's page.
 */
import type { Arns } from "../../infra/arns";
import type { LogEntry } from "../../local/http/request-log";
import type { Call } from "./policy-evaluation";

export interface World {
  readonly arns: Arns;
  readonly source: string;
  readonly destination: string;
  /** ARNs of queues by name. */
  readonly queues: Readonly<Record<string, string>>;
  readonly family: string;
  readonly sourceKmsKeyArn?: string;
  readonly destinationKmsKeyArn?: string;
}

/** Batches are authorised as the single call. */
const SQS_ACTIONS: Readonly<Record<string, string>> = {
  DeleteMessageBatch: "DeleteMessage",
  SendMessageBatch: "SendMessage",
  ChangeMessageVisibilityBatch: "ChangeMessageVisibility",
};

export function iamCalls(entry: LogEntry, world: World): readonly Call[] {
  switch (entry.service) {
    case "s3":
      return entry.resource === world.destination ? destinationCalls(entry, world) : sourceCalls(entry, world);
    case "sqs":
      return [
        {
          action: `sqs:${SQS_ACTIONS[entry.operation] ?? entry.operation}`,
          resource: world.queues[entry.resource ?? ""] ?? `unknown queue ${entry.resource ?? ""}`,
        },
      ];
    case "ecs":
      return ecsCalls(entry, world);
    case "events":
      return [{ action: `events:${entry.operation}`, resource: world.arns.starterRule }];
    case "lambda":
      return [
        {
          action: `lambda:${entry.operation === "Invoke" ? "InvokeFunction" : entry.operation}`,
          resource: world.arns.starter,
        },
      ];
    case "logs":
      // Log groups are authorised with ":*" behind them (CloudWatch Logs guide, identity-based policy examples).
      return [{ action: `logs:${entry.operation}`, resource: logGroupArn(entry.resource ?? "", world) }];
    case "kms":
      return [{ action: `kms:${entry.operation}`, resource: entry.resource ?? "" }];
    case "monitoring":
      return [{ action: `cloudwatch:${entry.operation}`, resource: "*" }];
    case "ec2":
    case "servicequotas":
      return [{ action: `${entry.service}:${entry.operation}`, resource: "*" }];
    case "sts":
      // "No permissions are required to perform this operation" (API GetCallerIdentity).
      return [];
    default:
      throw new Error(`no IAM action is known for ${entry.service} ${entry.operation}`);
  }
}

function logGroupArn(group: string, { arns }: World): string {
  const known = [arns.workerLogStreams, arns.starterLogStreams].find((arn) => arn.endsWith(`:${group}:*`));
  return known?.replace(/\*$/, "log-stream:") ?? `unknown log group ${group}`;
}

/** Calls about the bucket itself, and about more than the content of an object; s3 or s3express. */
const BUCKET_ACTIONS: Readonly<Record<string, string>> = {
  GetBucketNotificationConfiguration: "GetBucketNotification",
  GetBucketEncryption: "GetEncryptionConfiguration",
};

function sourceCalls({ operation, key, status }: LogEntry, { arns, sourceKmsKeyArn }: World): readonly Call[] {
  const list: Call = { action: "s3:ListBucket", resource: arns.sourceBucket };
  if (operation === "HeadBucket" || operation === "ListObjectsV2") return [list];
  const about = BUCKET_ACTIONS[operation];
  if (about !== undefined) return [{ action: `s3:${about}`, resource: arns.sourceBucket }];
  const object = `${arns.sourceBucket}/${key ?? ""}`;
  if (operation === "GetObjectTagging" || operation === "DeleteObject")
    return [{ action: `s3:${operation}`, resource: object }];
  if (operation === "PutObject") {
    return [{ action: "s3:PutObject", resource: object }, ...keyCalls(["kms:GenerateDataKey"], sourceKmsKeyArn)];
  }
  if (operation !== "HeadObject" && operation !== "GetObject") throw new Error(`${operation} on the source`);
  // A missing key is a 404 only for those who may list (API HeadObject).
  const read: Call = { action: "s3:GetObject", resource: object };
  return [read, ...(status === 404 ? [list] : []), ...keyCalls(["kms:Decrypt"], sourceKmsKeyArn)];
}

/** What a session that only reads allows (API CreateSession), and asking for one: without a mode S3 gives the one allowed. */
const READS = new Set(["CreateSession", "HeadObject", "GetObject", "ListObjectsV2", "ListMultipartUploads"]);

/** All object operations go through a session; copies read their source as well. */
function destinationCalls({ operation, source }: LogEntry, world: World): readonly Call[] {
  const { arns } = world;
  const about = BUCKET_ACTIONS[operation];
  if (about !== undefined) return [{ action: `s3express:${about}`, resource: arns.destinationBucket }];
  const mode = READS.has(operation) ? "ReadOnly" : "ReadWrite";
  const session: Call = {
    action: "s3express:CreateSession",
    resource: arns.destinationBucket,
    context: { "s3express:SessionMode": mode },
  };
  // Its checksum is told to those who may decrypt it (API HeadObject, ChecksumMode).
  if (operation === "HeadObject") return [session, ...keyCalls(["kms:Decrypt"], world.destinationKmsKeyArn)];
  if (operation !== "CopyObject" && operation !== "UploadPartCopy") return [session];
  const copied = (source ?? "").slice((source ?? "").indexOf("/") + 1);
  return [
    session,
    { action: "s3:GetObject", resource: `${arns.sourceBucket}/${copied}` },
    ...keyCalls(["kms:Decrypt"], world.sourceKmsKeyArn),
    ...keyCalls(["kms:Decrypt", "kms:GenerateDataKey"], world.destinationKmsKeyArn),
  ];
}

function keyCalls(actions: readonly string[], resource: string | undefined): readonly Call[] {
  return resource === undefined ? [] : actions.map((action) => ({ action, resource }));
}

function ecsCalls({ operation }: LogEntry, { arns, family }: World): readonly Call[] {
  const context = { "ecs:cluster": arns.cluster };
  const task = arns.tasks.replace(/\*$/, "0123456789abcdef");
  switch (operation) {
    case "ListTasks":
      return [{ action: "ecs:ListTasks", resource: "*", context }];
    case "DescribeTasks":
      return [{ action: "ecs:DescribeTasks", resource: task, context }];
    case "StopTask":
      return [{ action: "ecs:StopTask", resource: task, context }];
    case "DescribeTaskDefinition":
      return [{ action: "ecs:DescribeTaskDefinition", resource: "*" }];
    case "RunTask":
      return [
        { action: "ecs:RunTask", resource: arns.taskDefinitions.replace(/\*$/, "7"), context },
        { action: "ecs:TagResource", resource: task, context: { "ecs:CreateAction": "RunTask" } },
        ...[arns.workerRole, arns.executionRole].map((resource) => ({
          action: "iam:PassRole",
          resource,
          context: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
        })),
      ];
    default:
      throw new Error(`no IAM action is known for ecs ${operation} of ${family}`);
  }
}
