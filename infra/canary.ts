/**
 * The canary's schedule: EventBridge Scheduler itself writes the object (a universal target, Scheduler User Guide,
 * managing-targets-universal), so nothing of ours has to run for it. Nothing without the setting.
 */
import type { Resource } from "@pulumi/pulumi";
import { Schedule } from "@pulumi/aws/scheduler";
import { canaryKey } from "../core/canary";
import { type Context, named, under } from "./context";
import { canaryPolicy } from "./policies/canary";
import { trust } from "./policies/document";
import { createRole } from "./roles";

/** @param ready what has to be there before the first object is written, or its event would be lost */
export function createCanary(context: Context, ready: readonly Resource[]): void {
  const { settings, names, arns, place } = context;
  if (settings.canaryMinutes === undefined) return;
  const { role, policy } = createRole(context, "canary-role", {
    name: names.canaryRole,
    policyName: names.canaryPolicy,
    // The Scheduler sends the account (Scheduler User Guide, cross-service-confused-deputy-prevention).
    trust: trust("scheduler.amazonaws.com", place.accountId),
    policy: canaryPolicy(arns, settings),
  });
  new Schedule(
    named(context, "canary"),
    {
      name: names.canary,
      description: `Writes ${canaryKey(settings.prefix)} to ${names.sourceBucket}.`,
      scheduleExpression: everyMinutes(settings.canaryMinutes),
      state: settings.paused ? "DISABLED" : "ENABLED",
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: `arn:${place.partition}:scheduler:::aws-sdk:s3:putObject`,
        roleArn: role.arn,
        input: JSON.stringify(canaryRequest(names.sourceBucket, settings.prefix)),
        // One that is late tells nothing: the next one comes.
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      },
    },
    under(context, [policy, ...ready]),
  );
}

/** PutObject, as the Scheduler is to send it. The body differs each time (Scheduler User Guide, managing-schedule-context-attributes). */
export function canaryRequest(bucket: string, prefix: string): Readonly<Record<string, string>> {
  return { Bucket: bucket, Key: canaryKey(prefix), Body: "<aws.scheduler.scheduled-time>", ContentType: "text/plain" };
}

function everyMinutes(minutes: number): string {
  return minutes === 1 ? "rate(1 minute)" : `rate(${minutes} minutes)`;
}
