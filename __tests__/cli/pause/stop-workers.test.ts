/** pause --now without a process: late workers, workers that leave by themselves, and when the waiting is over. */
import { makeStopLook, type StopPorts, untilGone } from "../../../cli/pause/stop-workers";
import { goneLines, waitingText } from "../../../cli/pause/words";
import type { TaskFacts } from "../../../core/fleet";

const running = (arn: string): TaskFacts => ({ arn, lastStatus: "RUNNING", desiredStatus: "RUNNING" });
const leaving = (arn: string): TaskFacts => ({ arn, lastStatus: "RUNNING", desiredStatus: "STOPPED" });

/** A fleet that looks otherwise at each look, and is gone after the last. */
function fleet(...looks: readonly (readonly TaskFacts[])[]) {
  const left = [...looks];
  const told: string[] = [];
  const ports: StopPorts = {
    here: () => Promise.resolve(left.shift() ?? []),
    stop: (arn) => Promise.resolve(void told.push(arn)),
  };
  return { look: makeStopLook(ports), told, looksLeft: () => left.length };
}

/** Sleeping is all that takes time. */
function clockOf(controller = new AbortController(), abortAt = Infinity) {
  let now = 0;
  return {
    monotonicMs: () => now,
    sleep: (ms: number) => {
      now += ms;
      if (now >= abortAt) controller.abort(new Error("Ctrl-C"));
      return Promise.resolve();
    },
    signal: controller.signal,
  };
}

const wait = (look: ReturnType<typeof makeStopLook>, quietAt: number, clock = clockOf()) =>
  untilGone(look, { clock, signal: clock.signal, quietAt, onLook: () => undefined });

test("each worker is told once; one that is leaving already is left alone", async () => {
  const { look, told } = fleet([running("a"), leaving("b")], [leaving("a"), leaving("b"), running("c")]);
  expect(await look()).toEqual({ seen: 2, stopped: 1, left: 2 });
  expect(await look()).toEqual({ seen: 3, stopped: 2, left: 3 });
  expect(await look()).toEqual({ seen: 3, stopped: 2, left: 0 });
  expect(told).toEqual(["a", "c"]);
});

test("a worker that ECS does not show as leaving yet is told once all the same", async () => {
  const { look, told } = fleet([running("a")], [running("a")], [running("a")]);
  await look();
  await look();
  expect(await look()).toEqual({ seen: 1, stopped: 1, left: 1 });
  expect(told).toEqual(["a"]);
});

test("a worker whose stop failed is told at the next look", async () => {
  const told: string[] = [];
  let fails = true;
  const look = makeStopLook({
    here: () => Promise.resolve([running("a")]),
    stop: (arn) => {
      if (fails) return Promise.reject(new Error("throttled"));
      return Promise.resolve(void told.push(arn));
    },
  });
  await expect(look()).rejects.toThrow("throttled");
  fails = false;
  expect(await look()).toEqual({ seen: 1, stopped: 1, left: 1 });
  expect(told).toEqual(["a"]);
});

test("workers that appear while it waits are stopped as well", async () => {
  const { look, told } = fleet([running("a")], [running("b")], [leaving("b"), running("c")]);
  expect(await wait(look, 0)).toEqual({ seen: 3, stopped: 3, left: 0 });
  expect(told).toEqual(["a", "b", "c"]);
});

test("with none left it goes on looking until none can follow", async () => {
  const clock = clockOf();
  const { look, told, looksLeft } = fleet([], [], [running("late")], []);
  expect(await wait(look, 5_000, clock)).toEqual({ seen: 1, stopped: 1, left: 0 });
  expect(told).toEqual(["late"]);
  expect([clock.monotonicMs(), looksLeft()]).toEqual([6_000, 0]);
});

test("the last look begins when none can follow: one launched during the look before is seen", async () => {
  const { look, told } = fleet([], [running("late")]);
  expect(await wait(look, 1_000)).toMatchObject({ stopped: 1, left: 0 });
  expect(told).toEqual(["late"]);
});

test("it rejects when somebody interrupts it", async () => {
  const always = makeStopLook({ here: () => Promise.resolve([running("a")]), stop: () => Promise.resolve() });
  await expect(wait(always, 0, clockOf(new AbortController(), 10_000))).rejects.toThrow("Ctrl-C");
});

test("in words", () => {
  expect(waitingText({ left: 2 })).toBe("2 workers to leave");
  expect(waitingText({ left: 0 })).toBe("no worker left; a starter may still be at work");
  const before = { seen: 1, stopped: 1, left: 1 };
  expect(goneLines(before, { seen: 3, stopped: 3, left: 0 })).toEqual([
    "2 more workers, launched meanwhile, told to drain",
    "all workers have left",
  ]);
  expect(goneLines(before, { ...before, left: 0 })).toEqual(["all workers have left"]);
  expect(goneLines({ seen: 0, stopped: 0, left: 0 }, { seen: 0, stopped: 0, left: 0 })).toEqual(["no worker runs"]);
});
