/** What an operator pastes next: texts for the stack's outputs. Pure. */
import type { Settings } from "../core/settings";
import type { Arns } from "./arns";
import type { Names } from "./names";
import { lifecycleAccess } from "./policies/resources";
import { UPLOAD_DAYS } from "./upload-days";

export type Commands = Readonly<Record<string, string>>;

export function logCommands(names: Names, { region }: Settings): Commands {
  const tail = (group: string): string => `aws logs tail ${group} --follow --region ${region}`;
  return { workers: tail(names.workerLogGroup), starter: tail(names.starterLogGroup) };
}

/** In the order in which one needs them: a backfill comes first where there are objects already, and later for a widened prefix. */
export function nextCommands(names: Names, settings: Settings, queueUrl: string): Commands {
  const { region } = settings;
  const backfill = backfillCommand(names, settings, queueUrl);
  const tryIt = `echo hello | aws s3 cp - s3://${names.sourceBucket}/${tryKey(settings)} --region ${region}`;
  return {
    // Nobody wants our test object in a bucket of theirs.
    ...(settings.sourceBucket === undefined ? { tryIt, backfill } : { backfill }),
    depth: `aws sqs get-queue-attributes --queue-url ${queueUrl} --attribute-names All --region ${region}`,
    startNow: `aws lambda invoke --function-name ${names.starter} --region ${region} /dev/stdout`,
    pause: "pulumi config set paused true && pulumi up",
  };
}

/** The lines after which a later `pulumi up` uses the buckets that a `pulumi destroy` left; undefined when none stay. */
export function reuseCommand(names: Names, settings: Settings): string | undefined {
  if (settings.deleteBucketsOnDestroy) return undefined;
  const lines = [
    ...(settings.sourceBucket === undefined ? [`pulumi config set sourceBucket ${names.sourceBucket}`] : []),
    ...(settings.destinationBucket === undefined
      ? [`pulumi config set destinationBucket ${names.destinationBucket}`]
      : []),
  ];
  return lines.length === 0 ? undefined : lines.join("\n");
}

/** What the owner of an adopted directory bucket may want to add to it, as JSON; the stack does not touch it. */
export interface Advice {
  readonly about: string;
  readonly addToBucketPolicy: string;
  readonly addToLifecycleRules: string;
}

export function adoptedAdvice(settings: Settings, arns: Arns): Advice | undefined {
  const { destinationBucket: bucket } = settings;
  if (bucket === undefined) return undefined;
  return {
    about: `${bucket} is not this stack's. So that parts of broken copies do not stay in it, its owner may add a lifecycle rule (docs/deploy.md).`,
    addToBucketPolicy: JSON.stringify(lifecycleAccess(arns).Statement[0]),
    // In the words of the API PutBucketLifecycleConfiguration.
    addToLifecycleRules: JSON.stringify({
      ID: "abort-incomplete-uploads",
      Status: "Enabled",
      Filter: { Prefix: "" },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: UPLOAD_DAYS.destination },
    }),
  };
}

/** Fifty of the longest keys still make a small message. */
const KEYS_PER_MESSAGE = 50;

/** Lists the source and queues its keys in messages of our own format (core/envelope.ts), which let live events pass. */
function backfillCommand(names: Names, { prefix, region }: Settings, queueUrl: string): string {
  const from = prefix === "" ? "" : ` --prefix ${shellQuoted(prefix)}`;
  const script =
    'const all = JSON.parse(require("fs").readFileSync(0, "utf8")) ?? [], now = Date.now(); ' +
    `for (let i = 0; i < all.length; i += ${KEYS_PER_MESSAGE}) console.log(JSON.stringify({ v: 1, kind: "keys", failures: 0, ` +
    `eventTime: now, firstSeen: now, origin: "backfill", keys: all.slice(i, i + ${KEYS_PER_MESSAGE}) }))`;
  return [
    `aws s3api list-objects-v2 --bucket ${names.sourceBucket}${from} --region ${region} --query 'Contents[].{key: Key, size: Size}' --output json`,
    `node -e ${shellQuoted(script)}`,
    `while read -r body; do aws sqs send-message --queue-url ${queueUrl} --region ${region} --message-group-id backfill --message-body "$body" --query MessageId --output text; done`,
  ].join(" | ");
}

function tryKey({ prefix }: Settings): string {
  return /^[\w./-]*$/.test(prefix) ? `${prefix}hello.txt` : "hello.txt";
}

function shellQuoted(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}
