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
export function nextCommands(names: Names, settings: Settings): Commands {
  const tool = (verb: string): string => `npx s3-express-sync ${verb}`;
  const backfill = tool("backfill");
  const check = tool("doctor");
  const tryIt = `echo hello | aws s3 cp - s3://${names.sourceBucket}/${tryKey(settings)} --region ${settings.region}`;
  return {
    // Nobody wants our test object in a bucket of theirs.
    ...(settings.sourceBucket === undefined ? { check, tryIt, backfill } : { backfill, check }),
    status: tool("status --watch"),
    startNow: tool("trigger"),
    verify: tool("verify"),
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

function tryKey({ prefix }: Settings): string {
  return /^[\w./-]*$/.test(prefix) ? `${prefix}hello.txt` : "hello.txt";
}
