/**
 * The starter: looks at the queue and the fleet and launches the workers that are missing.
 *
 * Captured by Pulumi's closure serializer (docs/architecture.md): SDK clients are made inside the factory, imports are named,
 * and there are no classes and no module-level objects that live by `new`. All judgement is in core/.
 */
import { ECSClient } from "@aws-sdk/client-ecs";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { StarterConfig } from "../core/config";
import { formatProblems, parseStarterEnv } from "../core/env";
import { assessFleet, type Capacity, type Fleet, type Memory, remember } from "../core/fleet";
import { afterLaunch, deal, type Dealt, dealtSoFar } from "../core/launch";
import { type Emf, emf, NAMESPACE, queueDimension } from "../core/metrics";
import { type LookRecord, looksDueMs, type StarterResult } from "../core/look";
import { decideScale, type QueueDepth, type ScaleReason } from "../core/scale";
import { launch, type LaunchResult } from "./starter/launch";
import { readDepth, readTasks } from "./starter/read";

/** A scheduled event, or nothing: an empty payload works, for invocations by hand. */
export type StarterEvent = { readonly time?: string } | null | undefined;

export interface StarterContext {
  readonly awsRequestId?: string;
}

export type { LookRecord, StarterResult };

export type Starter = (event?: StarterEvent, context?: StarterContext) => Promise<StarterResult>;

/** The clock as a collaborator: tests look several times without waiting. */
export interface StarterTime {
  /** Epoch milliseconds. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** The callback factory of the Lambda function: runs once per cold start. Rejects with one text that lists every problem. */
export function makeStarter(): Starter {
  return makeStarterWith({
    now: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
}

/** {@link makeStarter} under another clock. */
export function makeStarterWith(time: StarterTime): Starter {
  const timeouts = { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true };
  // Where SQS is, the environment says; the queue's address only names the queue.
  const sqs = new SQSClient({ requestHandler: timeouts, useQueueUrlAsEndpoint: false });
  const ecs = new ECSClient({ requestHandler: timeouts });
  // What this container remembers between invocations; a new container starts from what ECS shows.
  let memory: Memory = { launches: [], spotRefusedAt: 0 };
  let dealt: Dealt | undefined;

  async function lookOnce(config: StarterConfig, moment: string, look: number): Promise<LookRecord> {
    const depth = await readDepth(sqs, config.queueUrl);
    const tasks = await readTasks(ecs, config);
    dealt ??= dealtSoFar(tasks);
    const now = time.now();
    const fleet = assessFleet(tasks, memory, now);
    const decision = decideScale(depth, fleet, config, now);
    const batches = deal(decision.launch, dealt, config, fleet.spotShortage);
    const known = new Set([...tasks, ...memory.launches].map((task) => task.arn));
    const outcome = await launch(ecs, config, { moment, look }, batches);
    const capacity = { FARGATE: 0, FARGATE_SPOT: 0 };
    for (const { batch, arns } of outcome.results) {
      // A repeated delivery of the same event gets the original answer: these workers were counted then.
      const fresh = arns.filter((arn) => !known.has(arn));
      capacity[batch.capacity] += fresh.length;
      dealt = afterLaunch(dealt, batch, fresh.length);
      const launches = fresh.map((arn) => ({ arn, capacity: batch.capacity, launchedAt: now }));
      memory = remember(memory, launches, now);
    }
    if (outcome.spotRefused) memory = { ...memory, spotRefusedAt: now };
    const record = recordOf(look, depth, fleet, decision.reason, capacity, outcome);
    console.log(JSON.stringify({ level: levelOf(outcome), ...record, ...metricsOf(config, record, now) }));
    if (outcome.fatal) throw new Error(outcome.problems.join("; "));
    return record;
  }

  return async (event, context) => {
    const parsed = parseStarterEnv(process.env);
    if (!parsed.ok) throw new Error(formatProblems(parsed.problems));
    const began = time.now();
    const moment = event?.time ?? context?.awsRequestId ?? String(began);
    const looks = [await lookOnce(parsed.config, moment, 0)];
    for (const due of looksDueMs(parsed.config.pollIntervalSeconds).slice(1)) {
      const wait = began + due - time.now();
      // A look that took longer than the interval takes the place of those that were due meanwhile.
      if (wait < 0) continue;
      await time.sleep(wait);
      looks.push(await lookOnce(parsed.config, moment, looks.length));
    }
    return { launched: looks.reduce((sum, look) => sum + look.launched, 0), looks };
  };
}

function recordOf(
  look: number,
  depth: QueueDepth,
  fleet: Fleet,
  reason: ScaleReason,
  capacity: Readonly<Record<Capacity, number>>,
  outcome: LaunchResult,
): LookRecord {
  return {
    event: "look",
    look,
    ...depth,
    running: fleet.running,
    starting: fleet.starting,
    launched: capacity.FARGATE + capacity.FARGATE_SPOT,
    capacity,
    reason,
    spotShortage: fleet.spotShortage || outcome.spotRefused,
    crashLoop: fleet.crashLoop,
    problems: outcome.problems,
  };
}

function levelOf(outcome: LaunchResult): "info" | "warn" | "error" {
  if (outcome.fatal) return "error";
  return outcome.problems.length > 0 ? "warn" : "info";
}

function metricsOf(config: StarterConfig, record: LookRecord, now: number): Emf | Record<string, never> {
  const values = {
    Visible: record.visible,
    InFlight: record.inFlight,
    Running: record.running,
    Launched: record.launched,
    SpotShortage: Number(record.spotShortage),
    CrashLoop: Number(record.crashLoop),
  };
  return emf(NAMESPACE, now, queueDimension(config.queueUrl), values) ?? {};
}
