/**
 * How events get from the bucket into the queue: the bucket's own notification document, or a rule on EventBridge.
 *
 * A bucket has one notification document, and writing it replaces all of it. On an adopted bucket it is written only when
 * infra/surroundings.ts found nothing of anybody else's in it.
 */
import type { Resource } from "@pulumi/pulumi";
import { EventRule, EventTarget } from "@pulumi/aws/cloudwatch";
import { BucketNotification } from "@pulumi/aws/s3";
import { type Context, named, under } from "./context";
import { eventPattern, filterPrefix, S3_EVENTS } from "./events";
import type { Queues } from "./queues";

/**
 * @param source what must exist before, of a created bucket
 * @returns what has to be there before a change of the source is an event
 */
export function createNotification(context: Context, source: readonly Resource[], queues: Queues): Resource {
  return context.settings.notificationMode === "s3"
    ? notifyQueue(context, source, queues)
    : routeEvents(context, source, queues);
}

function notifyQueue(context: Context, source: readonly Resource[], { policy }: Queues): Resource {
  const { settings, names, arns } = context;
  const filter = settings.prefix === "" ? {} : { filterPrefix: filterPrefix(settings.prefix) };
  return new BucketNotification(
    named(context, "notification"),
    {
      bucket: names.sourceBucket,
      queues: [{ id: settings.namePrefix, queueArn: arns.queue, events: [...S3_EVENTS], ...filter }],
    },
    // S3 sends a test message when the document is written, so the queue must let it in by then.
    under(context, [policy, ...source]),
  );
}

function routeEvents(context: Context, source: readonly Resource[], { queue, policy }: Queues): Resource {
  const { settings, names } = context;
  // On an adopted bucket the owner has switched EventBridge on.
  if (settings.sourceBucket === undefined) {
    const args = { bucket: names.sourceBucket, eventbridge: true };
    new BucketNotification(named(context, "notification"), args, under(context, source));
  }
  const rule = new EventRule(
    named(context, "events"),
    {
      name: names.eventsRule,
      description: `Changes of ${names.sourceBucket} for ${names.queue}.`,
      eventPattern: JSON.stringify(eventPattern(names.sourceBucket, settings.prefix)),
      tags: settings.tags,
    },
    under(context),
  );
  return new EventTarget(
    named(context, "events-target"),
    { rule: rule.name, targetId: "queue", arn: queue.arn },
    under(context, [policy]),
  );
}
