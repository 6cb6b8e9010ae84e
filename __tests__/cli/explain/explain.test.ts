/** explain without a process: the history out of log lines, the sentences, and sides that cannot be looked at. */
import { explain, type ExplainDeps } from "../../../cli/explain/gather";
import { historyOf } from "../../../cli/explain/history";
import { answerOf, explanationLines } from "../../../cli/explain/show";
import { lastText, messageText, whatWouldHappen } from "../../../cli/explain/words";
import { type Line, readLine } from "../../../cli/logs/line";
import { decide, type Decision } from "../../../core/decide";
import { DEFAULTS } from "../../../core/env";
import { syncError } from "../../../core/errors";
import { fingerprintOf, FINGERPRINT_KEY } from "../../../core/fingerprint";
import { GIB, MAX_OBJECT_BYTES } from "../../../core/parts";
import { ABSENT, type DestinationObject, type SourceObject } from "../../../core/state";

const never = new AbortController().signal;
const digest = (text: string): string => `d${text.length}`;
const SOURCE: SourceObject = {
  kind: "object",
  etag: "abc",
  size: 10,
  lastModified: 1_767_225_600,
  headers: { "content-type": "text/csv" },
  metadata: { a: "1" },
};
const FINGERPRINT = fingerprintOf(SOURCE, { bucket: "src", key: "k" }, digest);
const replica = (fingerprint: string | undefined): DestinationObject => ({
  kind: "object",
  etag: "r",
  size: 10,
  headers: {},
  metadata: fingerprint === undefined ? {} : { [FINGERPRINT_KEY]: fingerprint },
});

const line = (at: number, event: string, fields: object = {}): Line =>
  readLine({
    id: String(at),
    at,
    stream: "worker/worker/1",
    message: JSON.stringify({ event, worker: "w1234567890", key: "k", ...fields }),
  });

const deps = (change: Partial<ExplainDeps> = {}): ExplainDeps => ({
  source: { name: "src", head: async () => SOURCE, exists: async () => true },
  destination: { head: async () => replica(FINGERPRINT), listUploads: async () => [] },
  digest,
  prefix: "",
  sizes: async () => DEFAULTS,
  log: async () => [],
  ...change,
});

describe("history", () => {
  test.each([
    ["synced", {}, "none", "none since that"],
    ["unsyncable", { code: "ArchivedObject" }, "dead", 'it is among the dead letters: dlq show "k"'],
    ["dead-lettered", {}, "dead", 'it is among the dead letters: dlq show "k"'],
    ["failed-put-back", { putBackAfterSeconds: 90 }, "waiting", "one comes back, 2 min after that"],
    ["unstable", { putBackAfterSeconds: 5 }, "waiting", "one comes back, 5 s after that"],
    ["handed-off", {}, "waiting", "one comes back"],
    ["let-go", {}, "waiting", "one comes back"],
    ["left-to-its-lease", {}, "waiting", "one comes back"],
  ])("%s", (event, fields, holding, text) => {
    const history = historyOf([line(1, "copy-started"), line(2, event, fields)]);
    expect(history).toMatchObject({
      lines: 2,
      holding,
      last: { at: 2, event, worker: "w1234567890" },
      doing: undefined,
    });
    expect(messageText(history, "k", 3)).toBe(text);
  });

  test("what came after the last conclusion is what a worker is at", () => {
    const history = historyOf([line(1_000, "synced"), line(2_000, "copy-started"), line(3_000, "restart")]);
    expect(history).toMatchObject({
      holding: "held",
      last: { event: "synced" },
      doing: { at: 3_000, event: "restart" },
    });
    expect(messageText(history, "k", 63_000)).toBe("worker w1234567 is at it, or died: restart 1 min ago");
  });

  test("nothing known", () => {
    const history = historyOf([]);
    expect(history).toEqual({ lines: 0, last: undefined, holding: "none", doing: undefined });
    expect(messageText(history, "k", 0)).toBe("no worker has received one");
  });

  test("the last decision in a sentence", () => {
    const fields = {
      action: "copy",
      reason: "source-changed",
      messages: 2,
      lagSeconds: 1.7,
      error: "CopyObject: refused",
    };
    expect(lastText(historyOf([line(0, "failed-put-back", fields)]).last!, 180_000)).toBe(
      "failed and put back 3 min ago by worker w1234567: copy (source-changed), 2 messages, 1.7 s after the event, CopyObject: refused",
    );
    expect(lastText(historyOf([line(0, "synced")]).last!, 5_000)).toBe("synced 5 s ago by worker w1234567, 1 message");
  });
});

describe("what would happen", () => {
  const of = (source: Parameters<typeof decide>[0], there?: Parameters<typeof decide>[2]): string =>
    whatWouldHappen(decide(source, FINGERPRINT, there, DEFAULTS));
  test.each<readonly [string, string]>([
    [of(ABSENT, ABSENT), "nothing: the key exists on neither side"],
    [of(SOURCE, replica(FINGERPRINT)), "nothing: the replica carries the fingerprint of the source as it is now"],
    [of(ABSENT, replica(FINGERPRINT)), "the replica is deleted: the source has no such object"],
    [of(SOURCE, ABSENT), "10 B are copied by one request, because the destination has no such object"],
    [
      of(SOURCE, replica("1;x;1;1;;d")),
      "10 B are copied by one request, because the replica is of another source state",
    ],
    [
      of(SOURCE, replica(undefined)),
      "10 B are copied by one request, because nothing proves what the destination's object is a copy of",
    ],
    [
      of({ ...SOURCE, size: GIB }, ABSENT),
      "1.0 GiB are copied in 8 parts of 128 MiB, because the destination has no such object",
    ],
    [
      of({ ...SOURCE, archived: true }, ABSENT),
      "the key goes to the dead letters: the source object is archived (restore it, and its event syncs it)",
    ],
    [
      of({ ...SOURCE, size: MAX_OBJECT_BYTES + 1 }, ABSENT),
      "the key goes to the dead letters: the object is larger than S3 can copy",
    ],
  ])("%s", (said, expected) => {
    expect(said).toBe(expected);
  });

  test("a replica with another checksum is copied again", () => {
    const checksum = (value: string) => ({ checksum: { algorithm: "CRC32", value } as const });
    const decision: Decision = decide(
      { ...SOURCE, ...checksum("a") },
      FINGERPRINT,
      { ...replica(FINGERPRINT), ...checksum("b") },
      DEFAULTS,
    );
    expect(whatWouldHappen(decision)).toBe(
      "10 B are copied by one request, because the replica's checksum is another one",
    );
  });
});

const SHOWN = { now: 0, since: "24h", prefix: "" };

test("equal: the whole text", async () => {
  const found = await explain(deps(), "k", never);
  expect(found).toMatchObject({ equal: true, underPrefix: true, fingerprint: FINGERPRINT, carried: FINGERPRINT });
  expect(explanationLines(found, SHOWN)).toEqual([
    '"k" is equal.',
    "",
    "source         10 B, ETag abc, changed 2026-01-01 00:00 UTC, text/csv, 1 metadata entry",
    "destination    10 B, ETag r (random in a directory bucket)",
    "fingerprint    of the source as it is now",
    "open uploads   none",
    "last decision  none in the log of the last 24h (--since goes back further)",
    "message        no worker has received one",
    "next           nothing: the replica carries the fingerprint of the source as it is now",
  ]);
});

test.each([
  [undefined, "none: the object was not written by a worker, or its metadata left no room for one"],
  ["9;future", "of another version, which proves nothing: 9;future"],
  ["1;old;5;1767225600;;d", "of another source state: ETag old, 5 B, changed 2026-01-01 00:00 UTC"],
])("a replica with the fingerprint %s", async (carried, text) => {
  const destination = { head: async () => replica(carried), listUploads: async () => ["u1"] };
  const found = await explain(deps({ destination }), "k", never);
  expect(answerOf(found)).toBe('"k" is not equal.');
  const lines = explanationLines(found, SHOWN);
  expect(lines).toContain(`fingerprint    ${text}`);
  expect(lines.find((one) => one.startsWith("open uploads"))).toContain("1: a copy in parts is under way");
});

test("a side that cannot be looked at is told, and equality is not claimed", async () => {
  const refused = syncError({
    code: "CustomerKeyRequired",
    operation: "HeadObject",
    effect: "none",
    message: "SSE-C.",
  });
  const source = { ...deps().source, head: () => Promise.reject(refused) };
  const log = () => Promise.reject(Object.assign(new Error("no group"), { name: "ResourceNotFoundException" }));
  const found = await explain(deps({ source, log }), "k", never);
  expect(found).toMatchObject({ equal: undefined, decision: undefined, source: { kind: "unseen" } });
  const lines = explanationLines(found, SHOWN);
  expect(lines[0]).toBe('"k": it cannot be told whether both sides are equal.');
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^source +could not be looked at: HeadObject: SSE-C\. The source object is encrypted/),
      expect.stringMatching(/^log +could not be looked at: no group\. The log group does not exist: no worker has run/),
    ]),
  );
});

test("outside the prefix: nothing is its work", async () => {
  const found = await explain(deps({ prefix: "a/" }), "k", never);
  const lines = explanationLines(found, { ...SHOWN, prefix: "a/" });
  expect(lines[1]).toBe('The key is outside the prefix "a/": this system does not sync it.');
  expect(lines.at(-1)).toBe('next           nothing: only keys that begin with "a/" are its work');
});

test("absent means nothing in a bucket that does not exist", async () => {
  const source = { name: "src", head: async () => ABSENT, exists: async () => false };
  await expect(explain(deps({ source }), "k", never)).rejects.toThrow("The source bucket src does not exist");
});
