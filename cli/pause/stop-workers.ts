/** Stops all workers in order, also those that appear meanwhile, and waits until they have left. */
import type { ECSClient } from "@aws-sdk/client-ecs";
import { type FamilyPlace, readTasks } from "../../aws/fleet";
import { stopTask } from "../../aws/operator/stop-task";
import type { TaskFacts } from "../../core/fleet";
import type { Clock } from "../../core/ports";

export interface FleetDeps {
  readonly ecs: ECSClient;
  readonly place: FamilyPlace;
  readonly signal: AbortSignal;
}

const LOOK_EVERY_MS = 2_000;

/** Those that are here and those on their way; not yet STOPPED. */
export async function workersHere({ ecs, place, signal }: FleetDeps): Promise<readonly TaskFacts[]> {
  const tasks = await readTasks(ecs, place, { signal });
  return tasks.filter((task) => task.lastStatus !== "STOPPED");
}

/** What came of all looks so far. */
export interface Stopped {
  /** Different workers that were here at one look or another. */
  readonly seen: number;
  /** Of those, the ones that were asked to drain; the others were leaving already. */
  readonly stopped: number;
  /** Here at the last look. */
  readonly left: number;
}

export interface StopPorts {
  readonly here: () => Promise<readonly TaskFacts[]>;
  readonly stop: (arn: string) => Promise<void>;
}

export function stopPorts(deps: FleetDeps): StopPorts {
  const { cluster } = deps.place;
  return {
    here: () => workersHere(deps),
    stop: (arn) => stopTask(deps.ecs, { cluster, arn, reason: "s3-express-sync pause --now" }, deps.signal),
  };
}

/** Looks for workers and asks each that is new to drain. */
export type StopLook = () => Promise<Stopped>;

export function makeStopLook({ here, stop }: StopPorts): StopLook {
  const seen = new Set<string>();
  let stopped = 0;
  return async () => {
    const workers = await here();
    for (const { arn, desiredStatus } of workers) {
      if (seen.has(arn)) continue;
      if (desiredStatus !== "STOPPED") {
        await stop(arn);
        stopped += 1;
      }
      seen.add(arn);
    }
    return { seen: seen.size, stopped, left: workers.length };
  };
}

export interface WaitOptions {
  readonly clock: Pick<Clock, "monotonicMs" | "sleep">;
  readonly signal: AbortSignal;
  /** By the monotonic clock: until then somebody may launch more. */
  readonly quietAt: number;
  readonly onLook: (stopped: Stopped) => void;
}

/** Resolves when none is left and none can follow; ECS kills what drains longer than two minutes. Rejects when `signal` aborts. */
export async function untilGone(look: StopLook, { clock, signal, quietAt, onLook }: WaitOptions): Promise<Stopped> {
  for (;;) {
    // Asked before the look: one launched during it would be seen by the next.
    const isQuiet = clock.monotonicMs() >= quietAt;
    const stopped = await look();
    onLook(stopped);
    if (isQuiet && stopped.left === 0) return stopped;
    await clock.sleep(LOOK_EVERY_MS, signal);
    signal.throwIfAborted();
  }
}
