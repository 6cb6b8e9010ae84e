import {
  assessFleet,
  CRASH_LOOP_WINDOW_MS,
  type Memory,
  remember,
  REMEMBER_MS,
  SPOT_PAUSE_MS,
  type TaskFacts,
} from "../../core/fleet";

const NOW = 1_800_000_000_000;
const NOTHING: Memory = { launches: [], spotRefusedAt: 0 };
let number = 0;

const task = (facts: Partial<TaskFacts>): TaskFacts => ({
  arn: `task/${(number += 1)}`,
  capacity: "FARGATE_SPOT",
  lastStatus: "RUNNING",
  desiredStatus: "RUNNING",
  createdAt: NOW - 600_000,
  startedAt: NOW - 580_000,
  ...facts,
});
const stopped = (secondsAgo: number, facts: Partial<TaskFacts>): TaskFacts =>
  task({
    lastStatus: "STOPPED",
    desiredStatus: "STOPPED",
    stoppedAt: NOW - secondsAgo * 1000,
    stopCode: "EssentialContainerExited",
    stoppedReason: "Essential container in task exited",
    ...facts,
  });
const neverRan = (secondsAgo: number, facts: Partial<TaskFacts> = {}): TaskFacts => {
  const { startedAt: _, ...rest } = stopped(secondsAgo, {
    stopCode: "TaskFailedToStart",
    stoppedReason: "Capacity is unavailable at this time.",
    ...facts,
  });
  return rest;
};

describe("running and starting", () => {
  it.each<[string, TaskFacts, number, number]>([
    ["at work", task({}), 1, 0],
    ["RUNNING for 59 s", task({ startedAt: NOW - 59_000 }), 1, 1],
    ["RUNNING for 60 s", task({ startedAt: NOW - 60_000 }), 1, 0],
    ["PROVISIONING", task({ lastStatus: "PROVISIONING" }), 1, 1],
    ["PENDING", task({ lastStatus: "PENDING" }), 1, 1],
    ["told to stop", task({ desiredStatus: "STOPPED" }), 0, 0],
    ["DEPROVISIONING", task({ lastStatus: "DEPROVISIONING" }), 0, 0],
    ["STOPPED", stopped(10, { exitCode: 0 }), 0, 0],
  ])("%s", (_, one, running, starting) => {
    expect(assessFleet([one], NOTHING, NOW)).toMatchObject({ running, starting });
  });

  it("a launch that ECS does not list yet counts for two minutes, a listed one only once", () => {
    const listed = task({ lastStatus: "PENDING" });
    const launches = [
      { arn: listed.arn, capacity: "FARGATE", launchedAt: NOW - 1_000 } as const,
      { arn: "unlisted", capacity: "FARGATE", launchedAt: NOW - REMEMBER_MS + 1 } as const,
      { arn: "forgotten", capacity: "FARGATE", launchedAt: NOW - REMEMBER_MS } as const,
    ];
    expect(assessFleet([listed], { ...NOTHING, launches }, NOW)).toMatchObject({
      running: 2,
      starting: 2,
      lastLaunchAt: NOW - REMEMBER_MS + 1,
    });
  });

  it("a launch that has already stopped is not running", () => {
    const gone = stopped(5, { exitCode: 0 });
    const launches = [{ arn: gone.arn, capacity: "FARGATE", launchedAt: NOW - 60_000 } as const];
    expect(assessFleet([gone], { ...NOTHING, launches }, NOW).running).toBe(0);
  });
});

describe("Spot is short", () => {
  it.each<[string, TaskFacts[], Memory, boolean]>([
    ["not without a sign of it", [task({})], NOTHING, false],
    ["after RunTask refused", [], { ...NOTHING, spotRefusedAt: NOW - 60_000 }, true],
    ["no longer after five minutes", [], { ...NOTHING, spotRefusedAt: NOW - SPOT_PAUSE_MS }, false],
    ["after a Spot task stopped before RUNNING", [neverRan(60)], NOTHING, true],
    ["no longer five minutes later", [neverRan(300)], NOTHING, false],
    ["no longer after another Spot task ran", [neverRan(60), task({ startedAt: NOW - 30_000 })], NOTHING, false],
    ["still when that one ran before", [neverRan(60), task({ startedAt: NOW - 90_000 })], NOTHING, true],
    [
      "still when an On-Demand task ran",
      [neverRan(60), task({ capacity: "FARGATE", startedAt: NOW - 30_000 })],
      NOTHING,
      true,
    ],
    ["not for On-Demand tasks", [neverRan(60, { capacity: "FARGATE" })], NOTHING, false],
    [
      "not for an image that cannot be pulled",
      [neverRan(60, { stoppedReason: "CannotPullContainerError: x" })],
      NOTHING,
      false,
    ],
    ["not when a person stopped it", [neverRan(60, { stopCode: "UserInitiated" })], NOTHING, false],
    ["not for an interruption of a task that ran", [stopped(60, { stopCode: "SpotInterruption" })], NOTHING, false],
  ])("%s", (_, tasks, memory, expected) => {
    expect(assessFleet(tasks, memory, NOW).spotShortage).toBe(expected);
  });
});

describe("crash loop", () => {
  const crash = (secondsAgo: number): TaskFacts => stopped(secondsAgo, { exitCode: 1 });
  const oldest = CRASH_LOOP_WINDOW_MS / 1000;

  it.each<[string, TaskFacts[], boolean]>([
    ["three crashes", [crash(10), crash(70), crash(130)], true],
    ["two crashes", [crash(10), crash(70)], false],
    ["a good end after them", [stopped(5, { exitCode: 0 }), crash(10), crash(70), crash(130)], false],
    ["a good end before them", [crash(10), crash(70), crash(130), stopped(200, { exitCode: 0 })], true],
    ["in any order of listing", [stopped(200, { exitCode: 0 }), crash(130), crash(10), crash(70)], true],
    [
      "an image that cannot be pulled",
      [1, 2, 3].map((n) => neverRan(n * 60, { stoppedReason: "CannotPullContainerError" })),
      true,
    ],
    ["On-Demand tasks that never ran", [1, 2, 3].map((n) => neverRan(n * 60, { capacity: "FARGATE" })), true],
    ["a container that left no exit code", [crash(10), crash(70), stopped(130, {})], true],
    ["no Spot capacity is no crash", [1, 2, 3].map((n) => neverRan(n * 60)), false],
    [
      "interruptions are no crashes",
      [1, 2, 3].map((n) => stopped(n, { stopCode: "SpotInterruption", exitCode: 137 })),
      false,
    ],
    [
      "interruptions in between do not hide one",
      [crash(10), stopped(40, { stopCode: "SpotInterruption" }), crash(70), crash(130)],
      true,
    ],
    ["stopped by hand", [1, 2, 3].map((n) => stopped(n, { stopCode: "UserInitiated", exitCode: 143 })), false],
    ["long ago", [crash(10), crash(70), crash(oldest)], false],
  ])("%s: %#", (_, tasks, expected) => {
    expect(assessFleet(tasks, NOTHING, NOW).crashLoop).toBe(expected);
  });
});

it("remembers launches once and for two minutes", () => {
  const launchOf = (arn: string, launchedAt: number) => ({ arn, capacity: "FARGATE", launchedAt }) as const;
  const first = remember(NOTHING, [launchOf("a", NOW), launchOf("b", NOW)], NOW);
  const second = remember(first, [launchOf("a", NOW + 1), launchOf("c", NOW + 1)], NOW + 1);
  expect(second.launches.map(({ arn }) => arn)).toEqual(["a", "b", "c"]);
  expect(remember(second, [], NOW + REMEMBER_MS).launches.map(({ arn }) => arn)).toEqual(["c"]);
});
