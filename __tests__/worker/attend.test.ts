/** From the first look at a key to the end of its messages (rules 3 and 5 to 8). */
import { FINGERPRINT_KEY } from "../../core/fingerprint";
import { MIB } from "../../core/parts";
import { beginAttend } from "../support/worker-attend";
import { sourceObject } from "../support/worker-buckets";
import { failure, hang, raise, watch } from "../support/worker-fakes";
import { fingerprint, KEY } from "../support/worker-key";

const SECOND = 1000;
const v1 = sourceObject("v1");
const v2 = sourceObject("v2", { lastModified: 1_700_000_009 });
const large = sourceObject("large", { size: 20 * MIB });

type World = ReturnType<typeof beginAttend>;

const mark = (world: World) => world.buckets.at.destination.get(KEY)?.metadata[FINGERPRINT_KEY];
const lost = (): never => raise(failure("Connection", "unknown"));

describe("a clean pass", () => {
  it("acknowledges every message it covers, and nothing is left", async () => {
    const world = beginAttend();
    world.buckets.at.source.set(KEY, v1);
    world.deliver("a");
    world.deliver("b");
    await world.clock.until(world.begin());
    expect({ acknowledged: world.acknowledged, size: world.inbox.size, sent: world.send.calls }).toEqual({
      acknowledged: ["a at 0", "b at 0"],
      size: 0,
      sent: [],
    });
    expect(world.log.of("synced")).toEqual([
      { key: KEY, action: "copy", reason: "not-compared", bytes: 10, messages: 2, lagSeconds: 5 },
    ]);
  });

  it("does not acknowledge a message that joined while it ran: another pass does, which looks at both sides", async () => {
    const world = beginAttend();
    world.buckets.at.source.set(KEY, v1);
    world.deliver("a");
    const acknowledgedBefore: string[][] = [];
    world.buckets.once("CopyObject", (apply) => {
      world.deliver("b");
      return apply();
    });
    world.buckets.once("HeadSource", (apply) => apply());
    world.buckets.once("HeadSource", (apply) => apply());
    world.buckets.once("HeadSource", (apply) => {
      acknowledgedBefore.push([...world.acknowledged]);
      return apply();
    });
    await world.clock.until(world.begin());
    expect(acknowledgedBefore).toEqual([["a at 0"]]);
    expect(world.acknowledged).toEqual(["a at 0", "b at 0"]);
    expect(world.buckets.requests.map((line) => line.split(" ")[0])).toEqual([
      "HeadSource",
      "CopyObject",
      "HeadSource",
      "HeadSource",
      "HeadDestination",
      "HeadSource",
    ]);
  });

  it("does not trust what it knew: another worker may have written the key since, and left", async () => {
    const world = beginAttend();
    world.deliver("removed");
    world.buckets.once("DeleteObject", (apply) => {
      world.deliver("removed again");
      return apply();
    });
    // Between the two passes another worker copies a new object, which is then deleted at the source.
    world.buckets.once("HeadSource", (apply) => apply());
    world.buckets.once("HeadSource", (apply) => {
      const seen = apply();
      world.buckets.at.destination.set(KEY, { kind: "object", size: 1, etag: "r", headers: {}, metadata: {} });
      return seen;
    });
    await world.clock.until(world.begin());
    expect(world.buckets.at.destination.has(KEY)).toBe(false);
    expect(world.acknowledged).toHaveLength(2);
  });

  it("a message that joined and comes from a worker that died makes it look at the destination", async () => {
    const world = beginAttend();
    world.buckets.at.source.set(KEY, v1);
    world.deliver("a");
    world.buckets.once("CopyObject", (apply) => {
      world.deliver("b", { mustLook: true, receiveCount: 2 });
      return apply();
    });
    await world.clock.until(world.begin());
    expect(world.buckets.sent("HeadDestination")).toHaveLength(1);
  });

  it("keeps a message of several keys until each is done", async () => {
    const world = beginAttend();
    world.deliver("batch", { keys: [KEY, "dir/l"] });
    await world.clock.until(world.begin());
    expect(world.acknowledged).toEqual([]);
    await world.clock.until(world.begin());
    expect(world.acknowledged).toEqual(["batch at 0"]);
  });
});

describe("a write without an answer (rule 3)", () => {
  it("is waited out, then both sides are looked at again; only then is the message acknowledged", async () => {
    const world = beginAttend();
    world.buckets.at.source.set(KEY, v1);
    world.deliver("a");
    // The first attempt lands late, over a newer copy.
    world.buckets.once("CopyObject", lost);
    const ending = world.begin();
    await world.clock.advance(30 * SECOND);
    expect([world.acknowledged, mark(world)]).toEqual([[], fingerprint(v1)]);
    world.buckets.at.destination.set(KEY, { kind: "object", size: 10, etag: "late", headers: {}, metadata: {} });
    await world.clock.until(ending);
    expect([world.acknowledged, mark(world)]).toEqual([["a at 60.001"], fingerprint(v1)]);
    expect(world.log.of("unsettled")).toMatchObject([{ key: KEY, waitSeconds: 60 }]);
    expect(world.buckets.requests.slice(-4).map((line) => line.split(" ")[0])).toEqual([
      "HeadSource",
      "HeadDestination",
      "CopyObject",
      "HeadSource",
    ]);
    world.end();
  });

  it("that stops the worker is put back for as long as it may land (rule 6)", async () => {
    const world = beginAttend();
    world.buckets.at.source.set(KEY, v1);
    world.deliver("a", { history: { failures: 1 }, receiveCount: 2 });
    world.buckets.once("CopyObject", lost);
    const ending = world.begin();
    await world.clock.advance(10 * SECOND);
    world.stopping.abort();
    await world.clock.until(ending);
    expect(world.putBacks()).toMatchObject([
      { kind: "keys", keys: [{ key: KEY }], failures: 1 + 2 - 1, delaySeconds: 51 },
    ]);
    expect(world.acknowledged).toEqual(["a at 10"]);
    world.end();
  });

  it("and in flight when the drain budget ends, too", async () => {
    const world = beginAttend();
    world.buckets.at.source.set(KEY, v1);
    world.deliver("a");
    world.buckets.always("CopyObject", () => hang());
    const ending = world.begin();
    await world.clock.advance(20 * SECOND);
    world.stopping.abort();
    await world.clock.settle();
    expect(world.send.calls).toEqual([]);
    world.abandon.abort();
    await world.clock.until(ending);
    expect(world.putBacks()).toMatchObject([{ delaySeconds: 41, failures: 0 }]);
    world.end();
  });
});

describe("a verdict about the key", () => {
  it("is dead-lettered at once, with its reason and fresh counters; then the messages end", async () => {
    const world = beginAttend();
    world.buckets.at.source.set(KEY, { ...v1, archived: true });
    world.deliver("a", { history: { failures: 2 } });
    await world.clock.until(world.begin());
    const [[letter]] = world.deadLetter.calls as [[{ body: string; attributes: Record<string, string> }]];
    expect(JSON.parse(letter.body)).toMatchObject({ kind: "keys", failures: 0, keys: [{ key: KEY }] });
    expect(letter.attributes).toMatchObject({ ErrorCode: "ArchivedObject", Key: KEY });
    expect({ acknowledged: world.acknowledged, open: world.breaker.isOpen }).toEqual({
      acknowledged: ["a at 0"],
      open: false,
    });
  });

  it("names the state of the source that was refused: the newest, and none where it could not be looked at", async () => {
    const letterOf = async (world: World): Promise<unknown> => {
      world.deliver("a");
      await world.clock.until(world.begin());
      return world.deadLetter.calls[0]?.[0].attributes?.["Fingerprint"];
    };
    const changing = beginAttend();
    changing.buckets.at.source.set(KEY, v1);
    changing.buckets.once("CopyObject", () => {
      changing.buckets.at.source.set(KEY, v2);
      return raise(failure("PreconditionFailed"));
    });
    changing.buckets.once("CopyObject", () => raise(failure("KeyRefused")));
    expect(await letterOf(changing)).toBe(fingerprint(v2));
    const unseen = beginAttend();
    unseen.buckets.at.source.set(KEY, v1);
    unseen.buckets.once("CopyObject", () => raise(failure("PreconditionFailed")));
    unseen.buckets.once("HeadSource", (apply) => apply());
    unseen.buckets.once("HeadSource", () => raise(failure("CustomerKeyRequired")));
    expect(await letterOf(unseen)).toBeUndefined();
    expect(unseen.deadLetter.calls).toHaveLength(1);
  });

  it("keeps the message when the dead-letter queue does not take it", async () => {
    const world = beginAttend();
    world.buckets.at.source.set(KEY, { ...v1, archived: true });
    const lease = world.deliver("a");
    world.deadLetter.once(() => false);
    await world.clock.until(world.begin());
    expect([world.acknowledged, lease.held, world.inbox.size]).toEqual([[], false, 0]);
  });
});

describe("a failure", () => {
  it.each([
    ["first receive, no failure", 0, 1, 1],
    ["second receive", 0, 2, 2],
    ["one failure carried", 1, 1, 2],
  ])("while other keys succeed is put back and counted (rule 7): %s", async (_, failures, receiveCount, carried) => {
    const world = beginAttend();
    world.deliver("a", { history: { failures, origin: "backfill" }, receiveCount });
    world.buckets.always("HeadSource", () => raise(failure("AccessDenied")));
    world.breaker.succeeded("other");
    await world.clock.until(world.begin());
    const [putBack] = world.putBacks();
    expect(putBack).toMatchObject({ failures: carried, origin: "backfill", groupId: "backfill" });
    expect(world.tally.totals).toMatchObject({ failed: 1, putBacks: 1, deadLetters: 0 });
    // 30 s, doubled per count; 0.75 of it by the fixed random.
    expect(putBack!.delaySeconds).toBe(Math.ceil(0.75 * 30 * 2 ** (failures + receiveCount - 1)));
    expect(world.acknowledged).toEqual(["a at 0"]);
  });

  it.each([
    ["by receives", 0, 3],
    ["by failures carried", 2, 1],
  ])("that was the last allowed one is dead-lettered: %s", async (_, failures, receiveCount) => {
    const world = beginAttend();
    world.deliver("a", { history: { failures }, receiveCount });
    world.buckets.always("HeadSource", () => raise(failure("AccessDenied")));
    world.breaker.succeeded("other");
    await world.clock.until(world.begin());
    expect(world.deadLetter.calls[0]?.[0].attributes).toMatchObject({ ErrorCode: "AccessDenied" });
    expect(world.tally.totals).toMatchObject({ failed: 1, putBacks: 0, deadLetters: 1 });
    expect([world.send.calls, world.acknowledged]).toEqual([[], ["a at 0"]]);
  });

  it("while nothing succeeds is held under heartbeat, tried again, and costs no counter", async () => {
    const world = beginAttend();
    world.buckets.at.source.set(KEY, v1);
    world.deliver("a", { receiveCount: 3 });
    let left = 4;
    world.buckets.always("HeadSource", (apply) => (left-- > 0 ? raise(failure("AccessDenied")) : apply()));
    await world.clock.until(world.begin());
    expect({ now: world.clock.now, acknowledged: world.acknowledged }).toEqual({
      now: (1 + 2 + 4 + 8) * SECOND,
      acknowledged: ["a at 15"],
    });
    // What a failed pass has done is not known: the next one looks.
    expect(world.buckets.sent("HeadDestination")).toHaveLength(1);
    expect([world.send.calls, world.deadLetter.calls]).toEqual([[], []]);
    world.end();
  });

  it("of the worst message decides for all that wait for the key", async () => {
    const world = beginAttend();
    world.deliver("a", { history: { failures: 0, eventTime: 5, origin: "backfill" } });
    world.deliver("b", { history: { failures: 1, eventTime: 9, firstSeen: 3 } });
    world.buckets.always("HeadSource", () => raise(failure("AccessDenied")));
    world.breaker.succeeded("other");
    await world.clock.until(world.begin());
    expect(world.putBacks()).toMatchObject([{ failures: 2, eventTime: 9, firstSeen: 3, origin: "worker" }]);
    expect(world.acknowledged).toEqual(["a at 0", "b at 0"]);
  });
});

it("a key that keeps changing is put back, uncounted, and the message ends", async () => {
  const world = beginAttend();
  let n = 0;
  world.buckets.always("HeadSource", () => sourceObject(`v${++n}`));
  world.buckets.always("CopyObject", () => ({}));
  world.deliver("a", { history: { failures: 1 }, receiveCount: 2 });
  await world.clock.until(world.begin());
  expect(world.putBacks()).toMatchObject([{ failures: 2, delaySeconds: 90 }]);
  expect(world.tally.totals).toMatchObject({ unstable: 1, failed: 0 });
  world.end();
});

it("a key that S3 throttles for longer than one call is tried is held, and neither counted nor put back", async () => {
  const world = beginAttend();
  world.buckets.at.source.set(KEY, v1);
  world.deliver("a", { receiveCount: 3 });
  world.breaker.succeeded("another key");
  for (let attempt = 0; attempt < 15; attempt++) world.buckets.once("CopyObject", () => raise(failure("Throttled")));
  await world.clock.until(world.begin());
  expect(world.buckets.sent("CopyObject")).toHaveLength(16);
  expect([world.acknowledged.length, world.send.calls, world.deadLetter.calls]).toEqual([1, [], []]);
  expect(world.tally.totals).toMatchObject({ failed: 0, putBacks: 0, deadLetters: 0, throttles: 15 });
  world.end();
});

describe("a put-back that SQS does not take", () => {
  it("leaves the message to its lease", async () => {
    const world = beginAttend();
    const lease = world.deliver("a");
    world.send.once(() => false);
    world.stopping.abort();
    await world.clock.until(world.begin());
    expect([world.acknowledged, lease.held, world.inbox.size]).toEqual([[], false, 0]);
  });
});

describe("a lost lease (rule 5)", () => {
  it("sends no write afterwards, deletes nothing, and puts nothing back when nothing was written", async () => {
    const world = beginAttend();
    world.buckets.at.source.set(KEY, v1);
    const lease = world.deliver("a");
    world.buckets.once("HeadSource", (apply) => {
      world.leases.letGo(lease);
      return apply();
    });
    await world.clock.until(world.begin());
    expect([world.buckets.sent("CopyObject"), world.acknowledged, world.send.calls, world.inbox.size]).toEqual([
      [],
      [],
      [],
      0,
    ]);
    world.end();
  });

  it("after a write of unknown outcome puts the key back until it has landed", async () => {
    const world = beginAttend();
    world.buckets.at.source.set(KEY, v1);
    world.deliver("a");
    world.buckets.once("CopyObject", lost);
    const ending = world.begin();
    await world.clock.advance(39 * SECOND);
    world.changeVisibility.once(() => [failure("ReceiptInvalid")]);
    await world.clock.advance(1 * SECOND);
    await world.clock.until(ending);
    expect(world.putBacks()).toMatchObject([{ failures: 0, delaySeconds: 21 }]);
    expect(world.acknowledged).toEqual(["a at 40 (not held)"]);
    world.end();
  });

  it("of one of two messages changes nothing for the other", async () => {
    const world = beginAttend();
    world.buckets.at.source.set(KEY, v1);
    const [a] = [world.deliver("a"), world.deliver("b")];
    world.leases.letGo(a);
    await world.clock.until(world.begin());
    expect(world.acknowledged).toEqual(["a at 0 (not held)", "b at 0"]);
    expect(mark(world)).toBe(fingerprint(v1));
  });

  it("of a key that waits for its turn to probe leaves the turn to the next", async () => {
    const world = beginAttend();
    world.buckets.at.source.set("dir/l", v1);
    const gone = world.deliver("gone");
    world.deliver("other", { keys: ["dir/l"] });
    world.breaker.failed("x", failure("AccessDenied"));
    // Lost while it waited in the inbox: nobody interrupts what has not begun.
    world.leases.letGo(gone);
    const ends = [watch(world.begin()), watch(world.begin())];
    await world.clock.advance(10 * SECOND);
    expect({
      ends: ends.map(({ state }) => state),
      acknowledged: world.acknowledged,
      open: world.breaker.isOpen,
    }).toEqual({ ends: ["resolved", "resolved"], acknowledged: ["other at 3"], open: false });
    world.end();
  });
});

describe("a multipart copy (rule 8)", () => {
  const handedOff = (world: World): void => {
    world.buckets.at.uploads.set("theirs", { key: KEY, content: { headers: {}, metadata: {} }, parts: new Map() });
  };

  it("that is interrupted is handed on with its upload", async () => {
    const world = beginAttend();
    world.buckets.at.source.set(KEY, large);
    world.deliver("a");
    world.buckets.always("CopyPart", (apply) => {
      world.stopping.abort();
      return apply();
    });
    world.buckets.once("CopyPart", () => raise(failure("Throttled")));
    await world.clock.until(world.begin());
    const [id] = world.buckets.at.uploads.keys();
    expect(world.putBacks()).toMatchObject([
      { kind: "handoff", failures: 0, delaySeconds: 0, upload: { id, fingerprint: fingerprint(large) } },
    ]);
    expect(world.buckets.sent("AbortUpload")).toEqual([]);
    world.end();
  });

  it("that is interrupted when the queue is gone is aborted", async () => {
    const world = beginAttend({ queueExists: false });
    world.buckets.at.source.set(KEY, large);
    world.deliver("a");
    world.send.once(() => false);
    world.buckets.once("CopyPart", () => {
      world.stopping.abort();
      return raise(failure("Throttled"));
    });
    await world.clock.until(world.begin());
    expect([world.buckets.at.uploads.size, world.acknowledged]).toEqual([0, []]);
    world.end();
  });

  it("other uploads of a suspect key are aborted once, not on a restart, and not the one handed to us", async () => {
    const world = beginAttend();
    world.buckets.at.source.set(KEY, v1);
    handedOff(world);
    world.buckets.at.uploads.set("left", { key: KEY, content: { headers: {}, metadata: {} }, parts: new Map() });
    world.deliver("a", { suspectUploads: true, upload: { id: "theirs", fingerprint: "other" } });
    world.buckets.once("CopyObject", (apply) => {
      world.buckets.at.source.set(KEY, v2);
      world.deliver("b");
      return apply();
    });
    await world.clock.until(world.begin());
    expect(world.buckets.sent("ListUploads")).toHaveLength(1);
    // The one handed to us is only aborted once it is clear that one request is enough.
    expect(world.buckets.sent("AbortUpload")).toEqual(["AbortUpload left", "AbortUpload theirs"]);
    expect(world.log.of("uploads-aborted")).toEqual([{ key: KEY, uploads: 1, why: "left by a worker that died" }]);
  });

  it("an upload whose id was never learned is looked for after the copy", async () => {
    const world = beginAttend();
    world.buckets.at.source.set(KEY, large);
    world.deliver("a");
    world.buckets.once("CreateUpload", (apply) => {
      apply();
      return lost();
    });
    await world.clock.until(world.begin());
    expect([world.buckets.at.uploads.size, world.buckets.sent("AbortUpload").length]).toEqual([0, 1]);
    expect(mark(world)).toBe(fingerprint(large));
  });

  it("an upload that cannot be aborted now is handed on", async () => {
    const world = beginAttend();
    world.buckets.at.source.set(KEY, { ...v1, archived: true });
    handedOff(world);
    world.deliver("a", { mustLook: true, upload: { id: "theirs", fingerprint: "other" } });
    world.buckets.always("AbortUpload", () => raise(failure("AccessDenied")));
    world.breaker.succeeded("other");
    await world.clock.until(world.begin());
    expect(world.send.calls).toHaveLength(1);
    expect(world.putBacks()).toMatchObject([{ kind: "handoff", upload: { id: "theirs" } }]);
  });
});
