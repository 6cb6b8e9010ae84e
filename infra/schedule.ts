/** The rule that invokes the starter. An EventBridge rule and not a schedule, so that `aws events disable-rule` pauses it. */
import { EventRule, EventTarget } from "@pulumi/aws/cloudwatch";
import { Permission } from "@pulumi/aws/lambda";
import { type Context, named, under } from "./context";
import type { StarterFunction } from "./starter";

export function createSchedule(context: Context, starter: StarterFunction): EventRule {
  const { settings, names } = context;
  const rule = new EventRule(
    named(context, "starter-rule"),
    {
      name: names.starterRule,
      description: `Invokes ${names.starter}.`,
      scheduleExpression: scheduleExpression(settings.pollIntervalSeconds),
      state: settings.paused ? "DISABLED" : "ENABLED",
      tags: settings.tags,
    },
    under(context),
  );
  const permission = new Permission(
    named(context, "starter-permission"),
    {
      statementId: "schedule",
      action: "lambda:InvokeFunction",
      function: starter.name,
      principal: "events.amazonaws.com",
      sourceArn: rule.arn,
    },
    under(context),
  );
  new EventTarget(
    named(context, "starter-target"),
    {
      rule: rule.name,
      targetId: "starter",
      arn: starter.arn,
      retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
    },
    under(context, [permission]),
  );
  return rule;
}

/** Schedules count in whole minutes; what is shorter the starter does inside one invocation. */
export function scheduleExpression(pollIntervalSeconds: number): string {
  const minutes = Math.max(1, pollIntervalSeconds / 60);
  return minutes === 1 ? "rate(1 minute)" : `rate(${minutes} minutes)`;
}
