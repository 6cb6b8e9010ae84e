/** The whole worker over buckets and queues in memory: it does the work, leaves by itself, and lets go without loss. */
import { encodeEnvelope, listWork, putBack } from "../../core/envelope";
import { FINGERPRINT_KEY } from "../../core/fingerprint";
import type { EnvelopeHistory } from "../../core/messages";
import { sourceObject } from "../support/worker-buckets";
import { failure, hang, raise } from "../support/worker-fakes";
import { fingerprint } from "../support/worker-key";
import { beginRun as begin, eventOf, SECOND } from "../support/worker-run";

const HISTORY: EnvelopeHistory = { failures: 1, eventTime: 1_000, firstSeen: 2_000, origin: "worker" };

describe("a run", () => {
  it("syncs what there is, deletes every message, and leaves after three empty polls", async () => {
    const { clock, buckets, queue, dead, run, put } = begin();
    const keys = Array.from({ length: 19 }, (_, i) => `k${i}`);
    for (const key of keys) put(key);
    buckets.at.destination.set("gone", { kind: "object", size: 1, etag: "r", headers: {}, metadata: {} });
    queue.put(eventOf("gone"));
    const result = await clock.until(run());
    expect(result).toMatchObject({ exitCode: 0, reason: "idle" });
    expect(result.tally).toMatchObject({
      ...{ messages: 20, events: 20, copies: 19, bytesCopied: 190, deletes: 1 },
      ...{ restarts: 0, putBacks: 0, handoffs: 0, failed: 0, deadLetters: 0, leasesLost: 0 },
    });
    expect({ left: queue.left, sent: queue.sent, dead: dead.sent }).toEqual({ left: [], sent: [], dead: [] });
    expect([...buckets.at.destination.keys()].sort()).toEqual([...keys].sort());
    for (const key of keys) {
      const replica = buckets.at.destination.get(key);
      expect(replica?.metadata[FINGERPRINT_KEY]).toBe(fingerprint(sourceObject(`e-${key}`), key));
    }
    // Three requests per fresh object.
    expect(buckets.requests.filter((line) => line.includes("k7"))).toEqual([
      "HeadSource k7",
      "CopyObject k7 e-k7",
      "HeadSource k7",
    ]);
    expect(clock.now).toBe(60 * SECOND);
  });

  it("with nothing to do is over after three empty polls of both receivers, without a word", async () => {
    const { clock, log, run } = begin();
    await expect(clock.until(run())).resolves.toMatchObject({ exitCode: 0, reason: "idle" });
    expect({ now: clock.now, lines: log.lines }).toEqual({ now: 60 * SECOND, lines: [] });
  });

  it("ends when the queue is gone, and hands nothing off", async () => {
    const { clock, queue, run } = begin();
    queue.receive.once(() => raise(failure("QueueGone")));
    await expect(clock.until(run())).resolves.toMatchObject({ exitCode: 0, reason: "queue-gone" });
    expect(queue.sent).toEqual([]);
  });

  it("ends with 1 when it cannot receive for its whole budget", async () => {
    const { clock, queue, run } = begin();
    for (let i = 0; i < 500; i++) queue.receive.once(() => raise(failure("AccessDenied")));
    await expect(clock.until(run())).resolves.toMatchObject({ exitCode: 1, reason: "receive-failed" });
    expect(clock.now).toBeGreaterThan(300 * SECOND);
  });

  it("goes on receiving when only the deletes of finished messages stood in its way", async () => {
    const { clock, queue, run, put } = begin({ copyConcurrency: 1 });
    // Eight messages may be held per slot; all of them are done long before SQS takes their deletes.
    for (let i = 0; i < 12; i++) put(`k${i}`);
    for (let i = 0; i < 4; i++) queue.delete.once(() => raise(failure("Unavailable")));
    const result = await clock.until(run(), 600 * SECOND);
    expect(result).toMatchObject({ exitCode: 0, reason: "idle", tally: { copies: 12 } });
    expect(queue.left).toEqual([]);
  });

  it("asks again when the check of the source bucket fails: one lost answer is no trouble", async () => {
    const { clock, buckets, queue, run } = begin();
    queue.put(eventOf("gone"));
    buckets.once("HeadBucket", () => raise(failure("Connection")));
    const result = await clock.until(run());
    expect(result.tally).toMatchObject({ deletes: 1, breakerOpened: 0, failed: 0 });
    expect(queue.sent).toEqual([]);
  });

  it("does not delete a message it has lost, though the key is synced: whoever has it now looks for itself", async () => {
    const { clock, buckets, queue, run, put } = begin();
    put("k");
    const slowly = (seconds: number) => async (apply: () => unknown) => {
      await clock.sleep(seconds * SECOND);
      return apply();
    };
    buckets.once("HeadSource", slowly(14));
    buckets.once("CopyObject", slowly(25));
    buckets.once("HeadSource", slowly(14));
    // SQS disowns the receipt at the first heartbeat, after 40 s; the copy has been made by then.
    queue.changeVisibility.once(() => [failure("ReceiptInvalid")]);
    const result = await clock.until(run());
    expect(result).toMatchObject({ reason: "idle", tally: { messages: 1, copies: 1 } });
    expect({ synced: buckets.at.destination.has("k"), deletes: queue.delete.calls }).toEqual({
      synced: true,
      deletes: [],
    });
    expect(queue.left).toMatchObject([{ receives: 1 }]);
  });
});

describe("SIGTERM", () => {
  it("before anything began ends at once", async () => {
    const { clock, queue, stop, run } = begin();
    stop.abort();
    await expect(clock.until(run())).resolves.toMatchObject({ exitCode: 0, reason: "stopped" });
    expect([clock.now, queue.receive.calls.length]).toEqual([0, 0]);
  });

  it("hands waiting keys back at once with their counters, finishes what is in flight, and exits 0", async () => {
    const { clock, buckets, queue, stop, run, put, handedBack } = begin({ copyConcurrency: 1 });
    put("live-1");
    put("live-2");
    const bulk = ["a", "b", "c", "d"].map((key) => ({ key: `bulk-${key}` }));
    queue.put(encodeEnvelope(putBack(bulk, { ...HISTORY, origin: "backfill" })));
    for (const { key } of bulk) buckets.at.source.set(key, sourceObject("e"));
    // For the other receiver, which would take back what is handed back.
    put("live-2");
    buckets.always("CopyObject", async (apply) => {
      await clock.sleep(20 * SECOND);
      return apply();
    });
    const running = run();
    await clock.advance(5 * SECOND);
    stop.abort();
    await clock.advance(1 * SECOND);
    // Two keys were begun; one of them copies, the other waits for the slot and lets go.
    expect(handedBack()).toMatchObject([
      { kind: "handoff", failures: 1, eventTime: 1_000, firstSeen: 2_000, origin: "backfill", keys: bulk },
      { kind: "keys", failures: 0, keys: [{ key: "live-2", size: 10 }] },
    ]);
    expect(queue.sent.map(({ groupId }) => groupId)).toEqual(["backfill", undefined]);
    const result = await clock.until(running);
    expect(result).toMatchObject({ exitCode: 0, reason: "stopped", tally: { copies: 1, failed: 0, deadLetters: 0 } });
    expect(buckets.at.destination.has("live-1")).toBe(true);
    expect(queue.left.map(({ receives }) => receives)).toEqual([0, 0]);
    expect(clock.now).toBeLessThan(40 * SECOND);
  });

  it("past the drain budget puts back what is still in flight, for as long as it may land", async () => {
    const { clock, buckets, queue, stop, run, put, handedBack } = begin();
    put("k", "l");
    buckets.always("CopyObject", () => hang());
    const running = run();
    await clock.advance(2 * SECOND);
    stop.abort();
    const stoppedAt = clock.now;
    const result = await clock.until(running);
    expect(result).toMatchObject({ exitCode: 0, reason: "stopped", tally: { handoffs: 2, copies: 0 } });
    // An answer is awaited for 30 s, then the key stops: 30 s of its bound are left.
    expect(handedBack()).toMatchObject([
      { keys: [{ key: "k" }], failures: 0 },
      { keys: [{ key: "l" }], failures: 0 },
    ]);
    expect(queue.sent.map(({ delaySeconds }) => delaySeconds)).toEqual([31, 31]);
    expect(queue.left).toHaveLength(2);
    expect(clock.now - stoppedAt).toBeLessThanOrEqual(90 * SECOND + 1 * SECOND);
  });

  it("with a drain budget shorter than the answer takes abandons it", async () => {
    const { clock, buckets, queue, stop, run, put } = begin({ drainSeconds: 5 });
    put("k");
    buckets.always("CopyObject", () => hang());
    const running = run();
    await clock.advance(2 * SECOND);
    stop.abort();
    await clock.until(running);
    // A second for receives under way, five to drain; the copy may land a minute after it was sent.
    expect(queue.sent.map(({ delaySeconds }) => delaySeconds)).toEqual([53]);
    expect(clock.now).toBeLessThan(9 * SECOND);
  });

  it("leaves waiting keys to their lease when SQS does not take the hand-back", async () => {
    const { clock, buckets, queue, stop, run, put } = begin({ copyConcurrency: 1 });
    put("a", "b", "c", "d");
    buckets.always("CopyObject", () => hang());
    const running = run();
    await clock.advance(2 * SECOND);
    for (let i = 0; i < 100; i++) queue.send.once(() => raise(failure("Unavailable")));
    stop.abort();
    await clock.until(running);
    expect(queue.left).toMatchObject([{ receives: 1 }]);
    // Never given back early: a copy of the same message was in flight.
    expect(queue.changeVisibility.calls.flatMap(([entries]) => entries).filter((e) => e.timeoutSeconds === 0)).toEqual(
      [],
    );
  });

  it("keeps a waiting message when SQS does not take its hand-back", async () => {
    const { clock, buckets, queue, stop, run, put } = begin({ copyConcurrency: 1, drainSeconds: 5 });
    for (const key of ["begun-1", "begun-2", "waiting"]) put(key);
    buckets.always("CopyObject", () => hang());
    const running = run();
    await clock.advance(2 * SECOND);
    for (let i = 0; i < 100; i++) queue.send.once(() => raise(failure("Unavailable")));
    stop.abort();
    await clock.until(running);
    expect({ left: queue.left.length, deletes: queue.delete.calls }).toEqual({ left: 3, deletes: [] });
  });

  it("carries the receives before this one, which ended with a worker, and not this one", async () => {
    const { clock, buckets, queue, stop, run, put, handedBack } = begin({ copyConcurrency: 1 });
    for (const key of ["begun-1", "begun-2"]) put(key);
    queue.put(encodeEnvelope(putBack([{ key: "waiting" }], { ...HISTORY, origin: "verify" })), 1);
    put("begun-2");
    buckets.always("CopyObject", () => hang());
    const running = run();
    await clock.advance(2 * SECOND);
    stop.abort();
    await clock.until(running);
    expect(handedBack()[0]).toMatchObject({ keys: [{ key: "waiting" }], failures: 1 + 1, origin: "verify" });
  });
});

describe("what is asked for", () => {
  /** Messages asked for by each receive so far, in their order. */
  const asked = (queue: ReturnType<typeof begin>["queue"]) => queue.receive.calls.map(([max]) => max);

  it("is a whole batch's worth of messages as long as nothing is known, and ten once the queue gives what it is asked for", async () => {
    const { clock, queue, run, put } = begin({ copyConcurrency: 256 });
    for (let i = 0; i < 40; i++) put(`k${i}`);
    await clock.until(run());
    expect(asked(queue).slice(0, 4)).toEqual([3, 3, 10, 10]);
    // Nothing came: what comes next is not known again.
    expect(asked(queue).slice(-2)).toEqual([3, 3]);
  });

  it("is less from a range on, for batches follow it", async () => {
    const { clock, queue, run, put } = begin({ copyConcurrency: 256 });
    for (let i = 0; i < 5; i++) put(`k${i}`);
    queue.put(encodeEnvelope(listWork({ prefix: "" }, { ...HISTORY, origin: "backfill" })));
    await clock.until(run());
    // The sixth message is the range; nothing but single events has told what a message asks for.
    expect(asked(queue).slice(0, 4)).toEqual([3, 3, 3, 3]);
  });
});

describe("what is held", () => {
  it("is bounded: a hot key does not take its whole queue into one worker", async () => {
    const { clock, buckets, queue, run, put } = begin({ copyConcurrency: 1 });
    for (let i = 0; i < 60; i++) put("hot");
    buckets.once("CopyObject", async (apply) => {
      await clock.sleep(20 * SECOND);
      return apply();
    });
    const running = run();
    await clock.advance(10 * SECOND);
    expect(queue.left.filter(({ receives }) => receives > 0)).toHaveLength(8);
    await expect(clock.until(running)).resolves.toMatchObject({ reason: "idle", tally: { messages: 60 } });
    expect(queue.left).toEqual([]);
  });

  it("does not grow while the breaker is open", async () => {
    const { clock, buckets, queue, run, put } = begin();
    for (let i = 0; i < 100; i++) put(`k${i}`);
    buckets.always("CopyObject", () => raise(failure("AccessDenied")));
    await clock.until(run());
    // What the receivers had taken while the first copies were begun, before one of them failed.
    expect(queue.left.filter(({ body }) => body.includes("Records"))).toHaveLength(100 - 26);
  });
});

describe("systemic failure", () => {
  it("for longer than the budget exits 1 with every message handed back and nothing dead-lettered", async () => {
    const { clock, buckets, queue, dead, run, put, log } = begin();
    for (let i = 0; i < 5; i++) put(`k${i}`);
    buckets.always("CopyObject", () => raise(failure("AccessDenied")));
    const result = await clock.until(run());
    expect(result).toMatchObject({
      exitCode: 1,
      reason: "breaker",
      tally: { breakerOpened: 1, deadLetters: 0, failed: 0, handoffs: 5 },
    });
    expect(dead.sent).toEqual([]);
    expect(
      queue.left.map(({ receives, body }) => [receives, (JSON.parse(body) as { failures: number }).failures]),
    ).toEqual(Array(5).fill([0, 0]));
    expect(log.of("breaker-budget-spent")).toHaveLength(1);
    expect(clock.now).toBeLessThan(320 * SECOND);
  });

  it("that ends in time costs nothing: what was held is synced", async () => {
    const { clock, buckets, queue, run, put } = begin();
    for (let i = 0; i < 5; i++) put(`k${i}`);
    buckets.always("CopyObject", (apply) => (clock.now < 100 * SECOND ? raise(failure("Session")) : apply()));
    const result = await clock.until(run());
    expect(result).toMatchObject({
      exitCode: 0,
      reason: "idle",
      tally: { copies: 5, breakerOpened: 1, failed: 0, putBacks: 0, deadLetters: 0, messages: 5 },
    });
    expect([queue.left, queue.sent]).toEqual([[], []]);
  });

  it("of the only key there is: another one is taken to judge by, and shows that the trouble is the key's own", async () => {
    const { clock, buckets, queue, run, put } = begin();
    put("denied");
    buckets.always("CopyObject", (apply) =>
      buckets.requests.at(-1)?.includes("denied") ? raise(failure("AccessDenied")) : apply(),
    );
    const running = run();
    await clock.advance(5 * SECOND);
    put("fine");
    await clock.advance(25 * SECOND);
    expect(buckets.at.destination.has("fine")).toBe(true);
    expect(queue.sent.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      { keys: [{ key: "denied" }], failures: 1 },
    ]);
    await clock.until(running);
  });

  it("a missing source bucket deletes nothing", async () => {
    const { clock, buckets, queue, dead, run } = begin();
    const replica = { kind: "object", size: 1, etag: "r", headers: {}, metadata: {} } as const;
    buckets.at.destination.set("k", replica);
    buckets.bucketExists = false;
    queue.put(eventOf("k"));
    await expect(clock.until(run())).resolves.toMatchObject({ exitCode: 1, reason: "breaker" });
    expect([buckets.sent("DeleteObject"), buckets.at.destination.get("k"), dead.sent]).toEqual([[], replica, []]);
    expect(queue.left).toHaveLength(1);
  });
});
