/** What an operator pastes next: texts for the stack's outputs. Pure. */
import type { Settings } from "../core/settings";
import type { Names } from "./names";

export type Commands = Readonly<Record<string, string>>;

export function logCommands(names: Names, { region }: Settings): Commands {
  const tail = (group: string): string => `aws logs tail ${group} --follow --region ${region}`;
  return { workers: tail(names.workerLogGroup), starter: tail(names.starterLogGroup) };
}

/** In the order in which one needs them; a backfill comes first where there may be objects already. */
export function nextCommands(names: Names, settings: Settings, queueUrl: string): Commands {
  const { region } = settings;
  return {
    ...(settings.sourceBucket === undefined ? {} : { backfill: "npx s3-express-sync backfill" }),
    ...(settings.sourceBucket === undefined
      ? { tryIt: `echo hello | aws s3 cp - s3://${names.sourceBucket}/${tryKey(settings)} --region ${region}` }
      : {}),
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

/** What the owner of an adopted directory bucket may want to add; the stack does not touch it. */
export function adoptedAdvice(settings: Settings): string | undefined {
  return settings.destinationBucket === undefined
    ? undefined
    : "The destination is not this stack's: give it a lifecycle rule that aborts incomplete uploads (docs/deploy.md).";
}

function tryKey({ prefix }: Settings): string {
  return /^[\w./-]*$/.test(prefix) ? `${prefix}hello.txt` : "hello.txt";
}
