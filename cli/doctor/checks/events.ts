/** Whether events of the source reach this queue: sent by the bucket, let in by the queue. */
import { filterPrefix, S3_EVENTS } from "../../../core/notifications";
import type { Notifications, QueueNotification } from "../../../aws/operator/bucket-configuration";
import { type Check, type Finding, ok, orOk, problem, warning } from "../check";
import type { Facts } from "../facts";
import { permissionOf } from "../policy";

export const notificationCheck: Check = {
  id: "notification",
  title: "events from the source to the queue",
  run: async (facts) => {
    const [notifications, { arn }] = await Promise.all([facts.notifications(), facts.queue()]);
    return judgeNotifications(notifications, { queueArn: arn, ...facts.system });
  },
};

interface Wanted {
  readonly queueArn: string;
  readonly sourceBucket: string;
  readonly prefix: string;
}

export function judgeNotifications(found: Notifications, wanted: Wanted): readonly Finding[] {
  const { queueArn, sourceBucket, prefix } = wanted;
  const ours = found.queues.filter((one) => one.queueArn === queueArn);
  if (ours.length === 0) {
    if (found.eventBridge) {
      return [
        warning(
          `${sourceBucket} sends to EventBridge, which this check does not follow`,
          "With notificationMode eventbridge a rule passes the events on: `doctor --probe` shows whether they arrive.",
        ),
      ];
    }
    const others = [...found.queues.map((one) => one.queueArn), ...found.others];
    return [
      problem(
        `${sourceBucket} sends no events to ${queueArn}${others.length === 0 ? "" : `, but to ${others.join(", ")}`}`,
        "Run `pulumi up`: it writes the bucket's notification document. Then `verify --repair` for what was missed.",
      ),
    ];
  }
  return orOk(
    [...missingEvents(ours), ...filterProblems(ours, prefix)],
    `all ${S3_EVENTS.length} kinds, ${prefix === "" ? "all keys" : `keys that begin with ${prefix}`}`,
  );
}

/** "s3:ObjectCreated:*" stands for all of its kind. */
function missingEvents(ours: readonly QueueNotification[]): readonly Finding[] {
  const events = new Set(ours.flatMap((one) => one.events));
  const missing = S3_EVENTS.filter((event) => !events.has(event) && !events.has(`${event.replace(/:[^:]*$/, "")}:*`));
  if (missing.length === 0) return [];
  return [
    problem(
      `the queue is not told of ${missing.join(", ")}`,
      "Run `pulumi up`: without these events changes pass unnoticed. Then `verify --repair` for what was missed.",
    ),
  ];
}

function filterProblems(ours: readonly QueueNotification[], prefix: string): readonly Finding[] {
  const narrow = ours.filter((one) => one.suffix !== "" || !covers(one.prefix, prefix));
  if (narrow.length < ours.length) return [];
  const [first] = narrow;
  return [
    problem(
      `only keys ${first?.prefix === "" ? "" : `that begin with ${first?.prefix ?? ""} `}${first?.suffix === "" ? "" : `and end with ${first?.suffix ?? ""} `}are sent; the system syncs ${prefix === "" ? "all" : prefix}`,
      "Run `pulumi up`: the filter must be the prefix setting, without a suffix. Then `verify --repair`.",
    ),
  ];
}

/** S3 shows filters as they were written: encoded, or plain where nothing had to be. */
function covers(filter: string, prefix: string): boolean {
  return filterPrefix(prefix).startsWith(filter) || prefix.startsWith(filter);
}

export const queuePolicyCheck: Check = {
  id: "queue-policy",
  title: "the queue lets the bucket send",
  run: async (facts) => {
    const [{ arn, policy, kmsKeyId }, { accountId }, notifications] = await Promise.all([
      facts.queue(),
      facts.caller(),
      facts.notifications(),
    ]);
    if (!notifications.queues.some((one) => one.queueArn === arn) && notifications.eventBridge) {
      return [ok("events come through EventBridge; its rule is not looked at")];
    }
    return [...judgePolicy(policy, arn, accountId, facts.system), ...keyFindings(kmsKeyId)];
  },
};

export function judgePolicy(
  policy: string | undefined,
  queueArn: string,
  accountId: string,
  { sourceBucket }: Facts["system"],
): readonly Finding[] {
  const partition = queueArn.split(":")[1] ?? "aws";
  const permission = permissionOf(policy, {
    service: "s3.amazonaws.com",
    action: "sqs:SendMessage",
    resource: queueArn,
    context: { "aws:SourceArn": `arn:${partition}:s3:::${sourceBucket}`, "aws:SourceAccount": accountId },
  });
  const fix = "Run `pulumi up`: it writes the queue's policy. Events that were refused are lost: `verify --repair`.";
  switch (permission) {
    case "allowed":
      return [ok(`s3.amazonaws.com may send for ${sourceBucket}`)];
    case "denied":
      return [problem(`the queue's policy denies s3.amazonaws.com to send for ${sourceBucket}`, fix)];
    case "not-allowed":
      return [problem(`the queue's policy does not let s3.amazonaws.com send for ${sourceBucket}`, fix)];
    case "unclear":
      return [
        warning(
          "the queue's policy has statements that are not understood here",
          "`doctor --probe` shows whether events arrive.",
        ),
      ];
  }
}

/** The AWS managed key aws/sqs cannot be opened to S3 (SQS guide, key management). */
function keyFindings(kmsKeyId: string | undefined): readonly Finding[] {
  if (kmsKeyId === undefined) return [];
  if (/(^|\/)aws\/sqs$/.test(kmsKeyId)) {
    return [
      problem(
        "the queue is encrypted with aws/sqs, which S3 cannot use",
        "Use SQS-managed encryption, or a key of your own whose policy lets s3.amazonaws.com use it.",
      ),
    ];
  }
  return [
    warning(
      `the queue is encrypted with ${kmsKeyId}`,
      "Its key policy must let s3.amazonaws.com use kms:GenerateDataKey and kms:Decrypt; `doctor --probe` shows it.",
    ),
  ];
}
