/**
 * What a message body says: S3's own notifications, EventBridge's shape of them, S3's test event, or our envelope.
 *
 * Nothing is dropped silently: a body is understood as a whole or is `unknown` with the reason, and then goes to the
 * dead-letter queue. Fields we do not use are ignored, so that newer minor versions of S3's format still parse.
 */
import { parseEnvelope } from "./envelope";
import { decodeEventKey } from "./keys";
import type { ObjectEvent, ParsedMessage } from "./messages";
import { MAX_OBJECT_BYTES } from "./parts";
import { bad, field, good, isFields, isInteger, type Reading, readKey, show } from "./untrusted";

/** Never throws, whatever the text. */
export function parseMessage(body: string): ParsedMessage {
  const value = parseJson(body);
  if (!isFields(value)) return unknown(`not a JSON object: ${show(body)}`);
  if (Object.hasOwn(value, "Records")) return parseRecords(value["Records"]);
  if (field(value, "source") === "aws.s3") return oneEvent(parseEventBridge(value));
  if (field(value, "Event") === "s3:TestEvent") return { kind: "test-event" };
  if (Object.hasOwn(value, "v")) return parseEnvelope(value);
  if (field(value, "Type") === "Notification" && typeof field(value, "Message") === "string") {
    return unknown("an SNS notification: turn on raw message delivery for this queue's subscription");
  }
  return unknown("neither an S3 notification, an EventBridge event, a test event nor an envelope of ours");
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

function parseRecords(records: unknown): ParsedMessage {
  if (!Array.isArray(records) || records.length === 0) return unknown(`Records is ${emptyOr(records)}`);
  const events: ObjectEvent[] = [];
  for (const [index, record] of records.entries()) {
    const event = parseRecord(record);
    // One message is one unit of acknowledgement, so a half-understood one must not look finished.
    if (!event.ok) return unknown(`record ${index + 1} of ${records.length}: ${event.problem}`);
    events.push(event.value);
  }
  return { kind: "events", events };
}

function emptyOr(records: unknown): string {
  return Array.isArray(records) ? "empty" : show(records);
}

/** User Guide, event message structure: check the major version only, ignore what is new. */
function parseRecord(record: unknown): Reading<ObjectEvent> {
  if (!isFields(record)) return bad(`it is ${show(record)}`);
  const source = field(record, "eventSource");
  if (source !== "aws:s3") return bad(`eventSource is ${show(source)}, not "aws:s3"`);
  const version = field(record, "eventVersion");
  if (typeof version !== "string" || !/^2\.\d+$/.test(version)) return bad(`eventVersion is ${show(version)}, not 2.x`);
  const s3 = field(record, "s3");
  const object = field(s3, "object");
  const encoded = field(object, "key");
  if (typeof encoded !== "string") return bad(`s3.object.key is ${show(encoded)}, not an object key`);
  const key = decodeEventKey(encoded);
  if (key === undefined) return bad(`s3.object.key is not URL-encoded: ${show(encoded)}`);
  return objectEvent({
    bucket: field(field(s3, "bucket"), "name"),
    bucketField: "s3.bucket.name",
    key,
    keyField: "s3.object.key",
    size: field(object, "size"),
    name: field(record, "eventName"),
    nameField: "eventName",
    time: field(record, "eventTime"),
    timeField: "eventTime",
  });
}

/** EventBridge does not encode the key (User Guide, EventBridge event message structure). */
function parseEventBridge(event: unknown): Reading<ObjectEvent> {
  const detail = field(event, "detail");
  const object = field(detail, "object");
  return objectEvent({
    bucket: field(field(detail, "bucket"), "name"),
    bucketField: "detail.bucket.name",
    key: field(object, "key"),
    keyField: "detail.object.key",
    size: field(object, "size"),
    name: field(event, "detail-type"),
    nameField: "detail-type",
    time: field(event, "time"),
    timeField: "time",
  });
}

interface RawEvent {
  readonly bucket: unknown;
  readonly bucketField: string;
  readonly key: unknown;
  readonly keyField: string;
  readonly size: unknown;
  readonly name: unknown;
  readonly nameField: string;
  readonly time: unknown;
  readonly timeField: string;
}

function objectEvent(raw: RawEvent): Reading<ObjectEvent> {
  if (typeof raw.bucket !== "string" || raw.bucket === "") return bad(`${raw.bucketField} is ${show(raw.bucket)}`);
  const key = readKey(raw.key, raw.keyField);
  if (!key.ok) return key;
  if (typeof raw.name !== "string" || raw.name === "") return bad(`${raw.nameField} is ${show(raw.name)}`);
  const eventTime = parseIsoTime(raw.time);
  if (eventTime === undefined) return bad(`${raw.timeField} is ${show(raw.time)}, not an ISO 8601 time`);
  return good({
    bucket: raw.bucket,
    key: key.value,
    // Only a hint for planning, absent on deletes: an odd size must not cost us the event.
    ...(isInteger(raw.size, 0, MAX_OBJECT_BYTES) ? { size: raw.size } : {}),
    eventName: raw.name.slice(0, MAX_EVENT_NAME),
    eventTime,
  });
}

/** Event names go into log lines; S3's longest has under 60 characters. */
const MAX_EVENT_NAME = 80;

/** Epoch milliseconds. Date.parse alone would take "1" and other texts no AWS service sends. */
function parseIsoTime(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)) return undefined;
  const ms = Date.parse(value);
  return ms >= 0 ? ms : undefined;
}

function oneEvent(event: Reading<ObjectEvent>): ParsedMessage {
  return event.ok ? { kind: "events", events: [event.value] } : unknown(`EventBridge event: ${event.problem}`);
}

function unknown(problem: string): ParsedMessage {
  return { kind: "unknown", problem };
}
