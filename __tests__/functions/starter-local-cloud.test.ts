/**
 * The starter as it is deployed: the text Pulumi makes of it, loaded by a Node process that knows nothing else, answering one event for each
 * kind of decision with real requests to the local cloud. starter.test.ts has the details; this shows that they survive the packing.
 */
import type { StarterConfig } from "../../core/config";
import type { ScaleReason } from "../../core/scale";
import type { LookRecord } from "../../functions/starter";
import type { SpotAvailability } from "../../local/ecs";
import { serialiseStarter, type Serialised } from "./serialised";
import { type Answered, startWorld, type World } from "./starter-world";

const EVENT = { time: "2026-04-01T12:00:00Z" };
const NEXT_EVENT = { time: "2026-04-01T12:01:00Z" };

interface Decision {
  readonly settings?: Partial<StarterConfig>;
  readonly world?: (world: World) => Promise<void> | void;
  readonly event?: unknown;
  readonly look: Partial<LookRecord>;
  /** What really runs then. */
  readonly launched: readonly string[];
}

const SPOT = "FARGATE_SPOT";
const ON_DEMAND = "FARGATE";

let starter: Serialised;
let world: World | undefined;

beforeAll(async () => {
  starter = await serialiseStarter();
});

afterEach(async () => {
  await world?.close();
  world = undefined;
});

afterAll(() => starter.remove());

async function begin(settings?: Partial<StarterConfig>): Promise<World> {
  world = await startWorld(starter.module, settings);
  return world;
}

function lookOf({ result, error }: Answered): LookRecord {
  if (result === undefined) throw new Error(error?.errorMessage);
  expect(result.looks).toHaveLength(1);
  expect(result.launched).toBe(result.looks[0]!.launched);
  return result.looks[0]!;
}

/** One for each reason the decision can have: the type sees to it. */
const reasons: Readonly<Record<ScaleReason, Decision>> = {
  paused: {
    settings: { maxWorkers: 0 },
    world: ({ waiting }) => waiting(3),
    look: { visible: 3, launched: 0 },
    launched: [],
  },
  "nothing-to-do": { look: { visible: 0, inFlight: 0, running: 0, launched: 0 }, launched: [] },
  "only-in-flight": {
    world: async ({ held, working }) => {
      await held(12);
      await working(1, 300);
    },
    look: { visible: 0, inFlight: 12, running: 1, starting: 0, launched: 0 },
    launched: [],
  },
  "at-max-workers": {
    settings: { maxWorkers: 2 },
    world: async ({ waiting, working }) => {
      waiting(9);
      await working(2, 300);
    },
    look: { visible: 9, running: 2, launched: 0 },
    launched: [],
  },
  "enough-starting": {
    world: async ({ waiting, working }) => {
      waiting(2);
      await working(2, 20);
    },
    look: { visible: 2, running: 2, starting: 2, launched: 0 },
    launched: [],
  },
  "crash-loop": {
    world: async ({ waiting, crashed }) => {
      waiting(3);
      await crashed(3, 540);
    },
    look: { visible: 3, running: 0, crashLoop: true, spotShortage: false, launched: 0 },
    launched: [],
  },
  launch: {
    world: ({ waiting }) => waiting(300),
    look: { visible: 300, launched: 5, capacity: { FARGATE: 1, FARGATE_SPOT: 4 }, problems: [] },
    launched: [SPOT, SPOT, SPOT, SPOT, ON_DEMAND],
  },
};

const refusedSpot = (availability: SpotAvailability): ((world: World) => void) => {
  return ({ cloud, waiting }) => {
    waiting(9);
    cloud.ecs.spotAvailability = availability;
  };
};

/** What launching depends on besides. */
const launches: Readonly<Record<string, Decision>> = {
  "workers on their way count": {
    world: async ({ waiting, working }) => {
      waiting(3);
      await working(2, 20);
    },
    look: { visible: 3, running: 2, starting: 2, launched: 1 },
    launched: [SPOT],
  },
  "workers at work do not": {
    world: async ({ waiting, working }) => {
      waiting(3);
      await working(2, 90);
    },
    look: { visible: 3, running: 2, starting: 0, launched: 3 },
    launched: [SPOT, SPOT, ON_DEMAND],
  },
  "several messages for each worker": {
    settings: { messagesPerWorker: 10 },
    world: ({ waiting }) => waiting(21),
    look: { visible: 21, launched: 3 },
    launched: [SPOT, SPOT, SPOT],
  },
  "the seed's rule: messages in flight count": {
    settings: { scalingRule: "seed" },
    world: async ({ held, working }) => {
      await held(2);
      await working(1, 300);
    },
    look: { visible: 0, inFlight: 2, running: 1, launched: 2 },
    launched: [SPOT, SPOT],
  },
  "more than one RunTask takes": {
    settings: { maxWorkers: 13, onDemandWeight: 0 },
    world: ({ waiting }) => waiting(13),
    look: { launched: 13 },
    launched: Array.from({ length: 13 }, () => SPOT),
  },
  "Spot refused in the answer": {
    world: refusedSpot("failures"),
    look: { launched: 5, capacity: { FARGATE: 5, FARGATE_SPOT: 0 }, spotShortage: true },
    launched: [ON_DEMAND, ON_DEMAND, ON_DEMAND, ON_DEMAND, ON_DEMAND],
  },
  "Spot refused by an error": {
    world: refusedSpot("exception"),
    look: { launched: 5, capacity: { FARGATE: 5, FARGATE_SPOT: 0 }, spotShortage: true },
    launched: [ON_DEMAND, ON_DEMAND, ON_DEMAND, ON_DEMAND, ON_DEMAND],
  },
  "Spot refused where nothing else is wanted": {
    settings: { onDemandWeight: 0 },
    world: refusedSpot("failures"),
    look: { launched: 0, capacity: { FARGATE: 0, FARGATE_SPOT: 0 }, spotShortage: true },
    launched: [],
  },
  "one try in ten minutes of a crash loop": {
    world: async ({ waiting, crashed }) => {
      waiting(3);
      await crashed(3, 660);
    },
    look: { reason: "crash-loop", crashLoop: true, launched: 1 },
    launched: [SPOT],
  },
  "an empty payload": {
    event: {},
    world: ({ waiting }) => waiting(1),
    look: { visible: 1, launched: 1 },
    launched: [SPOT],
  },
  "no payload": {
    event: null,
    world: ({ waiting }) => waiting(1),
    look: { visible: 1, launched: 1 },
    launched: [SPOT],
  },
};

async function check(decision: Decision, reason: ScaleReason): Promise<void> {
  const world = await begin(decision.settings);
  await decision.world?.(world);
  const look = lookOf(await world.invoke("event" in decision ? decision.event : EVENT));
  expect(look).toMatchObject({ reason, ...decision.look });
  expect(world.launched()).toEqual(decision.launched);
}

it.each(Object.entries(reasons))("decides: %s", (reason, decision) => check(decision, reason as ScaleReason));

it.each(Object.entries(launches))("launches: %s", (_, decision) => check(decision, decision.look.reason ?? "launch"));

it("Spot tasks that stop before they run are a shortage at the next event", async () => {
  const { cloud, waiting, invoke, launched } = await begin();
  waiting(4);
  cloud.ecs.spotAvailability = "dies-before-running";
  expect(lookOf(await invoke(EVENT))).toMatchObject({ launched: 4, capacity: { FARGATE: 0, FARGATE_SPOT: 4 } });
  await Promise.all(cloud.ecs.tasks().map(({ taskArn }) => cloud.ecs.stopped(taskArn)));
  expect(lookOf(await invoke(NEXT_EVENT))).toMatchObject({ running: 0, launched: 4, spotShortage: true });
  expect(launched()).toEqual([SPOT, SPOT, SPOT, SPOT, ON_DEMAND, ON_DEMAND, ON_DEMAND, ON_DEMAND]);
});

it("an event that is delivered twice launches once", async () => {
  const { waiting, invoke, launched } = await begin();
  waiting(3);
  expect(lookOf(await invoke(EVENT))).toMatchObject({ launched: 3 });
  waiting(1);
  expect(lookOf(await invoke(EVENT))).toMatchObject({ launched: 0, starting: 3 });
  expect(launched()).toEqual([SPOT, SPOT, SPOT]);
});

it("what cannot work fails with one text for people", async () => {
  const { cloud, waiting, invoke } = await begin();
  waiting(1);
  const refusal = { type: "error", status: 400, code: "AccessDeniedException", message: "no" } as const;
  cloud.faults.add({ operation: "RunTask", action: refusal });
  const { error } = await invoke(EVENT);
  expect(error?.errorMessage).toMatch(
    /^RunTask failed: AccessDeniedException: no \(request [\w-]+\)\. Check the starter's role\.$/,
  );
});
