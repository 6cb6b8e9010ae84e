/**
 * What the worker tasks of one family say about the fleet: how many work, how many are on their way, whether Spot is short,
 * whether workers die as fast as they start.
 *
 * ECS keeps a stopped task visible for about an hour, so all of this survives a new Lambda container. Times are epoch ms.
 */

/** The two Fargate capacity providers, by their AWS names. */
export type Capacity = "FARGATE" | "FARGATE_SPOT";

/** The part of an ECS task that matters here, as DescribeTasks gives it. */
export interface TaskFacts {
  readonly arn: string;
  /** Undefined for a task that was started with a launch type, not by the starter. */
  readonly capacity?: Capacity;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  readonly createdAt?: number;
  /** When it became RUNNING; undefined when it never did. */
  readonly startedAt?: number;
  readonly stoppedAt?: number;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  readonly exitCode?: number;
}

/** A task this container launched, remembered because ListTasks may not show it yet (RunTask is eventually consistent). */
export interface RememberedLaunch {
  readonly arn: string;
  readonly capacity: Capacity;
  readonly launchedAt: number;
}

/** What a Lambda container remembers between invocations; losing it costs little. */
export interface Memory {
  readonly launches: readonly RememberedLaunch[];
  /** When RunTask last refused Spot capacity; 0 when it never did. */
  readonly spotRefusedAt: number;
}

export interface Fleet {
  /** Workers that exist and are not on their way out. */
  readonly running: number;
  /** Of these, not yet RUNNING or RUNNING for less than {@link SETTLING_MS}: they have not shown up in the queue's depth. */
  readonly starting: number;
  readonly spotShortage: boolean;
  readonly crashLoop: boolean;
  /** The newest task's creation; 0 when none is known. */
  readonly lastLaunchAt: number;
}

/** A worker RUNNING for less than this may not have received its messages yet; the queue's depth lags as well. */
export const SETTLING_MS = 60_000;
/** How long a launch is remembered: far longer than ListTasks lags. */
export const REMEMBER_MS = 120_000;
/** After this long without a new refusal Spot is tried again. */
export const SPOT_PAUSE_MS = 300_000;
/** So many tasks in a row that end badly are a loop. */
export const CRASH_LOOP_TASKS = 3;
/** Older ends say nothing about now. */
export const CRASH_LOOP_WINDOW_MS = 1_800_000;

/** @param tasks all tasks of the family that ECS shows, running and stopped, in any order */
export function assessFleet(tasks: readonly TaskFacts[], memory: Memory, now: number): Fleet {
  const seen = new Set(tasks.map((task) => task.arn));
  const unseen = memory.launches.filter((launch) => !seen.has(launch.arn) && now - launch.launchedAt < REMEMBER_MS);
  const alive = tasks.filter(isAlive);
  return {
    running: alive.length + unseen.length,
    starting: alive.filter((task) => isStarting(task, now)).length + unseen.length,
    spotShortage: isSpotShort(tasks, memory, now),
    crashLoop: isCrashLoop(tasks, now),
    lastLaunchAt: Math.max(0, ...tasks.map((task) => task.createdAt ?? 0), ...unseen.map((one) => one.launchedAt)),
  };
}

/** The launches still worth remembering. */
export function remember(memory: Memory, launches: readonly RememberedLaunch[], now: number): Memory {
  const known = new Set(memory.launches.map((launch) => launch.arn));
  const fresh = launches.filter((launch) => !known.has(launch.arn));
  return {
    ...memory,
    launches: [...memory.launches, ...fresh].filter((launch) => now - launch.launchedAt < REMEMBER_MS),
  };
}

const LEAVING = ["DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED", "DELETED"];

function isAlive(task: TaskFacts): boolean {
  return task.desiredStatus !== "STOPPED" && !LEAVING.includes(task.lastStatus);
}

function isStarting(task: TaskFacts, now: number): boolean {
  return task.lastStatus !== "RUNNING" || task.startedAt === undefined || now - task.startedAt < SETTLING_MS;
}

/** Short from a refusal on, until a later Spot task reaches RUNNING or {@link SPOT_PAUSE_MS} pass without another. */
function isSpotShort(tasks: readonly TaskFacts[], memory: Memory, now: number): boolean {
  const refusals = tasks.filter(wasRefusedSpot).map((task) => task.stoppedAt ?? task.createdAt ?? 0);
  const refusedAt = Math.max(memory.spotRefusedAt, ...refusals);
  const servedAt = Math.max(0, ...tasks.map((task) => (task.capacity === "FARGATE_SPOT" ? (task.startedAt ?? 0) : 0)));
  return refusedAt > servedAt && now - refusedAt < SPOT_PAUSE_MS;
}

/** Accepted as PROVISIONING, then stopped before it ran, and not because of an image, a set-up error or a person. */
function wasRefusedSpot(task: TaskFacts): boolean {
  return (
    task.capacity === "FARGATE_SPOT" &&
    !isAlive(task) &&
    task.startedAt === undefined &&
    !isBadSetup(task) &&
    !byHand(task)
  );
}

/** The last {@link CRASH_LOOP_TASKS} that ended by themselves all ended badly. */
function isCrashLoop(tasks: readonly TaskFacts[], now: number): boolean {
  const ended = tasks
    .filter(
      (task) => task.stoppedAt !== undefined && now - task.stoppedAt < CRASH_LOOP_WINDOW_MS && endedByItself(task),
    )
    .sort((a, b) => (b.stoppedAt ?? 0) - (a.stoppedAt ?? 0))
    .slice(0, CRASH_LOOP_TASKS);
  return ended.length === CRASH_LOOP_TASKS && ended.every(endedBadly);
}

function endedByItself(task: TaskFacts): boolean {
  return !isAlive(task) && !byHand(task) && task.stopCode !== "SpotInterruption" && !wasRefusedSpot(task);
}

function endedBadly(task: TaskFacts): boolean {
  return task.startedAt === undefined || (task.exitCode ?? 1) !== 0;
}

function byHand(task: TaskFacts): boolean {
  return task.stopCode === "UserInitiated";
}

function isBadSetup(task: TaskFacts): boolean {
  return /CannotPull|CannotStart|CannotCreate|ResourceInitialization|Essential container/i.test(
    task.stoppedReason ?? "",
  );
}
