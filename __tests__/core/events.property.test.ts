import * as fc from "fast-check";
import { encodeEventKey } from "../../core/keys";
import { parseMessage } from "../../core/events";
import { MAX_OBJECT_BYTES } from "../../core/parts";
import { anyString, objectKey } from "./arbitraries";

const KINDS = ["events", "test-event", "keys", "handoff", "list", "newer", "unknown"];

/** Values that look like the real thing here and there. */
const hostile = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      fc.constantFrom(
        "aws:s3",
        "aws.s3",
        "2.1",
        "s3:TestEvent",
        "keys",
        "handoff",
        "list",
        "worker",
        "2026-01-01T00:00:00Z",
      ),
      fc.constantFrom(null, 1, 0, -1, 1e21, true),
      anyString(10),
    ),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(
        "Records",
        "v",
        "kind",
        "keys",
        "key",
        "size",
        "failures",
        "eventTime",
        "firstSeen",
        "origin",
        "upload",
        "range",
        "s3",
        "object",
        "bucket",
        "name",
        "eventSource",
        "eventVersion",
        "eventName",
        "source",
        "detail",
        "detail-type",
        "time",
        "Event",
        "__proto__",
        "constructor",
      ),
      tie("value"),
      { maxKeys: 8 },
    ),
  ),
})).value;

it("never throws and always says something, for any text", () => {
  fc.assert(fc.property(anyString(200), (body) => KINDS.includes(parseMessage(body).kind)));
});

it("never throws for any JSON, and its problems stay short", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), hostile), (value) => {
      const parsed = parseMessage(JSON.stringify(value));
      expect(KINDS).toContain(parsed.kind);
      if (parsed.kind === "unknown") expect(parsed.problem.length).toBeLessThan(500);
    }),
    { numRuns: 500 },
  );
});

it("reads back the key of every S3 record, whatever the key", () => {
  fc.assert(
    fc.property(fc.array(objectKey, { minLength: 1, maxLength: 5 }), (keys) => {
      const Records = keys.map((key) => ({
        eventVersion: "2.3",
        eventSource: "aws:s3",
        eventTime: "2026-04-01T12:00:00.000Z",
        eventName: "ObjectCreated:Put",
        s3: { bucket: { name: "b" }, object: { key: encodeEventKey(key) } },
      }));
      const parsed = parseMessage(JSON.stringify({ Records }));
      expect(parsed.kind === "events" && parsed.events.map((event) => event.key)).toEqual(keys);
    }),
  );
});

it("reads back the key and size of every EventBridge event as they are: its keys are not URL-encoded", () => {
  const sizes = fc.oneof(fc.constantFrom(0, 1, MAX_OBJECT_BYTES), fc.integer({ min: 0, max: MAX_OBJECT_BYTES }));
  fc.assert(
    fc.property(objectKey, fc.option(sizes, { nil: undefined }), (key, size) => {
      const event = {
        version: "0",
        source: "aws.s3",
        "detail-type": size === undefined ? "Object Deleted" : "Object Created",
        time: "2026-04-01T12:00:00Z",
        detail: { bucket: { name: "b" }, object: { key, ...(size === undefined ? {} : { size }) } },
      };
      expect(parseMessage(JSON.stringify(event))).toEqual({
        kind: "events",
        events: [
          {
            bucket: "b",
            key,
            ...(size === undefined ? {} : { size }),
            eventName: event["detail-type"],
            eventTime: Date.UTC(2026, 3, 1, 12),
          },
        ],
      });
    }),
  );
});
