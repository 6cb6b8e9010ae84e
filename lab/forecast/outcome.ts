/** What came of a forecast's run. Pure. */
import type { Task } from "./fleet";
import type { LagSummary } from "./lags";
import { OPERATIONS, type Profile, type Requests } from "./profile";
import { objectsOf, type Scenario } from "./scenario";

/** Times are seconds since the first object was written. */
export interface Outcome {
  readonly objects: number;
  readonly bytes: number;
  /** Until the last object was copied and checked. */
  readonly makespanSeconds: number;
  /** Until the last worker had left. */
  readonly endSeconds: number;
  readonly firstWorkerSeconds: number;
  readonly firstCopySeconds: number;
  readonly workersStarted: number;
  readonly mostWorkers: number;
  readonly workersAtEnd: number;
  readonly interruptions: number;
  readonly workerSeconds: number;
  /** Of the workers' time. */
  readonly spotShare: number;
  readonly requests: Requests;
  /** From written to checked and acknowledged. */
  readonly lagSeconds: LagSummary;
  /** Objects that became equal, counted as they did: equal to `objects`. */
  readonly copied: number;
}

/** What the simulation has counted; times are ms. */
export interface Counted {
  readonly copied: number;
  /** Copy requests: CopyObject or UploadPartCopy. */
  readonly copies: number;
  readonly lastCopyMs: number;
  readonly firstCopyMs: number;
  readonly mostWorkers: number;
  readonly extra: { readonly source: number; readonly destination: number };
  readonly lags: LagSummary;
}

export function outcomeOf({ job }: Scenario, profile: Profile, tasks: readonly Task[], counted: Counted): Outcome {
  const lived = (task: Task): number => ((task.stoppedAt ?? NaN) - task.launchedAt) / 1000;
  const workerSeconds = tasks.reduce((sum, task) => sum + lived(task), 0);
  const spot = tasks.filter(({ capacity }) => capacity === "FARGATE_SPOT");
  const objects = objectsOf(job);
  const requests = Object.fromEntries(
    OPERATIONS.map((operation) => [operation, profile.requests[operation] * counted.copied]),
  ) as Record<keyof Requests, number>;
  requests[profile.requests.CopyObject > 0 ? "CopyObject" : "UploadPartCopy"] = counted.copies;
  requests["HeadObject (source)"] += counted.extra.source;
  requests["HeadObject (destination)"] += counted.extra.destination;
  return {
    objects,
    bytes: objects * job.objectBytes,
    makespanSeconds: counted.lastCopyMs / 1000,
    endSeconds: Math.max(...tasks.map(({ stoppedAt = NaN }) => stoppedAt)) / 1000,
    firstWorkerSeconds: Math.min(...tasks.map(({ startedAt = Infinity }) => startedAt)) / 1000,
    firstCopySeconds: counted.firstCopyMs / 1000,
    workersStarted: tasks.length,
    mostWorkers: counted.mostWorkers,
    workersAtEnd: tasks.filter(({ stoppedAt }) => stoppedAt === undefined).length,
    interruptions: tasks.filter(({ interrupted }) => interrupted).length,
    workerSeconds,
    spotShare: workerSeconds === 0 ? 0 : spot.reduce((sum, task) => sum + lived(task), 0) / workerSeconds,
    requests,
    lagSeconds: counted.lags,
    copied: counted.copied,
  };
}
