/** Reads a situation: queue, tasks, rule and starter must be readable; log and metrics may fail and are then named. */
import { readTasks } from "../../aws/fleet";
import type { OperatorClients } from "../../aws/operator/clients";
import { type LogEvent, readLog } from "../../aws/operator/logs";
import { readMetrics } from "../../aws/operator/metrics";
import { readQueueState } from "../../aws/operator/queue-state";
import { readRule } from "../../aws/operator/schedule-rule";
import { readStarter } from "../../aws/operator/starter-function";
import { assessFleet, type TaskFacts } from "../../core/fleet";
import type { Clock } from "../../core/ports";
import type { System } from "../../core/system";
import { messageOf } from "../shell/errors";
import { activityOf, activityQueries, WINDOW_SECONDS } from "./activity";
import { limitsOf } from "./limits";
import type { Activity, Situation, StarterHistory, WorkerTask } from "./situation";
import { readStarterLog } from "./starter-log";

export const STATUS_NEEDS = [
  "region",
  "queueUrl",
  "deadLetterQueueUrl",
  "cluster",
  "taskFamily",
  "starter",
  "starterRule",
  "starterLogGroup",
] as const;

export interface GatherDeps {
  readonly clients: Pick<OperatorClients, "cloudWatch" | "ecs" | "events" | "lambda" | "logs" | "sqs">;
  readonly system: Pick<System, (typeof STATUS_NEEDS)[number]>;
  readonly clock: Clock;
}

/** CloudWatch has one point a minute and asks money for every read. */
const ACTIVITY_KEPT_MS = 60_000;

/** Reads the situation of the moment; what changes once a minute is read once a minute. */
export function makeGather({ clients, system, clock }: GatherDeps): (signal: AbortSignal) => Promise<Situation> {
  let known: { readonly at: number; readonly activity: Activity } | undefined;

  async function activity(now: number, signal: AbortSignal): Promise<Activity> {
    if (known !== undefined && now - known.at < ACTIVITY_KEPT_MS) return known.activity;
    const span = { from: now - WINDOW_SECONDS * 1000, to: now };
    const points = await readMetrics(clients.cloudWatch, activityQueries(system.queueUrl), span, signal);
    known = { at: now, activity: activityOf(points, now) };
    return known.activity;
  }

  return async (signal) => {
    const at = clock.wallMs();
    const unread: string[] = [];
    const optional = async <T>(what: string, reading: Promise<T>, otherwise: T): Promise<T> => {
      try {
        return await reading;
      } catch (error) {
        signal.throwIfAborted();
        unread.push(`${what}: ${error instanceof Error ? `${error.name}: ${messageOf(error)}` : String(error)}`);
        return otherwise;
      }
    };
    const [queue, dead, tasks, rule, setup, starter, measured] = await Promise.all([
      readQueueState(clients.sqs, system.queueUrl, signal),
      readQueueState(clients.sqs, system.deadLetterQueueUrl, signal),
      readTasks(clients.ecs, system, { signal }),
      readRule(clients.events, system.starterRule, signal),
      readStarter(clients.lambda, system.starter, signal),
      optional("the starter's log", starterHistory(clients, system, at, signal), {}),
      optional<Activity>("lag and throughput", activity(at, signal), { windowSeconds: WINDOW_SECONDS }),
    ]);
    return {
      at,
      queue,
      deadLetters: dead.visible + dead.inFlight + dead.delayed,
      workers: workersOf(tasks, at),
      fleet: assessFleet(tasks, { launches: [], spotRefusedAt: 0 }, at),
      rule,
      limits: limitsOf(setup.environment),
      starter,
      activity: measured,
      unread,
    };
  };
}

async function starterHistory(
  { logs }: GatherDeps["clients"],
  { starterLogGroup: group }: GatherDeps["system"],
  now: number,
  signal: AbortSignal,
): Promise<StarterHistory> {
  const events: LogEvent[] = [];
  try {
    for await (const page of readLog(logs, { group, from: now - WINDOW_SECONDS * 1000 }, signal)) events.push(...page);
  } catch (error) {
    // Without a first invocation there is no log yet.
    if (!(error instanceof Error) || error.name !== "ResourceNotFoundException") throw error;
  }
  return readStarterLog(events);
}

function workersOf(tasks: readonly TaskFacts[], now: number): readonly WorkerTask[] {
  return tasks
    .filter((task) => task.desiredStatus !== "STOPPED" && task.lastStatus !== "STOPPED")
    .sort((a, b) => (a.createdAt ?? now) - (b.createdAt ?? now))
    .map((task) => ({
      id: task.arn.slice(task.arn.lastIndexOf("/") + 1),
      status: task.lastStatus,
      capacity: task.capacity,
      ageSeconds: task.createdAt === undefined ? undefined : Math.max(0, Math.round((now - task.createdAt) / 1000)),
    }));
}
