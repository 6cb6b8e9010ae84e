/** What the starter would decide now: its own settings and its own judgement, without invoking it. */
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { readTasks } from "../../aws/fleet";
import { readQueueState } from "../../aws/operator/queue-state";
import type { StarterConfig } from "../../core/config";
import { assessFleet, type TaskFacts } from "../../core/fleet";
import { deal, dealtSoFar } from "../../core/launch";
import type { Told } from "../../core/look";
import { decideScale, type QueueDepth } from "../../core/scale";

export interface ForeseeDeps {
  readonly sqs: SQSClient;
  readonly ecs: ECSClient;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Reads queue and fleet as the starter does. */
export async function foresee(
  { sqs, ecs, now }: ForeseeDeps,
  config: StarterConfig,
  signal: AbortSignal,
): Promise<Told> {
  const [depth, tasks] = await Promise.all([
    readQueueState(sqs, config.queueUrl, signal),
    readTasks(ecs, config, { signal }),
  ]);
  return foreseen(depth, tasks, config, now());
}

/**
 * Pure. What a warm container of the starter remembers beside ECS, launches of the last two minutes and refusals of Spot, is not
 * known here: it could launch less, or On-Demand instead of Spot.
 */
export function foreseen(
  { visible, inFlight, delayed }: QueueDepth,
  tasks: readonly TaskFacts[],
  config: StarterConfig,
  now: number,
): Told {
  const fleet = assessFleet(tasks, { launches: [], spotRefusedAt: 0 }, now);
  const { launch, reason } = decideScale({ visible, inFlight, delayed }, fleet, config, now);
  const capacity = { FARGATE: 0, FARGATE_SPOT: 0 };
  for (const batch of deal(launch, dealtSoFar(tasks), config, fleet.spotShortage))
    capacity[batch.capacity] += batch.count;
  const { running, starting, spotShortage, crashLoop } = fleet;
  return { visible, inFlight, delayed, running, starting, launched: launch, capacity, reason, spotShortage, crashLoop };
}
