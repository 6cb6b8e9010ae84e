/** The starter and the tasks it starts: every decision is the product's own (core/fleet.ts, core/scale.ts, core/launch.ts). */
import { assessFleet, type Capacity, type TaskFacts } from "../../core/fleet";
import { afterLaunch, deal, type Dealt } from "../../core/launch";
import { looksDueMs } from "../../core/look";
import { decideScale, type QueueDepth } from "../../core/scale";
import { ASSUMED, type StarterTime } from "../../cli/cost/work";
import type { ForecastSettings } from "./scenario";

/** ECS keeps a stopped task visible for about an hour. */
const SHOWN_MS = 3_600_000;
/** The fleet's times are wall-clock times, in which 0 means never. */
const EPOCH_MS = 1_000_000_000_000;

/** One Fargate task. Times are ms since the beginning of the forecast. */
export interface Task {
  readonly number: number;
  readonly capacity: Capacity;
  readonly launchedAt: number;
  startedAt: number | undefined;
  stoppedAt: number | undefined;
  interrupted: boolean;
}

export interface Fleet {
  /** One look of the starter. The answer: which tasks it launches. */
  look(depth: QueueDepth, now: number): readonly Task[];
  /** All that were ever launched. */
  readonly tasks: readonly Task[];
}

export function makeFleet(settings: ForecastSettings): Fleet {
  const tasks: Task[] = [];
  let shown: Task[] = [];
  let dealt: Dealt = { spot: 0, onDemand: 0 };
  return {
    tasks,
    look(depth, now) {
      shown = shown.filter(({ stoppedAt }) => stoppedAt === undefined || now - stoppedAt < SHOWN_MS);
      const fleet = assessFleet(shown.map(factsOf), { launches: [], spotRefusedAt: 0 }, EPOCH_MS + now);
      const { launch } = decideScale(depth, fleet, settings, EPOCH_MS + now);
      const launched: Task[] = [];
      for (const batch of deal(launch, dealt, settings, fleet.spotShortage)) {
        dealt = afterLaunch(dealt, batch, batch.count);
        for (let index = 0; index < batch.count; index++) {
          const task: Task = {
            number: tasks.length,
            capacity: batch.capacity,
            launchedAt: now,
            startedAt: undefined,
            stoppedAt: undefined,
            interrupted: false,
          };
          tasks.push(task);
          launched.push(task);
        }
      }
      shown.push(...launched);
      return launched;
    },
  };
}

/** As DescribeTasks would show it. */
function factsOf({ number, capacity, launchedAt, startedAt, stoppedAt, interrupted }: Task): TaskFacts {
  const isStopped = stoppedAt !== undefined;
  return {
    arn: String(number),
    capacity,
    lastStatus: isStopped ? "STOPPED" : startedAt === undefined ? "PENDING" : "RUNNING",
    desiredStatus: isStopped || interrupted ? "STOPPED" : "RUNNING",
    createdAt: EPOCH_MS + launchedAt,
    ...(startedAt === undefined ? {} : { startedAt: EPOCH_MS + startedAt }),
    ...(isStopped ? { stoppedAt: EPOCH_MS + stoppedAt, exitCode: 0 } : {}),
    ...(interrupted ? { stopCode: "SpotInterruption" } : { stopCode: "EssentialContainerExited" }),
  };
}

/** Milliseconds from one invocation of the starter to the next: the schedule knows whole minutes. */
export function invocationEveryMs(pollIntervalSeconds: number): number {
  return Math.max(60, pollIntervalSeconds) * 1000;
}

/** The starter's time over `ms`, whatever there is to do. */
export function starterTime(pollIntervalSeconds: number, ms: number): StarterTime {
  const due = looksDueMs(pollIntervalSeconds);
  const invocations = ms / invocationEveryMs(pollIntervalSeconds);
  const seconds = (due.at(-1) ?? 0) / 1000 + ASSUMED.lookSeconds;
  return { invocations, looks: invocations * due.length, seconds: invocations * seconds };
}
