/** One run: a scenario, a worker, a verdict. */
import { keysIn, testEventBody } from "./bodies";
import { keysOf, SOURCE_BUCKET } from "./config";
import { Fleet } from "./fleet";
import type { Problem } from "./judge";
import { seeded } from "./random";
import type { Scenario } from "./scenario";
import { HOUR } from "./time";
import { Workload } from "./workload";
import { type RunWorker, SimWorld } from "./world";

const STEP_BUDGET = 60_000;
/** After the calm has set in, everything must have come to rest within this time. */
const REST_WITHIN_MS = 8 * HOUR;

export interface RunResult {
  readonly problems: readonly Problem[];
  /** Readable account of the first problem; empty when there is none. */
  readonly report: string;
  readonly world: SimWorld;
  readonly steps: number;
  readonly virtualSeconds: number;
  readonly workers: number;
}

export async function simulate(scenario: Scenario, runWorker: RunWorker): Promise<RunResult> {
  const random = seeded(scenario.seed);
  const world = new SimWorld(scenario, random);
  const workload = new Workload(world, scenario.steps, keysOf(scenario));
  world.eventDelaysMs = () => workload.delays;
  const busy = (): boolean => !workload.done || world.eventsUnderWay > 0 || world.queue.messages.size > 0;
  const fleet = new Fleet(world, scenario, runWorker, random.stream("fleet"), busy);
  world.queue.send(testEventBody(SOURCE_BUCKET), [], 0, {});
  scheduleBucketLoss(world);
  workload.start();
  fleet.start();
  const done = (): boolean => !isSound(world) || (!busy() && fleet.live === 0);
  const budget = { steps: STEP_BUDGET, untilMs: scenario.nemesis.calmAtMs + REST_WITHIN_MS };
  await rest(world, done, budget);
  if (isSound(world) && world.deadLetters.messages.size > 0) {
    redrive(world);
    fleet.start();
    await rest(world, done, { steps: STEP_BUDGET, untilMs: world.scheduler.now + REST_WITHIN_MS });
  }
  return resultOf(world);
}

function isSound(world: SimWorld): boolean {
  return world.judge.problems.length === 0;
}

async function rest(world: SimWorld, done: () => boolean, budget: { steps: number; untilMs: number }): Promise<void> {
  try {
    await world.scheduler.run(done, budget);
  } catch (error) {
    const left = [...world.queue.messages.values()].map(
      (m) => `  ${m.id} ${m.keys.join(",")} visible at ${String(m.visibleAtMs / 1000)} s`,
    );
    world.judge.blame("comes to rest", undefined, [String(error), "messages:", ...left].join("\n"));
  }
  if (!isSound(world)) return;
  world.judge.atRest(world.deadKeys());
  world.judge.uploadsAtRest(world.processes, world.deadKeys());
}

/** The operator's redrive: the same bodies with fresh counters. What was given up on under trouble succeeds now. */
function redrive(world: SimWorld): void {
  const bodies = [...world.deadLetters.messages.values()].map(({ body }) => body);
  world.deadLetters.messages.clear();
  for (const body of bodies) {
    const value = JSON.parse(body) as Record<string, unknown>;
    const fresh = Object.hasOwn(value, "failures") ? JSON.stringify({ ...value, failures: 0 }) : body;
    const { id, keys } = world.queue.send(fresh, keysIn(fresh), 0, {});
    world.history.add("operator", "redrive", keys, id);
  }
}

function scheduleBucketLoss({ scenario, scheduler, source, judge, history }: SimWorld): void {
  for (const { kind, fromMs, untilMs } of scenario.nemesis.troubles) {
    if (kind !== "source-missing") continue;
    scheduler.after(fromMs, () => {
      history.add("source", "bucket deleted", undefined);
      source.drop();
      judge.bucketDropped(keysOf(scenario));
    });
    scheduler.after(untilMs, () => {
      history.add("source", "bucket created again", undefined);
      judge.bucketCreated();
      source.present = true;
    });
  }
}

function resultOf(world: SimWorld): RunResult {
  const { problems } = world.judge;
  const [first] = problems;
  return {
    problems,
    report: first === undefined ? "" : reportOf(world, first),
    world,
    steps: world.scheduler.steps,
    virtualSeconds: Math.round(world.scheduler.now / 1000),
    workers: world.processes.length,
  };
}

function reportOf(world: SimWorld, problem: Problem): string {
  const about = problem.key === undefined ? "" : ` of ${problem.key}`;
  return [
    `BROKEN: ${problem.promise}${about}`,
    problem.text,
    `seed ${String(world.scenario.seed)}`,
    `scenario ${JSON.stringify(world.scenario)}`,
    `history${about}:`,
    world.history.format(problem.key),
  ].join("\n");
}
