/** The receive loop: how much is taken, and when there is nothing left to do. */
import type { QueueMessage } from "../../core/ports";
import { makeCondition } from "../../worker/condition";
import { consume, type ConsumerEnd } from "../../worker/consumer";
import { makeController } from "../../worker/controller";
import { type Lease, makeLeases } from "../../worker/leases";
import type { VirtualClock } from "../support/worker-clock";
import { makeClock } from "../support/worker-clock";
import { failure, hang, makeRecordedLog, message, raise, scripted, watch } from "../support/worker-fakes";

const SECOND = 1000;

function begin(
  options: {
    receivers?: number;
    answered?: [number, number][];
    helpers?: number;
    room?: () => number;
    busy?: () => boolean;
  } = {},
) {
  const clock = makeClock();
  const log = makeRecordedLog();
  const changed = makeCondition();
  const stopping = makeController();
  const receive = scripted(
    async (_max: number, waitSeconds: number, signal: AbortSignal): Promise<readonly QueueMessage[]> => {
      await clock.sleep(waitSeconds * SECOND, signal);
      return [];
    },
  );
  const taken: string[] = [];
  const leases = makeLeases({
    queue: { changeVisibility: async () => [] },
    clock,
    log,
    visibilityTimeoutSeconds: 120,
    onLost: () => undefined,
    onExhausted: () => undefined,
  });
  const received: Lease[] = [];
  // A microtask later, so that a test can write the script first.
  const end = Promise.resolve().then(() =>
    consume(
      {
        queue: { receive },
        leases,
        clock,
        random: () => 0,
        log,
        changed,
        room: options.room ?? (() => 100),
        roomForHelp: options.room ?? (() => 100),
        busy: options.busy ?? (() => false),
        intake: async (lease) => {
          received.push(lease);
          taken.push(`${lease.message.messageId} at ${clock.now / SECOND}`);
        },
        answered: (asked, came) => void options.answered?.push([asked, came]),
        longPollSeconds: 20,
        emptyPollsBeforeExit: 3,
        receivers: options.receivers ?? 1,
        helpers: options.helpers ?? 0,
        failureBudgetMs: 60 * SECOND,
      },
      stopping.signal,
    ),
  );
  return { clock, log, changed, stopping, receive, taken, received, leases, end };
}

const after =
  (clock: VirtualClock, ms: number, ...ids: string[]) =>
  async (): Promise<readonly QueueMessage[]> => {
    await clock.sleep(ms);
    return ids.map((id) => message(id));
  };

const idleAt = async (clock: VirtualClock, end: Promise<ConsumerEnd>): Promise<number> => {
  await expect(clock.until(end)).resolves.toEqual({ kind: "idle" });
  return clock.now / SECOND;
};

describe("leaving", () => {
  it("comes after three empty polls", async () => {
    const { clock, end, receive } = begin();
    expect([await idleAt(clock, end), receive.calls.length]).toEqual([60, 3]);
  });

  it("counts only when every receiver came back empty as often", async () => {
    const { clock, end, receive } = begin({ receivers: 2 });
    receive.once(after(clock, 0));
    receive.once(after(clock, 15 * SECOND));
    // Empty at 0, 20 and 40, and at 15, 35 and 55: the first does not begin a fourth poll meanwhile.
    expect([await idleAt(clock, end), receive.calls.length]).toEqual([55, 6]);
  });

  it("starts counting anew with every message, whoever receives it", async () => {
    const { clock, end, receive, taken } = begin({ receivers: 2 });
    receive.once(after(clock, 20 * SECOND));
    receive.once(after(clock, 19 * SECOND));
    receive.once(after(clock, 19 * SECOND));
    receive.once(after(clock, 10 * SECOND, "late"));
    expect(await idleAt(clock, end)).toBe(90);
    expect(taken).toEqual(["late at 30"]);
  });

  it("does not happen while there is work of one's own; the next empty poll after it is enough", async () => {
    let busy = true;
    const { clock, end, receive } = begin({ busy: () => busy });
    await clock.advance(100 * SECOND);
    busy = false;
    expect([await idleAt(clock, end), receive.calls.length]).toEqual([120, 6]);
  });

  it("happens a second after it has to stop: an answer that is on its way still counts", async () => {
    const { clock, end, stopping, receive, taken } = begin({ receivers: 2 });
    receive.once(after(clock, 5.5 * SECOND, "on its way"));
    await clock.advance(5 * SECOND);
    stopping.abort();
    await expect(clock.until(end)).resolves.toEqual({ kind: "stopped" });
    expect(taken).toEqual(["on its way at 5.5"]);
    expect([clock.now, receive.calls.length, clock.timers]).toEqual([6 * SECOND, 2, 0]);
  });

  it("is taken back when the last poll of another receiver brings work", async () => {
    let busy = true;
    const { clock, end, receive, taken } = begin({ receivers: 2, busy: () => busy });
    // Both have polled often enough at 55, but there is work until 62: the second finds nothing left to do at 75, when the poll
    // that the first began at 60 still waits.
    receive.once(after(clock, 20 * SECOND));
    receive.once(after(clock, 15 * SECOND));
    for (let i = 0; i < 4; i++) receive.once(after(clock, 20 * SECOND));
    receive.once(after(clock, 20 * SECOND));
    receive.once(async () => {
      await clock.sleep(18 * SECOND);
      busy = true;
      return [message("late")];
    });
    await clock.advance(62 * SECOND);
    busy = false;
    await clock.advance(18 * SECOND);
    expect(taken).toEqual(["late at 78"]);
    busy = false;
    expect(await idleAt(clock, end)).toBeGreaterThan(120);
  });

  it("happens when the queue is gone", async () => {
    const { clock, end, receive } = begin();
    receive.once(() => raise(failure("QueueGone")));
    await expect(clock.until(end)).resolves.toEqual({ kind: "queue-gone" });
  });
});

describe("receiving", () => {
  it("takes as many as there is room for, ten at most", async () => {
    let room = 25;
    const { clock, receive, stopping, end } = begin({ room: () => room });
    receive.once(after(clock, 0, "a"));
    await clock.settle();
    room = 3;
    await clock.advance(20 * SECOND);
    stopping.abort();
    await clock.until(end);
    expect(receive.calls.map(([max, wait]) => [max, wait])).toEqual([
      [10, 20],
      [3, 20],
      [3, 20],
    ]);
  });

  it("says how many of those it asked for came", async () => {
    const answered: [number, number][] = [];
    let room = 2;
    const { clock, receive, end } = begin({ answered, room: () => room });
    receive.once(after(clock, 0, "a", "b"));
    receive.once(async () => {
      room = 100;
      return [message("c")];
    });
    expect(await idleAt(clock, end)).toBe(60);
    expect(answered).toEqual([
      [2, 2],
      [2, 1],
      [10, 0],
      [10, 0],
      [10, 0],
    ]);
  });

  it("waits without room until something has changed", async () => {
    let room = 0;
    const { clock, receive, changed, stopping, end } = begin({ room: () => room });
    await clock.advance(300 * SECOND);
    changed.notify();
    await clock.settle();
    expect(receive.calls).toHaveLength(0);
    room = 1;
    changed.notify();
    await clock.settle();
    expect(receive.calls.map(([max]) => max)).toEqual([1]);
    stopping.abort();
    await expect(clock.until(end)).resolves.toEqual({ kind: "stopped" });
  });

  it("wakes up to stop while it has no room", async () => {
    const { clock, stopping, end } = begin({ room: () => 0 });
    await clock.settle();
    stopping.abort();
    await expect(end).resolves.toEqual({ kind: "stopped" });
  });

  it("counts leases from before the poll, however long it took", async () => {
    const { clock, receive, received, stopping } = begin();
    const began = clock.monotonicMs();
    receive.once(after(clock, 15 * SECOND, "a", "b"));
    await clock.advance(15 * SECOND);
    expect(received.map((lease) => lease.deadlineMs - began)).toEqual([120 * SECOND, 120 * SECOND]);
    stopping.abort();
  });
});

it("a message whose lease ran out before its answer was read is not worked on", async () => {
  const { clock, receive, received, leases, log, end } = begin();
  for (const [id, ms] of [
    ["in time", 120 * SECOND],
    ["too late", 120 * SECOND + 1],
  ] as const) {
    receive.once(async () => {
      clock.standStill(ms);
      return [message(id)];
    });
  }
  await idleAt(clock, end);
  expect(received.map((lease) => lease.message.messageId)).toEqual(["in time"]);
  expect(log.of("came-too-late")).toMatchObject([{ messageId: "too late" }]);
  expect(leases.count).toBe(1);
});

describe("a queue that gives as much as it is asked for", () => {
  const RECEIVE_MS = 20;
  const ten = (from: number) => Array.from({ length: 10 }, (_, index) => message(`m${from + index}`));

  /** So many messages wait in the queue, and each receive takes a while. */
  function fill(receive: ReturnType<typeof begin>["receive"], clock: VirtualClock, count: number): void {
    for (let from = 0; from < count; from += 10) {
      receive.once(async () => {
        await clock.sleep(RECEIVE_MS);
        return ten(from);
      });
    }
  }

  it("is met by all helpers within a few round trips, and left by them when it is empty", async () => {
    const { clock, end, receive, taken } = begin({ receivers: 2, helpers: 6, room: () => 1_000_000 });
    fill(receive, clock, 8_000);
    await clock.advance(2_080);
    // 2 at once, then 4, then 8 from there on: 8,000 messages in 102 round trips instead of 400.
    expect([receive.calls.length > 800, taken.length]).toEqual([true, 8_000]);
    expect(receive.calls.filter(([, wait]) => wait === 0).length).toBeGreaterThan(590);
    const polls = receive.calls.length;
    expect(await idleAt(clock, end)).toBeLessThan(63);
    expect(receive.calls.slice(polls).every(([, wait]) => wait === 20)).toBe(true);
  });

  it("is not asked for more than there is room for", async () => {
    let room = 100;
    const { clock, receive, taken, stopping, end } = begin({
      receivers: 2,
      helpers: 6,
      room: () => room - taken.length,
    });
    fill(receive, clock, 400);
    await clock.advance(10 * SECOND);
    // Two receivers may both see the last room; a helper counts what the others have asked for.
    expect(taken).toHaveLength(110);
    room = 0;
    stopping.abort();
    await expect(clock.until(end)).resolves.toEqual({ kind: "stopped" });
  });

  it("is left by everybody when the worker stops", async () => {
    const { clock, receive, stopping, end } = begin({ receivers: 2, helpers: 6, room: () => 1_000_000 });
    fill(receive, clock, 100_000);
    await clock.advance(SECOND);
    stopping.abort();
    await expect(clock.until(end)).resolves.toEqual({ kind: "stopped" });
    const polls = receive.calls.length;
    await clock.advance(10 * SECOND);
    expect([receive.calls.length, clock.timers]).toEqual([polls, 0]);
  });

  it("is worked on although helpers fail, and a helper's failure is told", async () => {
    const { clock, receive, log, taken, stopping } = begin({ receivers: 1, helpers: 1, room: () => 1_000_000 });
    fill(receive, clock, 10);
    // The receiver asks again at once, and so does the helper that it called.
    fill(receive, clock, 10);
    receive.once(() => raise(failure("Unavailable")));
    fill(receive, clock, 20);
    await clock.advance(SECOND);
    expect(taken).toHaveLength(40);
    expect(log.of("receive-failed")).toHaveLength(1);
    stopping.abort();
  });
});

describe("failing receives", () => {
  it("are repeated after growing pauses, and end the worker when they do not stop in time", async () => {
    const { clock, end, receive, log } = begin();
    const at: number[] = [];
    for (let i = 0; i < 20; i++) {
      receive.once(() => {
        at.push(clock.now);
        return raise(failure("AccessDenied"));
      });
    }
    await expect(clock.until(end)).resolves.toMatchObject({ kind: "failed", error: { code: "AccessDenied" } });
    const pauses = at.slice(1).map((time, index) => time - at[index]!);
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    expect(log.of("receive-failed")).toHaveLength(10);
  });

  it("of one receiver do not count while another succeeds", async () => {
    const { clock, receive, stopping, end } = begin({ receivers: 2 });
    let failures = 0;
    for (let i = 0; i < 200; i++) {
      receive.once(async (_max, _wait, signal) => {
        if (failures++ % 2 === 0) return raise(failure("Unavailable"));
        await clock.sleep(10 * SECOND, signal);
        return [message(`m${failures}`)];
      });
    }
    const seen = watch(end);
    await clock.advance(300 * SECOND);
    expect(seen.state).toBe("pending");
    stopping.abort();
    await clock.until(end);
  });

  it("a poll without an answer is given up 15 s after its time", async () => {
    const { clock, receive, log, stopping } = begin();
    receive.once(() => hang());
    await clock.advance(35 * SECOND - 1);
    expect(log.of("receive-failed")).toEqual([]);
    await clock.advance(1);
    expect(log.of("receive-failed")).toMatchObject([{ code: "Timeout", failures: 1 }]);
    stopping.abort();
  });
});
