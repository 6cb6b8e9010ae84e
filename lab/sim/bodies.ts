/** Message bodies as S3, EventBridge and our own tools write them, and which keys a body is about. */
import type { ListRange } from "../../core/messages";
import { EPOCH_MS } from "./time";
import type { SourceChange } from "./source";

export type EventShape = "s3" | "eventbridge";

export function eventBody(bucket: string, change: SourceChange, atMs: number, shape: EventShape): string {
  const time = new Date(EPOCH_MS + Math.floor(atMs)).toISOString();
  const { key, eventName, size } = change;
  const sized = size === undefined ? {} : { size };
  if (shape === "eventbridge") {
    const created = eventName.startsWith("ObjectCreated");
    return JSON.stringify({
      version: "0",
      source: "aws.s3",
      "detail-type": created ? "Object Created" : "Object Deleted",
      time,
      detail: { bucket: { name: bucket }, object: { key, ...sized } },
    });
  }
  const record = {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: "eu-north-1",
    eventTime: time,
    eventName,
    s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key).replace(/%20/g, "+"), ...sized } },
  };
  return JSON.stringify({ Records: [record] });
}

export function testEventBody(bucket: string): string {
  return JSON.stringify({
    Service: "Amazon S3",
    Event: "s3:TestEvent",
    Time: new Date(EPOCH_MS).toISOString(),
    Bucket: bucket,
  });
}

/** What backfill and redrive send. */
export function keysBody(keys: readonly string[], atMs: number): string {
  const time = EPOCH_MS + Math.floor(atMs);
  const entries = keys.map((key) => ({ key }));
  return JSON.stringify({
    v: 1,
    kind: "keys",
    failures: 0,
    eventTime: time,
    firstSeen: time,
    origin: "backfill",
    keys: entries,
  });
}

/** What starts a listing. */
export function listBody(prefix: string, atMs: number, all: boolean): string {
  const time = EPOCH_MS + Math.floor(atMs);
  const work = { v: 1, kind: "list", failures: 0, eventTime: time, firstSeen: time, origin: "backfill", keys: [] };
  return JSON.stringify({ ...work, range: { prefix }, ...(all ? { compare: false } : {}) });
}

/** The range that a message asks to list; undefined when it asks for something else. */
export function rangeIn(body: string): ListRange | undefined {
  const value = JSON.parse(body) as { readonly kind?: string; readonly range?: ListRange };
  return value.kind === "list" ? value.range : undefined;
}

interface AnyBody {
  readonly Records?: readonly { readonly s3: { readonly object: { readonly key: string } } }[];
  readonly detail?: { readonly object: { readonly key: string } };
  readonly keys?: readonly { readonly key: string }[];
}

/** Reads every shape above and whatever envelope a worker sends; independent of the parser under test. */
export function keysIn(body: string): readonly string[] {
  const value = JSON.parse(body) as AnyBody;
  const encoded = (value.Records ?? []).map((record) => record.s3.object.key);
  return [
    ...encoded.map((key) => decodeURIComponent(key.replace(/\+/g, " "))),
    ...(value.detail === undefined ? [] : [value.detail.object.key]),
    ...(value.keys ?? []).map(({ key }) => key),
  ];
}
