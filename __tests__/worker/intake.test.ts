/** From a message to work or to its end: messages are untrusted, and none ends without a reason. */
import { encodeEnvelope, handoffUpload, listWork, parseEnvelope, putBack } from "../../core/envelope";
import type { EnvelopeHistory, ListEnvelope } from "../../core/messages";
import type { OutgoingMessage } from "../../core/ports";
import { makeInbox } from "../../worker/inbox";
import { makeIntake } from "../../worker/intake";
import type { Lease, Leases } from "../../worker/leases";
import type { Outbox } from "../../worker/outbox";
import { makeTally } from "../../worker/tally";
import { makeClock, WALL_START_MS } from "../support/worker-clock";
import { makeRecordedLog, message, NO_METRICS, scripted } from "../support/worker-fakes";

const EVENT_TIME = Date.parse("2025-12-31T23:59:00.000Z");
const HISTORY: EnvelopeHistory = { failures: 1, eventTime: 1_000, firstSeen: 2_000, origin: "worker" };

function record(key: string, overrides: { bucket?: string; size?: number; time?: string } = {}): object {
  return {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    eventName: "ObjectCreated:Put",
    eventTime: overrides.time ?? "2025-12-31T23:59:00.000Z",
    s3: {
      bucket: { name: overrides.bucket ?? "src" },
      object: { key, ...(overrides.size === undefined ? {} : { size: overrides.size }) },
    },
  };
}

const notification = (...records: object[]): string => JSON.stringify({ Records: records });

function begin(prefix = "in/") {
  const log = makeRecordedLog();
  const tally = makeTally();
  const inbox = makeInbox({ partSize: 1, multipartThreshold: 1 }, 4);
  const acknowledged: Lease[] = [];
  const letGo: Lease[] = [];
  const send = scripted((_: OutgoingMessage) => true);
  const deadLetter = scripted((_: OutgoingMessage) => true);
  const outbox: Outbox = {
    acknowledge: async (lease) => void acknowledged.push(lease),
    send,
    deadLetter,
    drained: async () => undefined,
    pending: 0,
  };
  const hidden: number[] = [];
  const leases = {
    letGo: (lease: Lease) => void letGo.push(lease),
    ensure: async (_: Lease[], ms: number) => hidden.push(ms) > 0,
  } as unknown as Leases;
  const config = { sourceBucket: "src", prefix };
  const ranges: [Lease, ListEnvelope][] = [];
  const waits: number[] = [];
  const lister = {
    take: (lease: Lease, envelope: ListEnvelope) => void ranges.push([lease, envelope]),
    keysCame: (keys: number, ms: number) => void waits.push(ms * keys),
  };
  const intake = makeIntake({
    config,
    inbox,
    lister,
    outbox,
    leases,
    clock: makeClock(),
    log,
    tally,
    metrics: NO_METRICS,
  });
  async function take(body: string, receiveCount = 1): Promise<Lease> {
    const lease: Lease = {
      message: message("m", { receiveCount }),
      receivedAtMs: 0,
      held: true,
      lasts: true,
      deadlineMs: 120_000,
    };
    await intake(lease, body);
    return lease;
  }
  const waiting = () => inbox.takeAllWaiting();
  return { log, tally, take, waiting, ranges, waits, acknowledged, letGo, hidden, send, deadLetter };
}

describe("S3 events", () => {
  it("become work on their key, with the times that the sync lag needs", async () => {
    const { take, waiting, acknowledged, tally } = begin();
    const lease = await take(notification(record("in/a+b", { size: 7 })));
    const [task] = waiting();
    expect(task).toMatchObject({ key: "in/a b", size: 7, mustLook: false, suspectUploads: false, uploads: [] });
    expect([...task!.deliveries]).toEqual([
      {
        lease,
        keys: new Set(["in/a b"]),
        history: { failures: 0, eventTime: EVENT_TIME, firstSeen: WALL_START_MS, origin: "worker" },
      },
    ]);
    expect([acknowledged.length, tally.totals.messages, tally.totals.events]).toEqual([0, 1, 1]);
  });

  it("of one key in one message are one piece of work", async () => {
    const { take, waiting } = begin();
    const early = record("in/k", { time: "2025-12-31T23:00:00.000Z", size: 1 });
    await take(notification(record("in/k", { size: 2 }), early, record("in/l")));
    const tasks = waiting();
    expect(tasks.map(({ key }) => key)).toEqual(["in/k", "in/l"]);
    expect([...tasks[0]!.deliveries][0]!.history.eventTime).toBe(EVENT_TIME - 59 * 60_000);
  });

  it("delivered again: look first, and suspect uploads of a worker that died", async () => {
    const { take, waiting } = begin();
    await take(notification(record("in/k")), 2);
    expect(waiting()[0]).toMatchObject({ mustLook: true, suspectUploads: true });
  });

  it.each([
    ["another bucket", record("in/k", { bucket: "foreign" }), "other-bucket"],
    ["a key outside the prefix", record("out/k"), "outside-prefix"],
    ["a key that only begins alike", record("in"), "outside-prefix"],
  ])("from %s are counted, logged and acknowledged", async (_, event, reason) => {
    const { take, waiting, acknowledged, log, tally } = begin();
    const lease = await take(notification(event));
    expect({ acknowledged, work: waiting(), ignored: tally.totals.ignored }).toEqual({
      acknowledged: [lease],
      work: [],
      ignored: 1,
    });
    expect(log.of("event-ignored")).toMatchObject([{ reason }]);
  });

  it("for us beside events for others: only ours become work, and the message is kept for them", async () => {
    const { take, waiting, acknowledged } = begin();
    await take(notification(record("in/k", { bucket: "foreign" }), record("in/mine"), record("out/k")));
    expect(waiting().map(({ key }) => key)).toEqual(["in/mine"]);
    expect(acknowledged).toEqual([]);
  });
});

it("S3's test event is acknowledged", async () => {
  const { take, waiting, acknowledged } = begin();
  const lease = await take(JSON.stringify({ Event: "s3:TestEvent", Bucket: "src" }));
  expect({ acknowledged, work: waiting() }).toEqual({ acknowledged: [lease], work: [] });
});

it("how long keys of a backfill were in the queue is told, of a first receive only", async () => {
  const { take, waits } = begin();
  const bulk = { ...HISTORY, origin: "backfill" } as const;
  await take(encodeEnvelope(putBack([{ key: "in/a" }], bulk)));
  await take(encodeEnvelope(putBack([{ key: "in/b" }], bulk)), 2);
  await take(encodeEnvelope(putBack([{ key: "in/c" }], HISTORY)));
  await take(notification(record("in/d")));
  // The message of these tests was sent at 0.
  expect(waits).toEqual([WALL_START_MS]);
});

it("a range to list is the lister's, message and all", async () => {
  const { take, waiting, ranges, acknowledged } = begin();
  const envelope = listWork({ prefix: "in/" }, { ...HISTORY, origin: "backfill" }, false);
  const lease = await take(encodeEnvelope(envelope));
  expect({ ranges, acknowledged, work: waiting() }).toEqual({
    ranges: [[lease, envelope]],
    acknowledged: [],
    work: [],
  });
});

describe("what this worker cannot do is left for a newer one", () => {
  it.each([["an envelope of another version", JSON.stringify({ v: 2, anything: true })]])("%s", async (_, body) => {
    const { take, waiting, acknowledged, letGo, hidden, deadLetter } = begin();
    const lease = await take(body);
    // Out of sight for an hour: three receives in a row would dead-letter it before a newer worker is there.
    expect({ letGo, hidden, acknowledged, work: waiting(), dead: deadLetter.calls }).toEqual({
      letGo: [lease],
      hidden: [3_600_000],
      acknowledged: [],
      work: [],
      dead: [],
    });
  });
});

describe("what nobody will ever understand", () => {
  it("goes to the dead-letter queue with its reason, then ends", async () => {
    const { take, acknowledged, deadLetter, tally, log } = begin();
    const lease = await take("<html>");
    expect(deadLetter.calls).toEqual([
      [
        {
          body: "<html>",
          attributes: {
            ErrorName: "MessageNotUnderstood",
            ErrorCode: "Unknown",
            ErrorMessage: 'ReceiveMessage: not a JSON object: "<html>"',
            Advice: "Look at the body: somebody else sends to this queue.",
          },
        },
      ],
    ]);
    expect({ acknowledged, deadLetters: tally.totals.deadLetters }).toEqual({ acknowledged: [lease], deadLetters: 1 });
    expect(log.of("message-not-understood")).toHaveLength(1);
  });

  it("is kept when the dead-letter queue does not take it", async () => {
    const { take, acknowledged, letGo, deadLetter } = begin();
    deadLetter.once(() => false);
    const lease = await take("{}");
    expect({ acknowledged, letGo }).toEqual({ acknowledged: [], letGo: [lease] });
  });
});

describe("our envelopes", () => {
  it.each([
    ["a put-back of ours", "worker" as const, 1, 0, { mustLook: true, suspectUploads: true }],
    ["a backfill", "backfill" as const, 1, 0, { mustLook: true, suspectUploads: false }],
    ["a backfill, delivered again", "backfill" as const, 2, 0, { mustLook: true, suspectUploads: true }],
    ["a backfill that failed before", "backfill" as const, 1, 1, { mustLook: true, suspectUploads: true }],
    ["a backfill that asks for a sweep", "backfill" as const, 1, 0, { mustLook: true, suspectUploads: true }, true],
  ])("%s", async (_, origin, receiveCount, failures, expected, sweep = false) => {
    const { take, waiting } = begin();
    const history = { ...HISTORY, origin, failures, ...(sweep ? { sweep: true as const } : {}) };
    await take(encodeEnvelope(putBack([{ key: "in/k", size: 3 }], history)), receiveCount);
    const [task] = waiting();
    expect(task).toMatchObject({ key: "in/k", size: 3, uploads: [], ...expected });
    expect([...task!.deliveries][0]!.history).toMatchObject(history);
  });

  it("of bulk work wait for live ones", async () => {
    const { take, waiting } = begin();
    await take(encodeEnvelope(putBack([{ key: "in/bulk" }], { ...HISTORY, origin: "verify" })));
    await take(encodeEnvelope(putBack([{ key: "in/live" }], HISTORY)));
    expect(waiting().map(({ key }) => key)).toEqual(["in/live", "in/bulk"]);
  });

  it("hand an upload on", async () => {
    const { take, waiting } = begin();
    const upload = { id: "u", fingerprint: "f" };
    await take(encodeEnvelope(handoffUpload({ key: "in/k" }, HISTORY, upload)));
    expect(waiting()[0]!.uploads).toEqual([upload]);
  });

  it("forged for a key outside the prefix touch nothing", async () => {
    const { take, waiting, acknowledged, send, deadLetter } = begin();
    const lease = await take(encodeEnvelope(handoffUpload({ key: "secret" }, HISTORY, { id: "u", fingerprint: "f" })));
    expect({ acknowledged, work: waiting(), sent: [...send.calls, ...deadLetter.calls] }).toEqual({
      acknowledged: [lease],
      work: [],
      sent: [],
    });
  });

  it("keep their keys inside the prefix and lose the others", async () => {
    const { take, waiting, tally } = begin();
    await take(encodeEnvelope(putBack([{ key: "in/a" }, { key: "out/b" }, { key: "in/c" }], HISTORY)));
    expect(waiting().map(({ key }) => key)).toEqual(["in/a", "in/c"]);
    expect(tally.totals.ignored).toBe(1);
  });
});

describe("a batch that came back", () => {
  const batch = (origin: EnvelopeHistory["origin"]): string =>
    encodeEnvelope(putBack([{ key: "in/a", size: 1 }, { key: "out/b" }, { key: "in/c" }], { ...HISTORY, origin }));

  it("is split: every key gets a message of its own that carries the receives", async () => {
    const { take, waiting, acknowledged, send } = begin();
    const lease = await take(batch("backfill"), 3);
    const envelopes = send.calls.map(([{ body }]) => parseEnvelope(JSON.parse(body)));
    const history = { failures: 1 + 2, eventTime: 1_000, firstSeen: 2_000, origin: "backfill" };
    expect(envelopes).toEqual([
      { v: 1, kind: "keys", ...history, keys: [{ key: "in/a", size: 1 }] },
      { v: 1, kind: "keys", ...history, keys: [{ key: "in/c" }] },
    ]);
    expect(send.calls.map(([{ groupId, delaySeconds }]) => [groupId, delaySeconds])).toEqual([
      ["backfill", undefined],
      ["backfill", undefined],
    ]);
    expect({ acknowledged, work: waiting() }).toEqual({ acknowledged: [lease], work: [] });
  });

  it("of live work gets no tenant", async () => {
    const { take, send } = begin();
    await take(batch("worker"), 2);
    expect(send.calls.map(([sent]) => "groupId" in sent)).toEqual([false, false]);
  });

  it("is kept when one of the new messages was not taken", async () => {
    const { take, acknowledged, letGo, send } = begin();
    send.once(() => false);
    const lease = await take(batch("worker"), 2);
    expect({ acknowledged, letGo, sent: send.calls.length }).toEqual({ acknowledged: [], letGo: [lease], sent: 2 });
  });

  it("of one key that is ours is not split", async () => {
    const { take, waiting, send } = begin("in/a");
    await take(batch("worker"), 2);
    expect({ keys: waiting().map(({ key }) => key), sent: send.calls.length }).toEqual({ keys: ["in/a"], sent: 0 });
  });
});
