/** The buckets and queues a cloud has from its first request on. */
import type { QueueNotification } from "./notification";
import { isValidBucketName, kindOf, rulesOf } from "./s3/bucket-rules";
import type { S3Admin } from "./s3";
import type { Sqs } from "./sqs";

/** A bucket that is there from the first request on. */
export interface BucketOption {
  /** A name like `NAME--ZONE-ID--x-s3` makes a directory bucket, every other a general purpose one. */
  readonly name: string;
  /** Default: never had any. General purpose buckets only. */
  readonly versioning?: "Enabled" | "Suspended";
  /** Name of the queue that is told when objects are created and removed; it is made. General purpose buckets only. */
  readonly eventsTo?: string;
}

export interface Furniture {
  readonly buckets?: readonly (string | BucketOption)[];
  /** Names of SQS queues. */
  readonly queues?: readonly string[];
}

interface Rooms {
  readonly s3: S3Admin;
  readonly sqs: Sqs;
  readonly setNotification: (bucket: string, queues: readonly QueueNotification[]) => Promise<void>;
}

/** Why there cannot be such a bucket; undefined = there can. */
export function problemOf({ name, versioning, eventsTo }: BucketOption): string | undefined {
  if (!isValidBucketName(name))
    return `bucket "${name}" is no valid name: 3 to 63 of a-z, 0-9, - and .; a directory bucket is NAME--ZONE-ID--x-s3`;
  const rules = rulesOf(kindOf(name));
  if (versioning !== undefined && !rules.versioning) return `bucket "${name}": directory buckets have no versioning`;
  if (eventsTo !== undefined && !rules.notifications) return `bucket "${name}": directory buckets send no events`;
  return undefined;
}

/**
 * Makes what is not there yet. A bucket that was found in the directory stays what it is but for what its option says.
 * @throws Error for a bucket that cannot be
 */
export async function furnish({ s3, sqs, setNotification }: Rooms, furniture: Furniture): Promise<void> {
  for (const name of furniture.queues ?? []) sqs.createQueue(name);
  for (const given of furniture.buckets ?? []) {
    const option = typeof given === "string" ? { name: given } : given;
    const problem = problemOf(option);
    if (problem !== undefined) throw new Error(problem);
    const { name, versioning, eventsTo } = option;
    if (!s3.buckets().includes(name)) s3.createBucket(name);
    if (versioning !== undefined) s3.setVersioning(name, versioning);
    if (eventsTo === undefined) continue;
    const queue = sqs.createQueue(eventsTo);
    const events = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"];
    await setNotification(name, [{ queueArn: queue.arn, events }]);
    queue.purge();
  }
}
