/** Leases (rules 4 and 5): what we believe about a deadline is never later than what SQS will do. */
import type { EntryResults, VisibilityChange } from "../../core/ports";
import { type Lease, makeLeases, MAX_HOLD_MS } from "../../worker/leases";
import { makeClock } from "../support/worker-clock";
import { deferred, failure, hang, makeRecordedLog, message, raise, scripted, watch } from "../support/worker-fakes";

const SECOND = 1000;
const HOUR = 3600 * SECOND;

function begin(visibilityTimeoutSeconds = 120) {
  const clock = makeClock();
  const log = makeRecordedLog();
  const lost: string[] = [];
  const exhausted: string[] = [];
  const changes: string[] = [];
  const changeVisibility = scripted((entries: readonly VisibilityChange[]): EntryResults | Promise<EntryResults> => {
    for (const { receiptHandle, timeoutSeconds } of entries) {
      changes.push(`${receiptHandle} ${timeoutSeconds} at ${clock.now / SECOND}`);
    }
    return entries.map(() => undefined);
  });
  const stop = new AbortController();
  const leases = makeLeases({
    queue: { changeVisibility },
    clock,
    log,
    visibilityTimeoutSeconds,
    onLost: (lease) => void lost.push(`${lease.message.messageId} at ${clock.now / SECOND}`),
    onExhausted: (lease) => void exhausted.push(`${lease.message.messageId} at ${clock.now / SECOND}`),
  });
  const add = (id: string, agoMs = 0): Lease => leases.add(message(id), clock.monotonicMs() - agoMs);
  /** Seconds from now. */
  const leftOf = (lease: Lease): number => (lease.deadlineMs - clock.monotonicMs()) / SECOND;
  return { clock, log, lost, exhausted, changes, changeVisibility, stop, leases, add, leftOf };
}

describe("deadlines", () => {
  it("count from before the receive was sent", () => {
    const { leases, add, leftOf } = begin();
    const lease = add("a", 20 * SECOND);
    expect(leftOf(lease)).toBe(100);
    expect([leases.holds(lease, 100 * SECOND), leases.holds(lease, 100 * SECOND + 1)]).toEqual([true, false]);
  });

  it("count from before a change was sent, however late its answer comes", async () => {
    const { clock, leases, add, changeVisibility } = begin();
    const lease = add("a");
    changeVisibility.once(async () => {
      await clock.sleep(9 * SECOND);
      return [undefined];
    });
    await clock.advance(10 * SECOND);
    const sentAt = clock.monotonicMs();
    await clock.until(leases.ensure([lease], 300 * SECOND));
    expect(lease.deadlineMs).toBe(sentAt + 310 * SECOND);
  });
});

describe("the heartbeat", () => {
  it("extends at a third of the visibility, again and again", async () => {
    const { clock, leases, add, changes, stop, leftOf } = begin();
    const lease = add("a");
    void leases.keepAlive(stop.signal);
    await clock.advance(125 * SECOND);
    expect(changes).toEqual(["receipt-a 120 at 40", "receipt-a 120 at 80", "receipt-a 120 at 120"]);
    expect(leftOf(lease)).toBe(115);
    stop.abort();
    await clock.advance(200 * SECOND);
    expect(changes).toHaveLength(3);
  });

  it("goes out in batches of ten", async () => {
    const { clock, leases, add, changeVisibility, stop } = begin();
    for (let i = 0; i < 23; i++) add(`m${i}`);
    void leases.keepAlive(stop.signal);
    await clock.advance(40 * SECOND);
    expect(changeVisibility.calls.map(([entries]) => entries.length)).toEqual([10, 10, 3]);
  });

  it("never lowers a deadline: an extension for a long write stays until a third of the visibility is left to use", async () => {
    const { clock, leases, add, changes, stop, leftOf } = begin();
    const lease = add("a");
    void leases.keepAlive(stop.signal);
    await expect(leases.ensure([lease], 900 * SECOND)).resolves.toBe(true);
    expect(leftOf(lease)).toBe(910);
    await clock.advance(829 * SECOND);
    expect(changes).toEqual(["receipt-a 910 at 0"]);
    await clock.advance(1 * SECOND);
    expect(changes.slice(1)).toEqual(["receipt-a 120 at 830"]);
    expect(leftOf(lease)).toBe(120);
  });

  it("looks at every entry: one that failed is repeated, the others are extended", async () => {
    const { clock, leases, add, changes, changeVisibility, stop, leftOf, log } = begin();
    const [good, bad] = [add("good"), add("bad")];
    changeVisibility.once(() => [undefined, failure("Unavailable")]);
    void leases.keepAlive(stop.signal);
    await clock.advance(40 * SECOND);
    expect([leftOf(good), leftOf(bad)]).toEqual([120, 80]);
    expect(log.of("heartbeat-failed")).toMatchObject([{ messageId: "bad" }]);
    await clock.advance(10 * SECOND);
    expect(changes).toEqual(["receipt-bad 120 at 50"]);
    expect(leftOf(bad)).toBe(120);
  });

  it("gives up a change without an answer after 10 s, and is not sent twice meanwhile", async () => {
    const { clock, leases, add, changeVisibility, stop, leftOf } = begin();
    const lease = add("a");
    changeVisibility.once(() => hang());
    void leases.keepAlive(stop.signal);
    await clock.advance(49 * SECOND);
    expect(changeVisibility.calls).toHaveLength(1);
    await clock.advance(1 * SECOND);
    expect(changeVisibility.calls).toHaveLength(2);
    expect(leftOf(lease)).toBe(120);
  });

  it("stops for a message that was let go", async () => {
    const { clock, leases, add, changes, stop } = begin();
    const lease = add("a");
    leases.letGo(lease);
    void leases.keepAlive(stop.signal);
    await clock.advance(200 * SECOND);
    expect({ changes, count: leases.count, held: lease.held }).toEqual({ changes: [], count: 0, held: false });
  });
});

describe("a change of unknown outcome", () => {
  it("caps what we believe until it can no longer be processed", async () => {
    const { clock, leases, add, changeVisibility, leftOf } = begin();
    const lease = add("a");
    await leases.ensure([lease], 900 * SECOND);
    changeVisibility.once(() => raise(failure("Connection", "unknown")));
    const ensured = leases.ensure([lease], 1_000 * SECOND);
    await clock.settle();
    // Nothing is lowered by a request that asked for more than there was.
    expect(leftOf(lease)).toBe(910);
    await expect(clock.until(ensured)).resolves.toBe(true);
    expect(clock.now).toBe(1 * SECOND);
  });

  it("an extension waits until a lost heartbeat can no longer undercut it", async () => {
    const { clock, leases, add, changes, changeVisibility, stop } = begin();
    const lease = add("a");
    changeVisibility.once(() => [failure("Connection", "unknown")]);
    void leases.keepAlive(stop.signal);
    await clock.advance(40 * SECOND);
    const ensured = watch(leases.ensure([lease], 900 * SECOND));
    await clock.advance(30 * SECOND - 1);
    // The heartbeats in between are believed no further than the lost one allows.
    expect({ state: ensured.state, changes }).toEqual({ state: "pending", changes: ["receipt-a 120 at 50"] });
    await clock.advance(1);
    expect({ value: ensured.value, changes }).toEqual({
      value: true,
      changes: ["receipt-a 120 at 50", "receipt-a 910 at 70"],
    });
  });

  it("of two such changes the shorter one counts for as long as either may be processed", async () => {
    const { clock, leases, add, changeVisibility, stop, leftOf } = begin();
    const lease = add("a");
    void leases.keepAlive(stop.signal);
    changeVisibility.once(() => [failure("Connection", "unknown")]);
    await clock.advance(41 * SECOND);
    stop.abort();
    // It asks for 125 s, which the lost 120 s may still undercut; its first attempt is lost as well.
    changeVisibility.once(() => [failure("Connection", "unknown")]);
    await expect(clock.until(leases.ensure([lease], 115 * SECOND))).resolves.toBe(true);
    // The lost 120 s of 40 s may be processed until 70 s: what is believed before that must fit both.
    expect(leftOf(lease)).toBeLessThanOrEqual(clock.now < 70 * SECOND ? 120 : 125);
    expect(leftOf(lease)).toBeGreaterThanOrEqual(115);
  });
});

describe("one change of a message at a time", () => {
  it("an extension waits for the heartbeat in flight, because SQS keeps what it processes last", async () => {
    const { clock, leases, add, changeVisibility, stop } = begin();
    const lease = add("a");
    const heartbeat = deferred<EntryResults>();
    changeVisibility.once(() => heartbeat.promise);
    void leases.keepAlive(stop.signal);
    await clock.advance(40 * SECOND);
    const ensured = watch(leases.ensure([lease], 900 * SECOND));
    await clock.advance(5 * SECOND);
    expect(changeVisibility.calls).toHaveLength(1);
    heartbeat.resolve([undefined]);
    await clock.settle();
    expect(changeVisibility.calls.map(([[entry]]) => entry?.timeoutSeconds)).toEqual([120, 910]);
    expect(ensured.value).toBe(true);
  });
});

describe("ensure", () => {
  it("asks SQS for nothing while the lease lasts", async () => {
    const { leases, add, changes } = begin();
    await expect(leases.ensure([add("a")], 120 * SECOND)).resolves.toBe(true);
    expect(changes).toEqual([]);
  });

  it("is content with one of several messages, and extends the one that lasts longest", async () => {
    const { leases, add, changes } = begin();
    const [old, young] = [add("old", 60 * SECOND), add("young")];
    await expect(leases.ensure([old, young], 300 * SECOND)).resolves.toBe(true);
    expect(changes).toEqual(["receipt-young 310 at 0"]);
  });

  it("falls back to another message when one is lost", async () => {
    const { clock, leases, add, changeVisibility, lost } = begin();
    const [young, old] = [add("young"), add("old", 60 * SECOND)];
    changeVisibility.once(() => [failure("ReceiptInvalid")]);
    await expect(clock.until(leases.ensure([young, old], 300 * SECOND))).resolves.toBe(true);
    expect({ lost, held: [young.held, old.held] }).toEqual({ lost: ["young at 0"], held: [false, true] });
  });

  it("says false at once when the queue is gone: nobody else can receive the message either", async () => {
    const { clock, leases, add, changeVisibility, lost } = begin();
    const lease = add("a");
    changeVisibility.once(() => raise(failure("QueueGone")));
    await expect(clock.until(leases.ensure([lease], 300 * SECOND))).resolves.toBe(false);
    expect({ lost, held: lease.held, now: clock.now }).toEqual({ lost: ["a at 0"], held: false, now: 0 });
  });

  it("says false when SQS cannot be reached until the lease has run out", async () => {
    const { clock, leases, add, changeVisibility, lost } = begin();
    const lease = add("a");
    for (let i = 0; i < 300; i++) changeVisibility.once(() => raise(failure("Unavailable")));
    await expect(clock.until(leases.ensure([lease], 300 * SECOND))).resolves.toBe(false);
    expect({ lost: lost.length, held: lease.held, wholeLease: clock.now >= 120 * SECOND }).toEqual({
      lost: 1,
      held: false,
      wholeLease: true,
    });
  });

  it("says false without a message, and for one that was let go", async () => {
    const { leases, add, changes } = begin();
    const lease = add("a");
    leases.letGo(lease);
    await expect(leases.ensure([], 1)).resolves.toBe(false);
    await expect(leases.ensure([lease], 1)).resolves.toBe(false);
    expect(changes).toEqual([]);
  });

  it("says false beyond the twelve hours, where a longer extension would be an error", async () => {
    const { clock, leases, add, changes, stop } = begin(43_200);
    const lease = add("a");
    void leases.keepAlive(stop.signal);
    await clock.advance(11.5 * HOUR);
    changes.length = 0;
    await expect(clock.until(leases.ensure([lease], 3600 * SECOND))).resolves.toBe(false);
    expect({ changes, held: lease.held }).toEqual({ changes: [], held: true });
  });
});

describe("losing a lease", () => {
  it("is noticed when SQS disowns the receipt, and told once", async () => {
    const { clock, leases, add, changeVisibility, stop, lost, log } = begin();
    const lease = add("a");
    changeVisibility.once(() => [failure("ReceiptInvalid")]);
    void leases.keepAlive(stop.signal);
    await clock.advance(300 * SECOND);
    expect({ lost, held: lease.held, holds: leases.holds(lease, 0), count: leases.count }).toEqual({
      lost: ["a at 40"],
      held: false,
      holds: false,
      count: 0,
    });
    expect(log.of("lease-lost")).toHaveLength(1);
  });

  it("is noticed when the time is up", async () => {
    const { clock, leases, add, changeVisibility, stop, lost } = begin();
    add("a");
    for (let i = 0; i < 30; i++) changeVisibility.once(() => raise(failure("Unavailable")));
    void leases.keepAlive(stop.signal);
    await clock.advance(300 * SECOND);
    expect(lost).toEqual(["a at 120"]);
  });

  it("an answer that comes after that changes nothing", async () => {
    const { clock, leases, add, changeVisibility, stop, lost } = begin(10);
    const lease = add("a");
    const answer = deferred<EntryResults>();
    changeVisibility.once(() => answer.promise);
    void leases.keepAlive(stop.signal);
    await clock.advance(12 * SECOND);
    const deadline = lease.deadlineMs;
    answer.resolve([undefined]);
    await clock.settle();
    expect({ lost: lost.length, held: lease.held, moved: lease.deadlineMs - deadline }).toEqual({
      lost: 1,
      held: false,
      moved: 0,
    });
  });
});

describe("the twelve-hour limit", () => {
  it("hands off a quarter of an hour before it, once, and stops extending", async () => {
    const { clock, leases, add, changes, stop, exhausted, lost } = begin(3600);
    const lease = add("a");
    void leases.keepAlive(stop.signal);
    await clock.advance(11.75 * HOUR - 1);
    expect(exhausted).toEqual([]);
    const before = changes.length;
    await clock.advance(301 * SECOND);
    expect({ exhausted, lost, held: lease.held, lasts: lease.lasts, sent: changes.length - before }).toEqual({
      exhausted: [`a at ${(11.75 * HOUR) / SECOND}`],
      lost: [],
      held: true,
      lasts: false,
      sent: 0,
    });
  });

  it("never asks for more than what is left of it", async () => {
    const { clock, leases, add, changes, stop } = begin(7200);
    add("a");
    void leases.keepAlive(stop.signal);
    await clock.advance(MAX_HOLD_MS);
    for (const change of changes) {
      const [, seconds, , at] = change.split(" ").map(Number);
      expect(seconds! + at!).toBeLessThanOrEqual(MAX_HOLD_MS / SECOND);
    }
    expect(changes.length).toBeGreaterThan(10);
  });
});

describe("beginDelete", () => {
  it("stops the heartbeat of a message that is about to go", async () => {
    const { clock, leases, add, changes, stop, lost } = begin();
    const lease = add("a");
    await expect(leases.beginDelete(lease, 30 * SECOND)).resolves.toBe(true);
    void leases.keepAlive(stop.signal);
    await clock.advance(150 * SECOND);
    expect({ changes, lost }).toEqual({ changes: [], lost: [] });
  });

  it("extends a lease that would not outlive the request", async () => {
    const { leases, add, changes } = begin();
    const lease = add("a", 100 * SECOND);
    await expect(leases.beginDelete(lease, 30 * SECOND)).resolves.toBe(true);
    expect(changes).toEqual(["receipt-a 40 at 0"]);
  });

  it("says false for a lease that is lost", async () => {
    const { clock, leases, add, changeVisibility } = begin();
    const lease = add("a", 100 * SECOND);
    changeVisibility.once(() => [failure("ReceiptInvalid")]);
    await expect(clock.until(leases.beginDelete(lease, 30 * SECOND))).resolves.toBe(false);
  });

  it("waits for a heartbeat in flight, which would fail once the message is gone", async () => {
    const { clock, leases, add, changeVisibility, stop } = begin();
    const lease = add("a");
    const answer = deferred<EntryResults>();
    changeVisibility.once(() => answer.promise);
    void leases.keepAlive(stop.signal);
    await clock.advance(40 * SECOND);
    const ready = watch(leases.beginDelete(lease, 30 * SECOND));
    await clock.advance(1 * SECOND);
    expect(ready.state).toBe("pending");
    answer.resolve([undefined]);
    await clock.settle();
    expect(ready.value).toBe(true);
  });
});
