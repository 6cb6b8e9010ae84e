/** What a bucket is configured to do, as an operator reads it. Both kinds of buckets. */
import {
  GetBucketEncryptionCommand,
  GetBucketNotificationConfigurationCommand,
  GetObjectTaggingCommand,
  type QueueConfiguration,
  type S3Client,
} from "@aws-sdk/client-s3";
import { makeCall } from "../call";

export interface QueueNotification {
  readonly queueArn: string;
  readonly events: readonly string[];
  /** As S3 has it: form-URL-encoded. "" is all keys. */
  readonly prefix: string;
  /** "" is all keys. */
  readonly suffix: string;
}

export interface Notifications {
  readonly queues: readonly QueueNotification[];
  /** ARNs of topics and functions that get events too. */
  readonly others: readonly string[];
  readonly eventBridge: boolean;
}

export async function readNotifications(client: S3Client, bucket: string, signal: AbortSignal): Promise<Notifications> {
  const command = new GetBucketNotificationConfigurationCommand({ Bucket: bucket });
  const spec = { operation: "GetBucketNotificationConfiguration", kind: "read", signal } as const;
  const { output } = await makeCall(client)(command, spec);
  const { QueueConfigurations: queues = [], TopicConfigurations: topics = [] } = output;
  const functions = output.LambdaFunctionConfigurations ?? [];
  return {
    queues: queues.map(queueNotification),
    others: [...topics.map(({ TopicArn }) => TopicArn ?? ""), ...functions.map((one) => one.LambdaFunctionArn ?? "")],
    eventBridge: output.EventBridgeConfiguration !== undefined,
  };
}

function queueNotification({ QueueArn, Events, Filter }: QueueConfiguration): QueueNotification {
  const rules = Filter?.Key?.FilterRules ?? [];
  const rule = (name: string): string => rules.find(({ Name }) => Name?.toLowerCase() === name)?.Value ?? "";
  return { queueArn: QueueArn ?? "", events: Events ?? [], prefix: rule("prefix"), suffix: rule("suffix") };
}

export interface DefaultEncryption {
  /** "AES256", "aws:kms", "aws:kms:dsse". */
  readonly algorithm: string;
  /** Undefined for SSE-S3, and for the AWS managed key. */
  readonly keyArn: string | undefined;
}

export async function readEncryption(
  client: S3Client,
  bucket: string,
  signal: AbortSignal,
): Promise<DefaultEncryption> {
  const command = new GetBucketEncryptionCommand({ Bucket: bucket });
  const spec = { operation: "GetBucketEncryption", kind: "read", signal } as const;
  const { output } = await makeCall(client)(command, spec);
  const rule = output.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
  return { algorithm: rule?.SSEAlgorithm ?? "AES256", keyArn: rule?.KMSMasterKeyID };
}

/** How many tags an object has. */
export async function countTags(client: S3Client, bucket: string, key: string, signal: AbortSignal): Promise<number> {
  const command = new GetObjectTaggingCommand({ Bucket: bucket, Key: key });
  const { output } = await makeCall(client)(command, { operation: "GetObjectTagging", kind: "read", signal });
  return output.TagSet?.length ?? 0;
}
