/** explain without a process: the history out of log lines, the sentences, and sides that cannot be looked at. */
import { explain, type ExplainDeps } from "../../../cli/explain/gather";
import { historyOf } from "../../../cli/explain/history";
import { answerOf, explanationLines } from "../../../cli/explain/show";
import type { KeyLetters } from "../../../cli/explain/letters";
import { lastText, lettersText, messageText, whatWouldHappen } from "../../../cli/explain/words";
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

const NO_LETTERS: KeyLetters = { reasons: [], looked: 0, whole: true, hidden: 0 };
const ONE_LETTER: KeyLetters = {
  reasons: [{ reason: "KeyRefused", letters: 1, oldestSentAt: 0, advice: "Rename it." }],
  looked: 7,
  whole: true,
  hidden: 0,
};
const span = (now: number) => ({ now, since: "24h" });

const deps = (change: Partial<ExplainDeps> = {}): ExplainDeps => ({
  source: { name: "src", head: async () => SOURCE, exists: async () => true },
  destination: { head: async () => replica(FINGERPRINT), listUploads: async () => [] },
  digest,
  prefix: "",
  sizes: async () => DEFAULTS,
  log: async () => [],
  letters: async () => NO_LETTERS,
  ...change,
});

describe("history", () => {
  test.each([
    ["synced", {}, "none", "none since that in the fleet's log"],
    ["unsyncable", { code: "ArchivedObject" }, "dead", "it went to the dead letters"],
    ["dead-lettered", {}, "dead", "it went to the dead letters"],
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
    expect(messageText(history, undefined, span(3))).toBe(text);
  });

  test("what came after the last conclusion is what a worker is at", () => {
    const history = historyOf([line(1_000, "synced"), line(2_000, "copy-started"), line(3_000, "restart")]);
    expect(history).toMatchObject({
      holding: "held",
      last: { event: "synced" },
      doing: { at: 3_000, event: "restart" },
    });
    expect(messageText(history, undefined, span(63_000))).toBe("worker w1234567 is at it, or died: restart 1 min ago");
  });

  test("nothing known", () => {
    const history = historyOf([]);
    expect(history).toEqual({ lines: 0, last: undefined, holding: "none", doing: undefined });
    expect(messageText(history, NO_LETTERS, span(0))).toBe("no worker of the fleet has logged it in the last 24h");
  });

  test.each<readonly [string, KeyLetters | undefined, string]>([
    ["it is there", ONE_LETTER, "it is among the dead letters"],
    ["nobody could look", undefined, "it went to the dead letters"],
    ["not all was seen", { ...NO_LETTERS, looked: 1_000, whole: false }, "it went to the dead letters"],
    ["somebody else holds letters", { ...NO_LETTERS, looked: 2, hidden: 1 }, "it went to the dead letters"],
    [
      "others are there",
      { ...NO_LETTERS, looked: 2 },
      "it went to the dead letters, and is not there now: redriven or purged since",
    ],
    [
      "the queue counts none",
      NO_LETTERS,
      "it went to the dead letters, whose queue counts none now: redriven or purged since, or not counted yet",
    ],
  ])("dead by the log; %s", (_, letters, text) => {
    expect(messageText(historyOf([line(1, "unsyncable")]), letters, span(2))).toBe(text);
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

describe("dead letters", () => {
  const two = { reason: "AccessDenied", letters: 2, oldestSentAt: 60_000, advice: "" };
  test.each<readonly [KeyLetters, string]>([
    [NO_LETTERS, "none"],
    [{ ...NO_LETTERS, looked: 7 }, "none"],
    [
      { ...NO_LETTERS, looked: 1_000, whole: false },
      'none seen; only 1,000 letters looked at: dlq show "k" --limit 100000 sees more',
    ],
    [{ ...NO_LETTERS, hidden: 1 }, "none; 1 letter not seen: held by somebody who looks into the queue"],
    [ONE_LETTER, '1 letter (KeyRefused), sent 2 min ago: dlq show "k"; once the cause is gone: dlq redrive --key "k"'],
    [
      { reasons: [two, ...ONE_LETTER.reasons], looked: 1_000, whole: false, hidden: 2 },
      '3 letters (2 AccessDenied, 1 KeyRefused), the oldest sent 2 min ago: dlq show "k"; once the cause is gone: dlq redrive --key "k"; ' +
        'only 1,000 letters looked at: dlq show "k" --limit 100000 sees more; 2 letters not seen: held by somebody who looks into the queue',
    ],
  ])("%j", (letters, text) => {
    expect(lettersText(letters, "k", 120_000)).toBe(text);
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
    "last decision  none in the fleet's log of the last 24h; copied all the same, by someone whose log is not here: `work`, a line still on its way, or before that (--since goes back further)",
    "message        no worker of the fleet has logged it in the last 24h",
    "dead letters   none",
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

/** The row of that name, or undefined. */
const rowOf = (lines: readonly string[], name: string): string | undefined =>
  lines.find((one) => one.startsWith(`${name} `))?.slice("last decision  ".length);

const CHANGED_AT = SOURCE.lastModified * 1000;
const SINCE = "; copied since, by someone whose log is not here: `work`, or a line still on its way";

test.each<readonly [string, readonly Line[], string | undefined, string]>([
  ["an older decision", [line(CHANGED_AT - 1, "unsyncable")], FINGERPRINT, SINCE],
  ["a decision that may be the copy's", [line(CHANGED_AT, "failed-put-back")], FINGERPRINT, ""],
  ["an older decision, and a worker at it", [line(1, "synced"), line(2, "copy-started")], FINGERPRINT, ""],
  ["a replica of another state", [line(1, "synced")], "1;old;5;1767225600;;d", ""],
  ["a replica without a fingerprint", [line(1, "synced")], undefined, ""],
])("who made the replica, after %s", async (_, log, carried, text) => {
  const destination = { head: async () => replica(carried), listUploads: async () => [] };
  const found = await explain(deps({ destination, log: async () => log }), "k", never);
  const row = rowOf(explanationLines(found, SHOWN), "last decision")!;
  expect(row.replace(/^.*, 1 message/, "")).toBe(text);
});

test("without a line and without a proof nothing is said of a copy", async () => {
  const destination = { head: async () => replica(undefined), listUploads: async () => [] };
  const found = await explain(deps({ destination }), "k", never);
  expect(rowOf(explanationLines(found, SHOWN), "last decision")).toBe(
    "none in the fleet's log of the last 24h (--since goes back further)",
  );
});

test("a letter that no worker of the fleet wrote is told, with its advice", async () => {
  const found = await explain(deps({ letters: async () => ONE_LETTER }), "k", never);
  expect(found.deadLetters).toEqual(ONE_LETTER);
  const lines = explanationLines(found, { ...SHOWN, now: 5_000 });
  expect(rowOf(lines, "dead letters")).toMatch(/^1 letter \(KeyRefused\), sent 5 s ago: /);
  expect(rowOf(lines, "advice")).toBe("Rename it.");
});

test("the log's advice comes before a letter's", async () => {
  const log = async () => [line(1, "unsyncable", { advice: "Restore it." })];
  const found = await explain(deps({ log, letters: async () => ONE_LETTER }), "k", never);
  expect(rowOf(explanationLines(found, SHOWN), "advice")).toBe("Restore it.");
});

test("dead letters that cannot be looked at are told; those that are not to be are not asked for", async () => {
  const denied = Object.assign(new Error("Access to the resource is denied."), { name: "AccessDeniedException" });
  const unseen = await explain(deps({ letters: () => Promise.reject(denied) }), "k", never);
  expect(unseen).toMatchObject({ equal: true, deadLetters: { kind: "unseen" } });
  expect(rowOf(explanationLines(unseen, SHOWN), "dead letters")).toMatch(
    /^could not be looked at: Access to the resource is denied\. These credentials may not make this call: .*operatorPolicy/,
  );
  const unasked = await explain(deps({ letters: undefined }), "k", never);
  expect(rowOf(explanationLines(unasked, SHOWN), "dead letters")).toBe("not looked at: --no-dead-letters");
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
