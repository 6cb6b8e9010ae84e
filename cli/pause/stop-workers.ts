/** Stops all workers in order and waits until they have left. */
import type { ECSClient } from "@aws-sdk/client-ecs";
import { type FamilyPlace, readTasks } from "../../aws/fleet";
import { stopTask } from "../../aws/operator/stop-task";
import type { TaskFacts } from "../../core/fleet";
import type { Clock } from "../../core/ports";

export interface StopDeps {
  readonly ecs: ECSClient;
  readonly place: FamilyPlace;
  readonly clock: Pick<Clock, "sleep">;
  readonly signal: AbortSignal;
}

const LOOK_EVERY_MS = 2_000;

/** Those that are here and those on their way; not yet STOPPED. */
export async function workersHere({ ecs, place, signal }: StopDeps): Promise<readonly TaskFacts[]> {
  const tasks = await readTasks(ecs, place, { signal });
  return tasks.filter((task) => task.lastStatus !== "STOPPED");
}

/** Asks every worker to drain; those that are leaving already are left alone. Answers how many it asked. */
export async function stopWorkers(deps: StopDeps, workers: readonly TaskFacts[]): Promise<number> {
  const staying = workers.filter((task) => task.desiredStatus !== "STOPPED");
  for (const { arn } of staying) {
    await stopTask(deps.ecs, { cluster: deps.place.cluster, arn, reason: "s3-express-sync pause --now" }, deps.signal);
  }
  return staying.length;
}

/** Resolves when none is left; ECS kills what drains longer than two minutes. Rejects when `signal` aborts. */
export async function untilGone(deps: StopDeps, onLeft: (left: number) => void): Promise<void> {
  for (;;) {
    const left = await workersHere(deps);
    onLeft(left.length);
    if (left.length === 0) return;
    await deps.clock.sleep(LOOK_EVERY_MS, deps.signal);
    deps.signal.throwIfAborted();
  }
}
