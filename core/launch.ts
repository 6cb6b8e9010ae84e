/**
 * Which capacity each new worker gets and in which RunTask calls they are started.
 *
 * Fargate's own weights only hold on average and do not fail over ("Fargate will not replace Spot capacity with on-demand"),
 * so the starter deals the workers out itself, one explicit capacity provider per call.
 */
import type { Capacity, TaskFacts } from "./fleet";

/** How many workers each share was dealt so far. */
export interface Dealt {
  readonly spot: number;
  /** Only those due by weight: a worker that starts On-Demand because Spot is short was dealt to Spot. */
  readonly onDemand: number;
}

export interface Weights {
  readonly spotWeight: number;
  readonly onDemandWeight: number;
}

/** One RunTask call. */
export interface Batch {
  readonly capacity: Capacity;
  /** Whose turn it was; differs from the capacity while Spot is short. */
  readonly share: keyof Dealt;
  /** 1 to {@link MAX_BATCH}. */
  readonly count: number;
}

/** API RunTask: count is at most 10. */
export const MAX_BATCH = 10;

/**
 * Deals `count` workers. After any number of workers exactly floor(total x onDemandWeight / (spotWeight + onDemandWeight))
 * are On-Demand: with 4 and 1 every fifth. While Spot is short all of them start On-Demand, except where its weight is 0,
 * which means never.
 */
export function deal(count: number, before: Dealt, weights: Weights, spotShortage: boolean): readonly Batch[] {
  const total = before.spot + before.onDemand + count;
  // Never negative: a fleet with too much On-Demand (other weights before) is diluted, not undone.
  const due = Math.floor((total * weights.onDemandWeight) / (weights.spotWeight + weights.onDemandWeight));
  const onDemand = Math.min(count, Math.max(0, due - before.onDemand));
  const spotCapacity = spotShortage && mayReplaceSpot(weights) ? "FARGATE" : "FARGATE_SPOT";
  return [...cut(spotCapacity, "spot", count - onDemand), ...cut("FARGATE", "onDemand", onDemand)];
}

/** Whether On-Demand may stand in for Spot: a weight of 0 means that the owner wants Spot or nothing. */
export function mayReplaceSpot(weights: Weights): boolean {
  return weights.onDemandWeight > 0;
}

/** Calls of at most {@link MAX_BATCH} tasks. */
export function cut(capacity: Capacity, share: keyof Dealt, count: number): readonly Batch[] {
  return Array.from({ length: Math.ceil(count / MAX_BATCH) }, (_, index) => ({
    capacity,
    share,
    count: Math.min(MAX_BATCH, count - index * MAX_BATCH),
  }));
}

/** What was dealt after `launched` of the batch's workers really started. */
export function afterLaunch(before: Dealt, batch: Batch, launched: number): Dealt {
  return { ...before, [batch.share]: before[batch.share] + launched };
}

/** Where a new Lambda container goes on: with what the family's tasks show of the last hour. */
export function dealtSoFar(tasks: readonly TaskFacts[]): Dealt {
  return {
    spot: tasks.filter((task) => task.capacity === "FARGATE_SPOT").length,
    onDemand: tasks.filter((task) => task.capacity === "FARGATE").length,
  };
}

/** What makes two RunTask calls the same call. */
export interface TokenParts {
  readonly queueUrl: string;
  /** The scheduled event's time, or the request id of an invocation by hand. */
  readonly moment: string;
  readonly look: number;
  readonly batch: number;
}

/**
 * RunTask's idempotency token (at most 64 characters of ASCII 33-126, ECS developer guide, idempotency): a repeated delivery
 * of one event launches nothing twice. The capacity is no part of it: another container may deal otherwise, and then its
 * call must be refused instead of launching as many workers again.
 * @param hash maps text to printable ASCII; the starter passes SHA-256 in hexadecimal
 */
export function clientToken(parts: TokenParts, hash: (text: string) => string): string {
  const { queueUrl, moment, look, batch } = parts;
  return hash(JSON.stringify([queueUrl, moment, look, batch])).slice(0, 64);
}
