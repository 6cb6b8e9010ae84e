import type { Fleet } from "../../core/fleet";
import { CRASH_LOOP_LAUNCH_MS, decideScale, type ScaleConfig, type ScaleReason } from "../../core/scale";

const NOW = 1_800_000_000_000;
const CONFIG: ScaleConfig = { maxWorkers: 5, messagesPerWorker: 1, scalingRule: "visible" };
const SEED: ScaleConfig = { ...CONFIG, scalingRule: "seed" };

const fleet = (running: number, starting: number, more: Partial<Fleet> = {}): Fleet => ({
  running,
  starting,
  spotShortage: false,
  crashLoop: false,
  lastLaunchAt: 0,
  ...more,
});
const crashing = (minutesAgo: number): Fleet =>
  fleet(0, 0, { crashLoop: true, lastLaunchAt: NOW - minutesAgo * 60_000 });

// The rows of the truth table in core/scale.ts, top to bottom.
it.each<[string, number, number, Fleet, ScaleConfig, number, ScaleReason]>([
  ["paused, whatever waits", 300, 9, fleet(0, 0), { ...CONFIG, maxWorkers: 0 }, 0, "paused"],
  ["nothing to do", 0, 0, fleet(0, 0), CONFIG, 0, "nothing-to-do"],
  [
    "1 running, 500 in flight, 0 visible: nothing for a second worker",
    0,
    500,
    fleet(1, 0),
    CONFIG,
    0,
    "only-in-flight",
  ],
  ["the same by the seed's rule", 0, 500, fleet(1, 0), SEED, 4, "launch"],
  ["the first message", 1, 0, fleet(0, 0), CONFIG, 1, "launch"],
  ["300 visible, 2 running, max 5", 300, 0, fleet(2, 0), CONFIG, 3, "launch"],
  ["at the maximum", 300, 0, fleet(5, 0), CONFIG, 0, "at-max-workers"],
  ["above it, after the maximum was lowered", 300, 0, fleet(7, 0), CONFIG, 0, "at-max-workers"],
  ["workers on their way are counted once", 2, 0, fleet(2, 2), CONFIG, 0, "enough-starting"],
  ["one message more than workers on their way", 3, 0, fleet(2, 2), CONFIG, 1, "launch"],
  ["workers at work are busy with other messages", 3, 0, fleet(2, 0), CONFIG, 3, "launch"],
  ["10 messages a worker: a begun ten counts", 21, 0, fleet(0, 0), { ...CONFIG, messagesPerWorker: 10 }, 3, "launch"],
  ["10 messages a worker: full tens", 20, 0, fleet(0, 0), { ...CONFIG, messagesPerWorker: 10 }, 2, "launch"],
  ["crash loop, 9 minutes after the last launch", 300, 0, crashing(9), CONFIG, 0, "crash-loop"],
  ["crash loop, 10 minutes after the last launch", 300, 0, crashing(10), CONFIG, 1, "crash-loop"],
  ["crash loop with an empty queue", 0, 0, crashing(99), CONFIG, 0, "nothing-to-do"],
])("%s", (_, visible, inFlight, state, config, launch, reason) => {
  expect(decideScale({ visible, inFlight, delayed: 0 }, state, config, NOW)).toEqual({ launch, reason });
});

it("delayed messages are not work yet", () => {
  expect(decideScale({ visible: 0, inFlight: 0, delayed: 9 }, fleet(0, 0), CONFIG, NOW)).toEqual({
    launch: 0,
    reason: "nothing-to-do",
  });
});

it("a crash loop does not lift the maximum", () => {
  const full = fleet(5, 0, { crashLoop: true, lastLaunchAt: NOW - 2 * CRASH_LOOP_LAUNCH_MS });
  expect(decideScale({ visible: 9, inFlight: 0, delayed: 0 }, full, CONFIG, NOW).launch).toBe(0);
});

it("the seed's rule is min(maxWorkers - running, visible + in flight)", () => {
  expect(decideScale({ visible: 1, inFlight: 1, delayed: 0 }, fleet(1, 1), SEED, NOW).launch).toBe(2);
});
