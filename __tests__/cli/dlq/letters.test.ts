/** What a dead letter says, how letters are grouped and picked, and what each becomes when it is redriven. */
import fc from "fast-check";
import type { ReceivedLetter } from "../../../aws/operator/dead-letters";
import { groupsOf, isSelected } from "../../../cli/dlq/groups";
import { readLetter } from "../../../cli/dlq/letter";
import { redriveOf } from "../../../cli/dlq/redrive";
import { encodeEnvelope, handoffUpload, listWork, parseEnvelope, putBack } from "../../../core/envelope";
import { syncError } from "../../../core/errors";
import { deadLetterOf } from "../../../worker/dead-letter";
import { objectKey } from "../../core/arbitraries";

const history = { failures: 4, eventTime: 1_700_000_000_000, firstSeen: 1_700_000_100_000, origin: "worker" } as const;
const EVENT = JSON.stringify({
  Records: [
    {
      eventVersion: "2.1",
      eventSource: "aws:s3",
      eventName: "ObjectCreated:Put",
      eventTime: "2026-11-01T00:00:00.000Z",
      s3: { bucket: { name: "b" }, object: { key: "a+b%2Fc", size: 1 } },
    },
  ],
});

function received(changes: Partial<ReceivedLetter> = {}): ReceivedLetter {
  const base = {
    messageId: "m",
    receiptHandle: "r",
    body: EVENT,
    attributes: {},
    receives: 1,
    sentAt: 5,
    movedBySqs: false,
  };
  return { ...base, ...changes };
}

const refused = syncError({
  code: "KeyRefused",
  operation: "CopyObject",
  effect: "none",
  message: "too long",
  awsName: "KeyTooLongError",
});

it("reads back what the worker wrote on it", () => {
  const about = { key: "k", fingerprint: undefined };
  const { body, attributes = {} } = deadLetterOf(encodeEnvelope(putBack([{ key: "k" }], history)), refused, about);
  expect(readLetter(received({ body, attributes }))).toMatchObject({
    reason: "KeyRefused",
    why: "CopyObject: too long",
    advice: "The destination refuses this key. Rename the object at the source.",
    keys: ["k"],
  });
});

it.each([
  ["longer than an attribute", "k".repeat(1_024)],
  ["with characters an attribute does not take", "a\u0001b\uffff"],
])("a key %s is read in full", (_, key) => {
  const { body, attributes = {} } = deadLetterOf(encodeEnvelope(putBack([{ key }], history)), refused, {
    key,
    fingerprint: undefined,
  });
  expect(attributes["Key"]).not.toBe(key);
  const letter = readLetter(received({ body, attributes }));
  expect(letter.keys).toEqual([key]);
  expect(isSelected(letter, { key })).toBe(true);
});

it("an error without a known code is grouped by its name", () => {
  const error = syncError({ ...refused, message: "odd", code: "Unknown", awsName: "MessageNotUnderstood" });
  const { body, attributes = {} } = deadLetterOf("{", error, undefined);
  expect(readLetter(received({ body, attributes }))).toMatchObject({ reason: "MessageNotUnderstood", keys: [] });
});

it("what SQS moved itself has no reason; its keys are those of the body", () => {
  expect(readLetter(received({ movedBySqs: true, receives: 4 }))).toMatchObject({
    reason: "no-reason-recorded",
    why: "no reason recorded, 4 receives: a worker died holding it",
    keys: ["a b/c"],
  });
  expect(readLetter(received({ body: "{" }))).toMatchObject({ reason: "unknown-sender", keys: [] });
});

it("groups: the largest first, a few keys as examples, the oldest letter", () => {
  const letter = (reason: string, key: string, sentAt: number) => ({
    ...readLetter(received({ sentAt })),
    reason,
    keys: [key],
    advice: `do ${reason}`,
  });
  const letters = ["d", "b", "a", "c", "a"].map((key, index) => letter("Few", key, 10 - index));
  expect(groupsOf([letter("One", "z", 1), ...letters, letter("Another", "y", 2)])).toEqual([
    { reason: "Few", letters: 5, keys: ["a", "b", "c"], moreKeys: 1, oldestSentAt: 6, advice: "do Few" },
    { reason: "Another", letters: 1, keys: ["y"], moreKeys: 0, oldestSentAt: 2, advice: "do Another" },
    { reason: "One", letters: 1, keys: ["z"], moreKeys: 0, oldestSentAt: 1, advice: "do One" },
  ]);
});

it.each([
  [{}, true],
  [{ reason: "R" }, true],
  [{ reason: "S" }, false],
  [{ key: "a" }, true],
  [{ key: "b" }, false],
  [{ reason: "R", key: "a" }, true],
  [{ reason: "S", key: "a" }, false],
])("%j selects a letter of reason R about key a: %s", (selection, selected) => {
  expect(isSelected({ reason: "R", keys: ["a"] }, selection)).toBe(selected);
});

const upload = { id: "u", fingerprint: "1;e;2;3;;d" };

it.each([
  ["S3's own event", EVENT, { body: EVENT }],
  ["a test event", '{"Event":"s3:TestEvent"}', { body: '{"Event":"s3:TestEvent"}' }],
  [
    "a key put back",
    encodeEnvelope(putBack([{ key: "k" }], history)),
    { body: encodeEnvelope(putBack([{ key: "k" }], { ...history, failures: 0 })) },
  ],
  [
    "a hand-off keeps its upload",
    encodeEnvelope(handoffUpload({ key: "k" }, history, upload)),
    { body: encodeEnvelope(handoffUpload({ key: "k" }, { ...history, failures: 0 }, upload)) },
  ],
  [
    "a listing of a backfill stays in its group",
    encodeEnvelope(listWork({ prefix: "a/" }, { ...history, origin: "backfill" })),
    {
      body: encodeEnvelope(listWork({ prefix: "a/" }, { ...history, failures: 0, origin: "backfill" })),
      groupId: "backfill",
    },
  ],
])("redrives %s", (_, body, message) => {
  expect(redriveOf(readLetter(received({ body })))).toEqual({ kind: "send", message });
});

it("asks for a sweep of what SQS moved: the workers that died with it may have left uploads open", () => {
  const body = encodeEnvelope(putBack([{ key: "k" }], { ...history, origin: "backfill" }));
  expect(redriveOf(readLetter(received({ body, movedBySqs: true })))).toEqual({
    kind: "send",
    message: {
      body: encodeEnvelope(putBack([{ key: "k" }], { ...history, failures: 0, origin: "backfill", sweep: true })),
      groupId: "backfill",
    },
  });
});

it("keeps the sweep that a worker asked for", () => {
  const body = encodeEnvelope(putBack([{ key: "k" }], { ...history, sweep: true }));
  expect(redriveOf(readLetter(received({ body })))).toEqual({
    kind: "send",
    message: { body: encodeEnvelope(putBack([{ key: "k" }], { ...history, failures: 0, sweep: true })) },
  });
});

it.each([
  ['{"v":2,"kind":"keys"}', "written by a newer version (v 2): update the workers first"],
  ["{", 'not a JSON object: "{"'],
])("refuses %s", (body, why) => {
  expect(redriveOf(readLetter(received({ body })))).toEqual({ kind: "refuse", why });
});

it("any envelope comes back the same but for its failures", () => {
  const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
  const histories = fc.record({
    failures: fc.integer({ min: 0, max: 1_000 }),
    eventTime: time,
    firstSeen: time,
    origin: fc.constantFrom("backfill", "verify", "worker"),
  });
  const keys = fc.uniqueArray(objectKey, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(keys, histories, (names, any) => {
      const envelope = putBack(
        names.map((key) => ({ key })),
        any,
      );
      const plan = redriveOf(readLetter(received({ body: encodeEnvelope(envelope) })));
      const body = plan.kind === "send" ? plan.message.body : "";
      expect(parseEnvelope(JSON.parse(body))).toEqual({ ...envelope, failures: 0 });
    }),
  );
});
