/**
 * The real starter against a fleet at its worst: events delivered twice at once with every order of their requests, late or not
 * at all, cold containers that remember nothing, a task list that lags, throttled calls, Spot that is short, workers that end
 * at any time. Never more than maxWorkers live tasks, and never none for two ticks while work waits.
 */
import { ECSClient } from "@aws-sdk/client-ecs";
import { SQSClient } from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { makeStarterWith, type Starter } from "../../functions/starter";
import { ModelCloud, type Mood } from "./starter-fleet";

const MAX_WORKERS = 5;
/** AWS gives no figure; a minute between ticks leaves it this much. */
const LISTING_LAG_MS = 45_000;

interface Tick {
  readonly mood: Mood;
  /** Since the tick before: on time, late, or after some that never came. */
  readonly gapMs: number;
  /** The event is delivered once more, to another container, at the same time. */
  readonly twice: boolean;
  /** The container that remembers the last launches is gone. */
  readonly cold: boolean;
  /** How many of the live workers end before it, of those that run longest. */
  readonly leaving: number;
}

const OPERATIONS = ["GetQueueAttributes", "ListTasks", "DescribeTasks", "RunTask"] as const;

const tick: fc.Arbitrary<Tick> = fc.record({
  mood: fc.record({
    visible: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 4 }), fc.constant(500)),
    throttled: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.subarray([...OPERATIONS], { minLength: 1 }) },
    ),
    spotGone: fc.boolean(),
  }),
  gapMs: fc.constantFrom(60_000, 60_000, 60_000, 95_000, 180_000),
  twice: fc.boolean(),
  cold: fc.boolean(),
  leaving: fc.integer({ min: 0, max: MAX_WORKERS }),
});

const environment = { ...process.env };

beforeEach(() => {
  process.env = {
    ...environment,
    AWS_REGION: "eu-north-1",
    QUEUE_URL: "https://sqs.eu-north-1.amazonaws.com/123456789012/sync-q",
    CLUSTER: "sync-cluster",
    TASK_DEFINITION: "sync-task:7",
    TASK_FAMILY: "sync-task",
    SUBNETS: "subnet-1",
    MAX_WORKERS: String(MAX_WORKERS),
  };
  jest.spyOn(console, "log").mockImplementation(() => undefined);
});

afterEach(() => {
  jest.restoreAllMocks();
  process.env = environment;
});

/** Every request of every client goes to the cloud of the run, when the scheduler says so. */
function connect(cloud: ModelCloud, scheduler: fc.Scheduler): void {
  const send = async (command: object): Promise<object> => {
    const operation = command.constructor.name.replace(/Command$/, "");
    await scheduler.schedule(Promise.resolve(), operation);
    return cloud.answer(operation, (command as { input: Record<string, unknown> }).input);
  };
  jest.spyOn(ECSClient.prototype, "send").mockImplementation(send as never);
  jest.spyOn(SQSClient.prototype, "send").mockImplementation(send as never);
}

async function play(ticks: readonly Tick[], scheduler: fc.Scheduler): Promise<void> {
  let now = Date.parse("2026-04-01T12:00:00Z");
  const cloud = new ModelCloud(() => now, LISTING_LAG_MS);
  connect(cloud, scheduler);
  const container = (): Starter => makeStarterWith({ now: () => now, sleep: async () => undefined });
  let warm = container();
  let unattended = 0;
  for (const { mood, gapMs, twice, cold, leaving } of ticks) {
    now += gapMs;
    cloud.mood = mood;
    for (const task of cloud.live()) task.startedAt ??= now - 30_000;
    for (const task of cloud.live().slice(0, leaving)) task.stoppedAt = now;
    if (cold) warm = container();
    const event = { time: new Date(now).toISOString() };
    const starters = twice ? [warm, container()] : [warm];
    await scheduler.waitFor(Promise.allSettled(starters.map((starter) => starter(event))));
    expect(cloud.live().length).toBeLessThanOrEqual(MAX_WORKERS);
    const waits = mood.visible > 0 && mood.throttled.length === 0;
    unattended = waits && cloud.live().length === 0 ? unattended + 1 : 0;
    expect(unattended).toBeLessThan(2);
  }
}

test("never more than maxWorkers live tasks, never none for two ticks while work waits", async () => {
  await fc.assert(fc.asyncProperty(fc.array(tick, { minLength: 1, maxLength: 8 }), fc.scheduler(), play), {
    numRuns: 400,
    seed: 20_261_123,
  });
}, 120_000);

test("the model has teeth: with a task list that lags longer than the ticks and no memory, there are too many", async () => {
  await expect(
    fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const busy: Tick = {
          mood: { visible: 500, throttled: [], spotGone: false },
          gapMs: 30_000,
          twice: false,
          cold: true,
          leaving: 0,
        };
        await play([busy, busy], scheduler);
      }),
      { numRuns: 5, seed: 1 },
    ),
  ).rejects.toThrow("Property failed after 1 tests");
});
