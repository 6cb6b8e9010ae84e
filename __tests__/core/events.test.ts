import { parseMessage } from "../../core/events";
import { MAX_OBJECT_BYTES } from "../../core/parts";

const TIME = "2026-04-01T12:00:00.123Z";
const AT = Date.parse(TIME);

function record(changes: { [field: string]: unknown; key?: unknown; size?: unknown; bucket?: unknown } = {}): unknown {
  const { key = "a.txt", size, bucket = "src", ...rest } = changes;
  return {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: "eu-north-1",
    eventTime: TIME,
    eventName: "ObjectCreated:Put",
    s3: { bucket: { name: bucket }, object: { key, ...(size === undefined ? {} : { size }), sequencer: "00" } },
    ...rest,
  };
}

const notification = (...records: unknown[]): string => JSON.stringify({ Records: records });

describe("S3 notifications", () => {
  it("reads what it needs and ignores the rest", () => {
    const body = notification(record({ key: "dir/a+b%2B.txt", size: 12, someNewField: { x: 1 } }));
    expect(parseMessage(body)).toEqual({
      kind: "events",
      events: [{ bucket: "src", key: "dir/a b+.txt", size: 12, eventName: "ObjectCreated:Put", eventTime: AT }],
    });
  });

  it("keeps several records in order, also the same one twice", () => {
    const parsed = parseMessage(notification(record({ key: "1" }), record({ key: "2" }), record({ key: "1" })));
    expect(parsed.kind === "events" && parsed.events.map((event) => event.key)).toEqual(["1", "2", "1"]);
  });

  it.each(["2.0", "2.1", "2.6", "2.17"])("takes version %s", (eventVersion) => {
    expect(parseMessage(notification(record({ eventVersion }))).kind).toBe("events");
  });

  it.each([0, 1, MAX_OBJECT_BYTES])("takes size %d", (size) => {
    const parsed = parseMessage(notification(record({ size })));
    expect(parsed.kind === "events" && parsed.events[0]?.size).toBe(size);
  });

  it.each([-1, 1.5, MAX_OBJECT_BYTES + 1, 1e300, "12", null, [], {}])(
    "ignores the size %j but not its event: it is only a hint",
    (size) => {
      const parsed = parseMessage(notification(record({ size })));
      expect(parsed.kind === "events" && parsed.events[0]).toEqual({
        bucket: "src",
        key: "a.txt",
        eventName: "ObjectCreated:Put",
        eventTime: AT,
      });
    },
  );

  it.each<[string, unknown, string]>([
    ["not an object", "x", 'record 2 of 2: it is "x"'],
    ["null", null, "record 2 of 2: it is null"],
    ["another source", record({ eventSource: "aws:sns" }), 'record 2 of 2: eventSource is "aws:sns", not "aws:s3"'],
    ["no source", record({ eventSource: undefined }), 'record 2 of 2: eventSource is missing, not "aws:s3"'],
    ["version 3", record({ eventVersion: "3.0" }), 'record 2 of 2: eventVersion is "3.0", not 2.x'],
    ["a number as version", record({ eventVersion: 2.1 }), "record 2 of 2: eventVersion is 2.1, not 2.x"],
    ["no s3", record({ s3: null }), "record 2 of 2: s3.object.key is missing, not an object key"],
    ["a number as key", record({ key: 5 }), "record 2 of 2: s3.object.key is 5, not an object key"],
    ["an empty key", record({ key: "" }), 'record 2 of 2: s3.object.key is "", not an object key'],
    ["a badly encoded key", record({ key: "a%zz" }), 'record 2 of 2: s3.object.key is not URL-encoded: "a%zz"'],
    ["a lone surrogate", record({ key: "\ud800" }), 'record 2 of 2: s3.object.key is not valid Unicode: "\\ud800"'],
    [
      "a key of 1,025 bytes",
      record({ key: "%C3%BC".repeat(512) + "a" }),
      "record 2 of 2: s3.object.key has 1025 bytes of UTF-8, keys have at most 1024",
    ],
    ["no bucket", record({ bucket: null }), "record 2 of 2: s3.bucket.name is null"],
    ["no event name", record({ eventName: 7 }), "record 2 of 2: eventName is 7"],
    ["no time", record({ eventTime: undefined }), "record 2 of 2: eventTime is missing, not an ISO 8601 time"],
    ["a lax time", record({ eventTime: "1" }), 'record 2 of 2: eventTime is "1", not an ISO 8601 time'],
    [
      "an impossible time",
      record({ eventTime: "2026-13-40T99:00:00Z" }),
      'record 2 of 2: eventTime is "2026-13-40T99:00:00Z", not an ISO 8601 time',
    ],
  ])("one bad record makes the message unknown and says which: %s", (_, bad, problem) => {
    expect(parseMessage(notification(record(), bad))).toEqual({ kind: "unknown", problem });
  });

  it("takes a key of 1,024 bytes", () => {
    expect(parseMessage(notification(record({ key: "%C3%BC".repeat(512) }))).kind).toBe("events");
  });

  it.each([
    ["empty", [], "Records is empty"],
    ["no array", {}, "Records is an object"],
    ["null", null, "Records is null"],
  ])("Records %s", (_, Records, problem) => {
    expect(parseMessage(JSON.stringify({ Records }))).toEqual({ kind: "unknown", problem });
  });
});

describe("EventBridge", () => {
  const event = (changes: object = {}, object: object = { key: "a+b%20c", size: 3 }): string =>
    JSON.stringify({
      version: "0",
      source: "aws.s3",
      "detail-type": "Object Created",
      time: "2026-04-01T12:00:00Z",
      detail: { bucket: { name: "src" }, object },
      ...changes,
    });

  it("does not decode the key", () => {
    expect(parseMessage(event())).toEqual({
      kind: "events",
      events: [
        {
          bucket: "src",
          key: "a+b%20c",
          size: 3,
          eventName: "Object Created",
          eventTime: Date.parse("2026-04-01T12:00:00Z"),
        },
      ],
    });
  });

  it.each([
    ["no key", event({}, {}), "EventBridge event: detail.object.key is missing, not an object key"],
    ["no detail", event({ detail: 1 }), "EventBridge event: detail.bucket.name is missing"],
    ["no type", event({ "detail-type": null }), "EventBridge event: detail-type is null"],
    ["no time", event({ time: 3 }), "EventBridge event: time is 3, not an ISO 8601 time"],
  ])("%s", (_, body, problem) => {
    expect(parseMessage(body)).toEqual({ kind: "unknown", problem });
  });
});

it("recognises the test event", () => {
  const body = { Service: "Amazon S3", Event: "s3:TestEvent", Time: TIME, Bucket: "src", RequestId: "1", HostId: "2" };
  expect(parseMessage(JSON.stringify(body))).toEqual({ kind: "test-event" });
});

it.each([2, 0, -1, 99])("leaves an envelope of version %d to a newer worker", (v) => {
  expect(parseMessage(JSON.stringify({ v, kind: "anything" }))).toEqual({ kind: "newer", version: v });
});

describe("anything else is unknown, with a reason that repeats little of it", () => {
  it.each([
    ["not JSON", "hello", 'not a JSON object: "hello"'],
    ["empty", "", 'not a JSON object: ""'],
    ["a number", "12", 'not a JSON object: "12"'],
    ["null", "null", 'not a JSON object: "null"'],
    ["an array", "[]", 'not a JSON object: "[]"'],
    ["NUL bytes", "\0\0", 'not a JSON object: "\\u0000\\u0000"'],
    ["a version that is no integer", '{"v":1.5}', "envelope: v is 1.5, not a version number"],
    ["a version that is text", '{"v":"1"}', 'envelope: v is "1", not a version number'],
    [
      "an SNS wrapper",
      JSON.stringify({ Type: "Notification", Message: notification(record()) }),
      "an SNS notification: turn on raw message delivery for this queue's subscription",
    ],
    [
      "an object of another kind",
      "{}",
      "neither an S3 notification, an EventBridge event, a test event nor an envelope of ours",
    ],
    [
      "fields that only a prototype would have",
      '{"__proto__":{"Records":[],"v":1,"Event":"s3:TestEvent","source":"aws.s3"}}',
      "neither an S3 notification, an EventBridge event, a test event nor an envelope of ours",
    ],
  ])("%s", (_, body, problem) => {
    expect(parseMessage(body)).toEqual({ kind: "unknown", problem });
  });

  it("deep nesting", () => {
    const depth = 400_000;
    expect(parseMessage("[".repeat(depth) + "]".repeat(depth)).kind).toBe("unknown");
    expect(parseMessage(`{"v":${"[".repeat(depth)}${"]".repeat(depth)}}`)).toEqual({
      kind: "unknown",
      problem: "envelope: v is an array, not a version number",
    });
  });

  it("never echoes more than 80 characters", () => {
    const secret = "x".repeat(100_000);
    for (const body of [secret, notification(record({ eventSource: secret })), JSON.stringify({ v: secret })]) {
      const parsed = parseMessage(body);
      expect(parsed.kind === "unknown" && /x+/.exec(parsed.problem)?.[0].length).toBeLessThanOrEqual(80);
    }
  });
});

it("cuts a long event name: it is only for logs", () => {
  const parsed = parseMessage(notification(record({ eventName: "y".repeat(5000) })));
  expect(parsed.kind === "events" && parsed.events[0]?.eventName).toBe("y".repeat(80));
});
