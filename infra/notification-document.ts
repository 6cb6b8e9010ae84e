/** Whether a bucket's notification document may be replaced: only when nothing in it is anybody else's. Pure. */

/** As aws.s3.getBucketNotification gives it. */
export interface NotificationDocument {
  readonly queues?: readonly { readonly id?: string; readonly queueArn: string; readonly events: readonly string[] }[];
  readonly topics?: readonly { readonly id?: string; readonly topicArn: string; readonly events: readonly string[] }[];
  readonly lambdaFunctions?: readonly {
    readonly id?: string;
    readonly lambdaFunctionArn: string;
    readonly events: readonly string[];
  }[];
  readonly eventbridge?: boolean;
}

/** The entries that writing our own document would delete, in words. */
export function foreignEntries(document: NotificationDocument, ownQueueArn: string): readonly string[] {
  const { queues = [], topics = [], lambdaFunctions = [], eventbridge = false } = document;
  return [
    ...queues.filter((one) => one.queueArn !== ownQueueArn).map((one) => entry(one.id, one.queueArn, one.events)),
    ...topics.map((one) => entry(one.id, one.topicArn, one.events)),
    ...lambdaFunctions.map((one) => entry(one.id, one.lambdaFunctionArn, one.events)),
    ...(eventbridge ? ["delivery to EventBridge"] : []),
  ];
}

/** @param mode of the settings */
export function notificationProblems(
  bucket: string,
  mode: "s3" | "eventbridge",
  document: NotificationDocument,
  ownQueueArn: string,
): readonly string[] {
  if (mode === "eventbridge") {
    return document.eventbridge === false
      ? [
          `notificationMode is eventbridge, but bucket ${bucket} does not send to EventBridge; its owner has to enable it`,
        ]
      : [];
  }
  const foreign = foreignEntries(document, ownQueueArn);
  if (foreign.length === 0) return [];
  return [
    `bucket ${bucket} has notifications that are not this stack's, and a bucket has only one list of them, which would be replaced: ` +
      `${foreign.join("; ")}. Enable EventBridge on the bucket and set notificationMode to eventbridge`,
  ];
}

function entry(id: string | undefined, target: string, events: readonly string[]): string {
  return `${id ?? "(no id)"}: ${events.join(", ")} to ${target}`;
}
