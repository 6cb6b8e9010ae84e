import * as fc from "fast-check";
import { encodeEnvelope, MAX_ENVELOPE_BYTES, parseEnvelope, splitEnvelope } from "../../core/envelope";
import { parseMessage } from "../../core/events";
import { utf8Length } from "../../core/fingerprint";
import type { Envelope, KeysEnvelope } from "../../core/messages";
import { MAX_OBJECT_BYTES, MIB, plannedRequests } from "../../core/parts";
import { objectKey } from "./arbitraries";

const history = {
  failures: fc.nat(1000),
  eventTime: fc.nat(4e12),
  firstSeen: fc.nat(4e12),
  origin: fc.constantFrom("backfill" as const, "verify" as const, "worker" as const),
};
const sweep = fc.constant(true as const);
const entry = fc.record(
  { key: objectKey, size: fc.oneof(fc.nat(), fc.integer({ min: 0, max: MAX_OBJECT_BYTES })) },
  { requiredKeys: ["key"], noNullPrototype: true },
);
const entries = fc.uniqueArray(entry, { minLength: 1, maxLength: 20, selector: ({ key }) => key });
const opaque = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
});

const keysEnvelope: fc.Arbitrary<KeysEnvelope> = fc.record(
  { v: fc.constant(1), kind: fc.constant("keys"), ...history, sweep, keys: entries },
  { requiredKeys: ["v", "kind", "failures", "eventTime", "firstSeen", "origin", "keys"], noNullPrototype: true },
);
const envelope: fc.Arbitrary<Envelope> = fc.oneof(
  keysEnvelope,
  fc.record({ v: fc.constant(1), kind: fc.constant("handoff"), ...history, keys: entries }, { noNullPrototype: true }),
  fc.record(
    {
      v: fc.constant(1),
      kind: fc.constant("handoff"),
      ...history,
      keys: entry.map((one) => [one]),
      upload: fc.record({ id: opaque, fingerprint: opaque }, { noNullPrototype: true }),
    },
    { noNullPrototype: true },
  ),
  fc.record(
    {
      v: fc.constant(1),
      kind: fc.constant("list"),
      ...history,
      keys: fc.constant([]),
      range: fc.record(
        { prefix: objectKey, after: objectKey, until: objectKey },
        { requiredKeys: ["prefix"], noNullPrototype: true },
      ),
    },
    { noNullPrototype: true },
  ),
);

it("every envelope is read back as it was written", () => {
  fc.assert(
    fc.property(envelope, (one) => {
      expect(parseEnvelope(JSON.parse(encodeEnvelope(one)))).toEqual(one);
      expect(parseMessage(encodeEnvelope(one))).toEqual(one);
    }),
  );
});

it("a split keeps every key in order, every limit, and the size SQS takes", () => {
  const sizes = { partSize: 64 * MIB, multipartThreshold: 64 * MIB };
  fc.assert(
    fc.property(
      keysEnvelope,
      fc.record({
        maxKeys: fc.integer({ min: 1, max: 10 }),
        maxRequests: fc.integer({ min: 1, max: 300 }),
        maxBytes: fc.integer({ min: 1, max: MAX_OBJECT_BYTES }),
      }),
      (one, limits) => {
        const parts = splitEnvelope(one, sizes, limits);
        expect(parts.flatMap((part) => part.keys)).toEqual(one.keys);
        for (const part of parts) {
          const { keys } = part;
          expect(keys.length).toBeGreaterThan(0);
          expect(utf8Length(encodeEnvelope(part))).toBeLessThanOrEqual(MAX_ENVELOPE_BYTES);
          expect(keys.length).toBeLessThanOrEqual(limits.maxKeys);
          if (keys.length === 1) continue;
          expect(keys.reduce((sum, { size }) => sum + plannedRequests(size, sizes), 0)).toBeLessThanOrEqual(
            limits.maxRequests,
          );
          expect(keys.reduce((sum, { size }) => sum + (size ?? 0), 0)).toBeLessThanOrEqual(limits.maxBytes);
        }
      },
    ),
  );
});
