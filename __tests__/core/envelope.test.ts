import {
  DEFAULT_BATCH_LIMITS,
  encodeEnvelope,
  groupIdOf,
  handoff,
  handoffUpload,
  historyOf,
  listWork,
  MAX_ENVELOPE_BYTES,
  MAX_ENVELOPE_KEYS,
  mergeHistory,
  parseEnvelope,
  putBack,
  splitEnvelope,
} from "../../core/envelope";
import { utf8Length } from "../../core/fingerprint";
import type { EnvelopeHistory } from "../../core/messages";
import { GIB, MAX_OBJECT_BYTES, MIB } from "../../core/parts";

const HISTORY: EnvelopeHistory = { failures: 1, eventTime: 1_000, firstSeen: 2_000, origin: "worker" };
const SIZES = { partSize: 128 * MIB, multipartThreshold: 256 * MIB };
const WHOLE = { v: 1, kind: "keys", ...HISTORY, keys: [{ key: "a", size: 3 }, { key: "b" }] };

describe("what is written is read back", () => {
  it.each([
    ["put-back", putBack([{ key: "a", size: 1 }, { key: "日本" }], HISTORY)],
    ["put-back with a sweep", putBack([{ key: "a" }], { ...HISTORY, sweep: true })],
    ["hand-off", handoff([{ key: "a" }, { key: "b" }], HISTORY)],
    ["hand-off of an upload", handoffUpload({ key: "a" }, HISTORY, { id: "u~1", fingerprint: "1;e;1;2;;d" })],
    ["list", listWork({ prefix: "p/", after: "p/a", until: "p/z" }, { ...HISTORY, origin: "backfill" })],
    ["list of everything", listWork({ prefix: "" }, { ...HISTORY, origin: "verify" })],
  ])("%s", (_, envelope) => {
    expect(parseEnvelope(JSON.parse(encodeEnvelope(envelope)))).toEqual(envelope);
  });
});

it("writes only what belongs to the format", () => {
  const sloppy = putBack([{ key: "a", size: 1, secret: 1 } as never], { ...HISTORY, other: 2 } as never);
  expect(encodeEnvelope(sloppy)).toBe(
    '{"v":1,"kind":"keys","failures":1,"eventTime":1000,"firstSeen":2000,"origin":"worker","keys":[{"key":"a","size":1}]}',
  );
});

it("takes every key once: the first entry wins", () => {
  const parsed = parseEnvelope({ ...WHOLE, keys: [{ key: "a", size: 1 }, { key: "b" }, { key: "a", size: 2 }] });
  expect(parsed.kind === "keys" && parsed.keys).toEqual([{ key: "a", size: 1 }, { key: "b" }]);
});

it("ignores fields it does not know, so that version 1 may grow", () => {
  expect(parseEnvelope({ ...WHOLE, later: true, upload: "only of hand-offs" })).toEqual(WHOLE);
});

it(`takes ${MAX_ENVELOPE_KEYS} keys and not one more`, () => {
  const keys = Array.from({ length: MAX_ENVELOPE_KEYS }, (_, index) => ({ key: String(index) }));
  expect(parseEnvelope({ ...WHOLE, keys }).kind).toBe("keys");
  expect(parseEnvelope({ ...WHOLE, keys: [...keys, { key: "x" }] })).toEqual({
    kind: "unknown",
    problem: "envelope: 10001 keys, at most 10000 are allowed",
  });
});

describe("refusals", () => {
  it.each([
    ["another kind", { kind: "purge" }, 'kind is "purge"'],
    ["no kind", { kind: undefined }, "kind is missing"],
    ["no keys", { keys: [] }, "keys is empty"],
    ["keys that are none", { keys: "a" }, 'keys is "a"'],
    ["a key that is a number", { keys: [{ key: 1 }] }, "keys[0].key is 1, not an object key"],
    ["an entry that is a string", { keys: ["a"] }, "keys[0].key is missing, not an object key"],
    [
      "a long key",
      { keys: [{ key: "a" }, { key: "b".repeat(1025) }] },
      "keys[1].key has 1025 bytes of UTF-8, keys have at most 1024",
    ],
    [
      "a negative size",
      { keys: [{ key: "a", size: -1 }] },
      `keys[0].size is -1, not a whole number from 0 to ${MAX_OBJECT_BYTES}`,
    ],
    ["negative failures", { failures: -1 }, "failures is -1, not a whole number from 0 to 1000000"],
    ["no failures", { failures: undefined }, "failures is missing, not a whole number from 0 to 1000000"],
    [
      "a time beyond dates",
      { eventTime: 1e16 },
      `eventTime is 10000000000000000, not a whole number from 0 to 8640000000000000`,
    ],
    ["a time as text", { firstSeen: "now" }, `firstSeen is "now", not a whole number from 0 to 8640000000000000`],
    ["another origin", { origin: "__proto__" }, 'origin is "__proto__"'],
    [
      "an upload beside two keys",
      { kind: "handoff", upload: { id: "u", fingerprint: "f" } },
      "upload beside 2 keys, it belongs to exactly one",
    ],
    [
      "an upload without id",
      { kind: "handoff", keys: [{ key: "a" }], upload: {} },
      "upload.id is missing, not 1 to 2048 printable characters",
    ],
    [
      "an upload id with a line break",
      { kind: "handoff", keys: [{ key: "a" }], upload: { id: "u\r\nx", fingerprint: "f" } },
      'upload.id is "u\\r\\nx", not 1 to 2048 printable characters',
    ],
    ["a list without range", { kind: "list" }, "range is missing"],
    ["a range without prefix", { kind: "list", range: {} }, "range.prefix is missing, not text"],
    ["a range end that is a number", { kind: "list", range: { prefix: "", until: 4 } }, "range.until is 4, not text"],
  ])("%s", (_, changes, problem) => {
    expect(parseEnvelope({ ...WHOLE, ...changes })).toEqual({ kind: "unknown", problem: `envelope: ${problem}` });
  });
});

describe("splitEnvelope", () => {
  const keysOf = (count: number, size?: number) =>
    Array.from({ length: count }, (_, index) => ({ key: `k${index}`, ...(size === undefined ? {} : { size }) }));

  it("cuts by number of keys", () => {
    const parts = splitEnvelope(putBack(keysOf(250), HISTORY), SIZES);
    expect(parts.map((part) => part.keys.length)).toEqual([100, 100, 50]);
    expect(parts.flatMap((part) => part.keys)).toEqual(keysOf(250));
  });

  it("cuts by planned copy requests: eight parts of 128 MiB each", () => {
    const parts = splitEnvelope(putBack(keysOf(10, GIB), HISTORY), SIZES, { ...DEFAULT_BATCH_LIMITS, maxRequests: 24 });
    expect(parts.map((part) => part.keys.length)).toEqual([3, 3, 3, 1]);
  });

  it("cuts by bytes", () => {
    const parts = splitEnvelope(putBack(keysOf(5, 200 * MIB), HISTORY), SIZES, {
      ...DEFAULT_BATCH_LIMITS,
      maxBytes: GIB / 2,
    });
    expect(parts.map((part) => part.keys.length)).toEqual([2, 2, 1]);
  });

  it("gives a key that exceeds every limit a message of its own", () => {
    const keys = [{ key: "small" }, { key: "huge", size: MAX_OBJECT_BYTES }, { key: "small too" }];
    const parts = splitEnvelope(putBack(keys, HISTORY), SIZES);
    expect(parts.map((part) => part.keys.map((entry) => entry.key))).toEqual([["small"], ["huge"], ["small too"]]);
  });

  it("cuts by the size of the text, escapes included", () => {
    const keys = Array.from({ length: 100 }, (_, index) => ({ key: `${index}${"\u0001".repeat(1000)}` }));
    const parts = splitEnvelope(handoff(keys, HISTORY), SIZES);
    for (const part of parts) expect(utf8Length(encodeEnvelope(part))).toBeLessThanOrEqual(MAX_ENVELOPE_BYTES);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.flatMap((part) => part.keys)).toEqual(keys);
  });

  it("makes nothing of nothing", () => {
    expect(splitEnvelope(putBack([], HISTORY), SIZES)).toEqual([]);
  });
});

it("the history of a live event begins without failures", () => {
  const event = { bucket: "b", key: "k", eventName: "ObjectCreated:Put", eventTime: 5 };
  expect(historyOf(event, 9)).toEqual({ failures: 0, eventTime: 5, firstSeen: 9, origin: "worker" });
});

it("merging keeps the oldest times and the most failures", () => {
  const other: EnvelopeHistory = { failures: 0, eventTime: 900, firstSeen: 2_500, origin: "worker" };
  const merged = { failures: 1, eventTime: 900, firstSeen: 2_000, origin: "worker" };
  expect(mergeHistory(HISTORY, other)).toEqual(merged);
  expect(mergeHistory(other, HISTORY)).toEqual(merged);
});

it("live beats bulk in merging, and how old the bulk work is does not count as a lag of the event", () => {
  const bulk: EnvelopeHistory = { failures: 0, eventTime: 900, firstSeen: 2_500, origin: "backfill" };
  const merged = { failures: 1, eventTime: 1_000, firstSeen: 2_000, origin: "worker" };
  expect(mergeHistory(HISTORY, bulk)).toEqual(merged);
  expect(mergeHistory(bulk, HISTORY)).toEqual(merged);
  const verify: EnvelopeHistory = { ...bulk, eventTime: 700, origin: "verify" };
  expect(mergeHistory(bulk, verify)).toMatchObject({ eventTime: 700, origin: "verify" });
});

it("one message that asks for a sweep is enough in merging", () => {
  const asking: EnvelopeHistory = { ...HISTORY, sweep: true };
  expect(mergeHistory(asking, HISTORY)).toEqual(asking);
  expect(mergeHistory(HISTORY, asking)).toEqual(asking);
  expect(mergeHistory(HISTORY, HISTORY)).toEqual(HISTORY);
});

it("only bulk work has a group", () => {
  expect(groupIdOf(putBack([{ key: "a" }], HISTORY))).toBeUndefined();
  expect(groupIdOf(putBack([{ key: "a" }], { ...HISTORY, origin: "backfill" }))).toBe("backfill");
});
