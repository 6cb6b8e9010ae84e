/** The outbox: what is batched, what is repeated, and what is never deleted (rule 5). */
import type { EntryResults, OutgoingMessage } from "../../core/ports";
import { makeCondition } from "../../worker/condition";
import { type Lease, makeLeases } from "../../worker/leases";
import { makeOutbox } from "../../worker/outbox";
import { makeClock } from "../support/worker-clock";
import { failure, hang, makeRecordedLog, message, raise, scripted, watch } from "../support/worker-fakes";
import type { VisibilityChange } from "../../core/ports";

const SECOND = 1000;

function begin() {
  const clock = makeClock();
  const log = makeRecordedLog();
  const changed = makeCondition();
  const succeed = (items: readonly unknown[]): EntryResults => items.map(() => undefined);
  const changeVisibility = scripted((entries: readonly VisibilityChange[]): EntryResults => succeed(entries));
  const leases = makeLeases({
    queue: { changeVisibility },
    clock,
    log,
    visibilityTimeoutSeconds: 120,
    onLost: () => undefined,
    onExhausted: () => undefined,
  });
  const deletes = scripted((receipts: readonly string[]): EntryResults => succeed(receipts));
  const sends = scripted((messages: readonly OutgoingMessage[]): EntryResults => succeed(messages));
  const deadSends = scripted((messages: readonly OutgoingMessage[]): EntryResults => succeed(messages));
  const outbox = makeOutbox({
    queue: { delete: deletes, send: sends },
    deadLetters: { send: deadSends },
    leases,
    clock,
    random: () => 0.5,
    log,
    changed,
  });
  const add = (id: string, agoMs = 0): Lease => leases.add(message(id), clock.monotonicMs() - agoMs);
  const deletedBatches = (): (readonly string[])[] => deletes.calls.map(([receipts]) => receipts);
  return { clock, log, changed, leases, outbox, deletes, sends, deadSends, changeVisibility, add, deletedBatches };
}

describe("deletes", () => {
  it("wait 200 ms for company", async () => {
    const { clock, outbox, add, deletedBatches } = begin();
    const [a, b] = [add("a"), add("b")];
    add("worked on");
    const done = watch(outbox.acknowledge(a));
    await clock.advance(100);
    void outbox.acknowledge(b);
    await clock.advance(99);
    expect(deletedBatches()).toEqual([]);
    await clock.advance(1);
    expect({ batches: deletedBatches(), done: done.state }).toEqual({
      batches: [["receipt-a", "receipt-b"]],
      done: "resolved",
    });
  });

  it("wait 50 ms when no other message is held", async () => {
    const { clock, outbox, add, deletedBatches } = begin();
    void outbox.acknowledge(add("a"));
    await clock.advance(49);
    expect(deletedBatches()).toEqual([]);
    await clock.advance(1);
    expect(deletedBatches()).toEqual([["receipt-a"]]);
  });

  it("wait 50 ms more when the last message joins those that waited already", async () => {
    const { clock, outbox, add, deletedBatches } = begin();
    const [a, b] = [add("a"), add("b")];
    void outbox.acknowledge(a);
    await clock.advance(60);
    void outbox.acknowledge(b);
    await clock.advance(49);
    expect(deletedBatches()).toEqual([]);
    await clock.advance(1);
    expect(deletedBatches()).toEqual([["receipt-a", "receipt-b"]]);
  });

  it("never wait longer because another message came", async () => {
    const { clock, outbox, add, deletedBatches } = begin();
    void outbox.acknowledge(add("a"));
    await clock.advance(20);
    const other = add("other");
    void outbox.acknowledge(add("b"));
    await clock.advance(30);
    expect(deletedBatches()).toEqual([["receipt-a", "receipt-b"]]);
    void outbox.acknowledge(other);
    await clock.advance(50);
    expect(deletedBatches()).toHaveLength(2);
  });

  it("go out ten at a time, as soon as ten wait", async () => {
    const { clock, outbox, add, deletedBatches, leases } = begin();
    for (let i = 0; i < 23; i++) void outbox.acknowledge(add(`m${i}`));
    await clock.settle();
    expect(deletedBatches().map((batch) => batch.length)).toEqual([10, 10]);
    await clock.advance(200);
    expect(deletedBatches().map((batch) => batch.length)).toEqual([10, 10, 3]);
    expect({ count: leases.count, pending: outbox.pending }).toEqual({ count: 0, pending: 0 });
  });

  it("repeat only the entries that failed", async () => {
    const { clock, outbox, deletes, add, deletedBatches } = begin();
    deletes.once(() => [undefined, failure("Unavailable"), undefined]);
    add("worked on");
    const done = ["a", "b", "c"].map((id) => watch(outbox.acknowledge(add(id))));
    await clock.advance(200);
    expect(done.map(({ state }) => state)).toEqual(["resolved", "pending", "resolved"]);
    await clock.advance(50 + 200);
    expect(deletedBatches()).toEqual([["receipt-a", "receipt-b", "receipt-c"], ["receipt-b"]]);
    expect(done[1]!.state).toBe("resolved");
  });

  it("repeat a whole batch without an answer", async () => {
    const { clock, outbox, deletes, add, deletedBatches } = begin();
    deletes.once(() => hang());
    add("worked on");
    const done = watch(outbox.acknowledge(add("a")));
    await clock.advance(200 + 15 * SECOND);
    expect({ calls: deletedBatches().length, done: done.state }).toEqual({ calls: 1, done: "pending" });
    await clock.advance(SECOND);
    expect({ calls: deletedBatches().length, done: done.state }).toEqual({ calls: 2, done: "resolved" });
  });

  it.each(["ReceiptInvalid", "QueueGone"] as const)("are given up on %s", async (code) => {
    const { clock, outbox, deletes, add, log, leases } = begin();
    deletes.once(() => [failure(code)]);
    await clock.until(outbox.acknowledge(add("a")));
    await clock.advance(60 * SECOND);
    expect({ calls: deletes.calls.length, count: leases.count }).toEqual({ calls: 1, count: 0 });
    expect(log.of("outbox-gave-up")).toHaveLength(1);
  });

  it("are given up after eight attempts; the message comes back by itself", async () => {
    const { clock, outbox, deletes, add, leases } = begin();
    const lease = add("a");
    for (let i = 0; i < 20; i++) deletes.once(() => [failure("Unavailable")]);
    await clock.until(outbox.acknowledge(lease));
    expect({ calls: deletes.calls.length, held: lease.held, count: leases.count }).toEqual({
      calls: 8,
      held: false,
      count: 0,
    });
  });
});

describe("rule 5", () => {
  it("never deletes with a lease that is not held any more", async () => {
    const { clock, outbox, add, leases, deletedBatches } = begin();
    const [gone, held] = [add("gone"), add("held")];
    leases.letGo(gone);
    const done = [gone, held].map((lease) => watch(outbox.acknowledge(lease)));
    await clock.advance(200);
    expect(deletedBatches()).toEqual([["receipt-held"]]);
    expect(done.map(({ state }) => state)).toEqual(["resolved", "resolved"]);
  });

  it("makes no request at all when no lease of the batch is held", async () => {
    const { clock, outbox, add, deletes } = begin();
    await clock.until(outbox.acknowledge(add("old", 130 * SECOND)));
    expect(deletes.calls).toEqual([]);
  });

  it("extends a lease that might not outlive the request, first", async () => {
    const { clock, outbox, add, changeVisibility, deletedBatches } = begin();
    await clock.until(outbox.acknowledge(add("a", 95 * SECOND)));
    expect(changeVisibility.calls.map(([entries]) => entries)).toEqual([
      [{ receiptHandle: "receipt-a", timeoutSeconds: 40 }],
    ]);
    expect(deletedBatches()).toEqual([["receipt-a"]]);
  });

  it("asks again when the leases of the batch were looked at too long ago", async () => {
    const { clock, outbox, add, changeVisibility, deletes } = begin();
    const young = add("young", 85 * SECOND);
    const old = add("old", 95 * SECOND);
    // The old lease cannot be extended and runs out, while the young one, without heartbeats, runs down beside it.
    for (let i = 0; i < 3; i++) changeVisibility.once(() => hang());
    let leftAtDelete = 0;
    deletes.once((receipts) => {
      leftAtDelete = young.deadlineMs - clock.monotonicMs();
      return receipts.map(() => undefined);
    });
    await clock.until(Promise.all([outbox.acknowledge(young), outbox.acknowledge(old)]));
    expect(deletes.calls.map(([receipts]) => receipts)).toEqual([["receipt-young"]]);
    expect(leftAtDelete).toBeGreaterThanOrEqual(15 * SECOND);
  });
});

describe("sends", () => {
  it("go out within 5 ms, keep their order, and say when SQS has taken them", async () => {
    const { clock, outbox, sends } = begin();
    const taken = Array.from({ length: 12 }, (_, i) => watch(outbox.send({ body: `b${i}` })));
    await clock.advance(5);
    expect(sends.calls.map(([messages]) => messages.map(({ body }) => body))).toEqual([
      ["b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9"],
      ["b10", "b11"],
    ]);
    expect(taken.map(({ value }) => value)).toEqual(Array(12).fill(true));
  });

  it("go out in several batches when they are large, each at least alone", async () => {
    const { clock, outbox, sends } = begin();
    const body = (characters: number): OutgoingMessage => ({ body: "x".repeat(characters) });
    for (const size of [100_000, 200_000, 100, 400_000, 1]) void outbox.send(body(size));
    await clock.advance(50);
    expect(sends.calls.map(([messages]) => messages.map((m) => m.body.length))).toEqual([
      [100_000, 200_000],
      [100],
      [400_000],
      [1],
    ]);
  });

  it("say false when SQS did not take them, so that the original is kept", async () => {
    const { clock, outbox, sends } = begin();
    for (let i = 0; i < 20; i++) sends.once(() => raise(failure("Unavailable")));
    await expect(clock.until(outbox.send({ body: "x" }))).resolves.toBe(false);
    expect(sends.calls).toHaveLength(8);
  });

  it("repeat the entry that failed and not its neighbours: nothing is sent twice", async () => {
    const { clock, outbox, sends } = begin();
    sends.once(() => [failure("Unavailable"), undefined]);
    const taken = Promise.all([outbox.send({ body: "a" }), outbox.send({ body: "b" })]);
    await expect(clock.until(taken)).resolves.toEqual([true, true]);
    expect(sends.calls.map(([messages]) => messages.map(({ body }) => body))).toEqual([["a", "b"], ["a"]]);
  });

  it("keep dead letters apart from work", async () => {
    const { clock, outbox, sends, deadSends } = begin();
    await expect(clock.until(outbox.deadLetter({ body: "x" }))).resolves.toBe(true);
    expect([sends.calls.length, deadSends.calls.map(([messages]) => messages)]).toEqual([0, [[{ body: "x" }]]]);
  });
});

describe("drained", () => {
  it("comes when nothing is on its way, repetitions included", async () => {
    const { clock, outbox, deletes, add } = begin();
    await outbox.drained();
    deletes.once(() => [failure("Unavailable")]);
    add("worked on");
    void outbox.acknowledge(add("a"));
    void outbox.send({ body: "x" });
    const drained = watch(outbox.drained());
    expect(outbox.pending).toBe(2);
    await clock.advance(200);
    expect([drained.state, outbox.pending]).toEqual(["pending", 1]);
    await clock.advance(250);
    expect([drained.state, outbox.pending]).toEqual(["resolved", 0]);
  });

  it("tells the worker when a lease has become free", async () => {
    const { clock, outbox, changed, leases, add } = begin();
    let countWhenTold: number | undefined;
    void outbox.acknowledge(add("a"));
    void changed.wait().then(() => (countWhenTold = leases.count));
    await clock.advance(200);
    expect(countWhenTold).toBe(0);
  });
});
