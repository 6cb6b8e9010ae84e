/** A bucket's notification configuration: read, checked, written back. UG notification-how-to-filtering; API PutBucketNotificationConfiguration. */
import { s3Error } from "./errors";
import { children, child, childText, document, group, text, type XmlElement } from "./xml";

export interface QueueConfiguration {
  readonly id: string;
  readonly queueArn: string;
  /** As configured: "s3:ObjectCreated:*", ... */
  readonly events: readonly string[];
  /** As configured, form-url-encoded where it holds special characters. */
  readonly prefix: string | undefined;
  readonly suffix: string | undefined;
}

export interface NotificationConfiguration {
  readonly queues: readonly QueueConfiguration[];
  readonly eventBridge: boolean;
}

const EVENTS: ReadonlySet<string> = new Set(
  [
    "ObjectCreated:*",
    "ObjectCreated:Put",
    "ObjectCreated:Post",
    "ObjectCreated:Copy",
    "ObjectCreated:CompleteMultipartUpload",
    "ObjectRemoved:*",
    "ObjectRemoved:Delete",
    "ObjectRemoved:DeleteMarkerCreated",
    "LifecycleExpiration:*",
    "LifecycleExpiration:Delete",
    "LifecycleExpiration:DeleteMarkerCreated",
    "ObjectRestore:*",
    "ObjectRestore:Post",
    "ObjectRestore:Completed",
    "ObjectRestore:Delete",
    "ReducedRedundancyLostObject",
    "Replication:*",
    "LifecycleTransition",
    "IntelligentTiering",
    "ObjectAcl:Put",
    "ObjectTagging:*",
    "ObjectTagging:Put",
    "ObjectTagging:Delete",
  ].map((name) => `s3:${name}`),
);

/**
 * @param region queues must be in it
 * @throws MalformedXML, InvalidArgument (unknown event, queue elsewhere or FIFO, overlapping filters), NotImplemented (topics, functions)
 */
export function parseConfiguration(root: XmlElement, region: string, makeId: () => string): NotificationConfiguration {
  if (root.name !== "NotificationConfiguration") throw s3Error("MalformedXML");
  if (children(root, "TopicConfiguration").length + children(root, "CloudFunctionConfiguration").length > 0) {
    throw s3Error("NotImplemented", "This cloud delivers notifications to queues and to EventBridge only");
  }
  const queues = children(root, "QueueConfiguration").map((element) => parseQueue(element, region, makeId));
  checkOverlaps(queues);
  return { queues, eventBridge: child(root, "EventBridgeConfiguration") !== undefined };
}

export function configurationDocument(configuration: NotificationConfiguration): string {
  const queues = configuration.queues.map((queue) =>
    group("QueueConfiguration", [
      text("Id", queue.id),
      text("Queue", queue.queueArn),
      ...queue.events.map((event) => text("Event", event)),
      filterElement(queue),
    ]),
  );
  const bridge = configuration.eventBridge ? [group("EventBridgeConfiguration", [])] : [];
  return document("NotificationConfiguration", [...queues, ...bridge], true);
}

/** Whether an event ("s3:ObjectCreated:Put") of a key goes to this queue. */
export function isWanted(queue: QueueConfiguration, eventName: string, key: string): boolean {
  return (
    queue.events.some((wanted) => covers(wanted, eventName)) &&
    key.startsWith(formDecode(queue.prefix ?? "")) &&
    key.endsWith(formDecode(queue.suffix ?? ""))
  );
}

function parseQueue(element: XmlElement, region: string, makeId: () => string): QueueConfiguration {
  const queueArn = (childText(element, "Queue") ?? "").trim();
  const events = children(element, "Event").map((event) => event.text.trim());
  if (events.length === 0) throw s3Error("MalformedXML");
  for (const event of events) {
    if (!EVENTS.has(event)) throw s3Error("InvalidArgument", "The event is not supported for notifications");
  }
  const [arn, , service, queueRegion, account, name] = queueArn.split(":");
  if (arn !== "arn" || service !== "sqs" || !account || !name)
    throw s3Error("InvalidArgument", "The ARN is not well formed");
  if (queueRegion !== region) {
    throw s3Error(
      "InvalidArgument",
      "The notification destination service region is not valid for the bucket location constraint",
    );
  }
  if (name.endsWith(".fifo")) throw s3Error("InvalidArgument", "FIFO SQS queues are not supported.");
  const rules = children(child(child(element, "Filter"), "S3Key"), "FilterRule");
  const filter = { prefix: undefined as string | undefined, suffix: undefined as string | undefined };
  for (const rule of rules) {
    const filterName = (childText(rule, "Name") ?? "").trim().toLowerCase();
    if (filterName !== "prefix" && filterName !== "suffix")
      throw s3Error("InvalidArgument", "filter rule name must be either prefix or suffix");
    if (filter[filterName] !== undefined) {
      throw s3Error("InvalidArgument", `Cannot specify more than one ${filterName} rule in a filter.`);
    }
    filter[filterName] = childText(rule, "Value") ?? "";
  }
  return { id: childText(element, "Id") ?? makeId(), queueArn, events, ...filter };
}

/** Two configurations may not both match one event of one key. */
function checkOverlaps(queues: readonly QueueConfiguration[]): void {
  for (const [i, one] of queues.entries()) {
    for (const other of queues.slice(i + 1)) {
      const sameEvent = one.events.some((a) => other.events.some((b) => covers(a, b) || covers(b, a)));
      const [prefixA, prefixB] = [one.prefix ?? "", other.prefix ?? ""];
      const [suffixA, suffixB] = [one.suffix ?? "", other.suffix ?? ""];
      const samePrefix = prefixA.startsWith(prefixB) || prefixB.startsWith(prefixA);
      const sameSuffix = suffixA.endsWith(suffixB) || suffixB.endsWith(suffixA);
      if (sameEvent && samePrefix && sameSuffix) {
        throw s3Error(
          "InvalidArgument",
          "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.",
        );
      }
    }
  }
}

function covers(pattern: string, event: string): boolean {
  return pattern === event || (pattern.endsWith(":*") && event.startsWith(pattern.slice(0, -1)));
}

function filterElement({ prefix, suffix }: QueueConfiguration): string {
  if (prefix === undefined && suffix === undefined) return "";
  const rule = (name: string, value: string | undefined) =>
    value === undefined ? "" : group("FilterRule", [text("Name", name), text("Value", value)]);
  return group("Filter", [group("S3Key", [rule("prefix", prefix), rule("suffix", suffix)])]);
}

/** A space is written `+`, other special characters percent-encoded. What cannot be decoded is taken as it is. */
function formDecode(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll("+", " "));
  } catch {
    return value;
  }
}
