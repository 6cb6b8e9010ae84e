/** Carries out one look's launches: one RunTask per batch, each with its own capacity provider and idempotency token. */
import { createHash } from "node:crypto";
import { type ECSClient, RunTaskCommand, type RunTaskCommandOutput } from "@aws-sdk/client-ecs";
import type { StarterConfig } from "../../core/config";
import { type Batch, clientToken, cut, mayReplaceSpot } from "../../core/launch";
import { nameOf, problemText } from "./sdk-error";

/** Shown as "Started by" in the console and by ListTasks. */
const STARTED_BY = "s3-express-sync-starter";

export interface LaunchMoment {
  readonly moment: string;
  readonly look: number;
}

/** What came of one batch. */
export interface BatchResult {
  readonly batch: Batch;
  readonly arns: readonly string[];
}

export interface LaunchResult {
  readonly results: readonly BatchResult[];
  readonly spotRefused: boolean;
  /** Worth telling, in words; the look goes on or stops as the cause demands. */
  readonly problems: readonly string[];
  /** A problem that the next look will have as well: the invocation has to fail visibly. */
  readonly fatal: boolean;
}

type Answer =
  | { readonly kind: "answered"; readonly arns: readonly string[]; readonly missing: number; readonly problem: string }
  | { readonly kind: "already-launched" }
  | { readonly kind: "throttled"; readonly problem: string }
  | { readonly kind: "refused"; readonly problem: string };

/** Launches batch by batch. What Spot refuses is launched On-Demand in the same look, where the weights allow it. */
export async function launch(
  ecs: ECSClient,
  config: StarterConfig,
  at: LaunchMoment,
  batches: readonly Batch[],
): Promise<LaunchResult> {
  const queue = [...batches];
  const results: BatchResult[] = [];
  const problems: string[] = [];
  let spotRefused = false;
  for (let number = 0, batch = queue.shift(); batch !== undefined; number += 1, batch = queue.shift()) {
    const answer = await runTask(ecs, config, batch, tokenFor(config, at, number));
    // Whoever has this event too deals otherwise: what is left of our plan is in theirs.
    if (answer.kind === "already-launched") return { results, spotRefused, problems, fatal: false };
    if (answer.kind === "throttled" || answer.kind === "refused") {
      problems.push(answer.problem);
      return { results, spotRefused, problems, fatal: answer.kind === "refused" };
    }
    results.push({ batch, arns: answer.arns });
    if (answer.missing === 0) continue;
    problems.push(answer.problem);
    if (batch.capacity !== "FARGATE_SPOT") continue;
    spotRefused = true;
    if (mayReplaceSpot(config)) queue.push(...cut("FARGATE", batch.share, answer.missing));
  }
  return { results, spotRefused, problems, fatal: false };
}

async function runTask(ecs: ECSClient, config: StarterConfig, batch: Batch, token: string): Promise<Answer> {
  const command = new RunTaskCommand({
    cluster: config.cluster,
    taskDefinition: config.taskDefinition,
    count: batch.count,
    clientToken: token,
    startedBy: STARTED_BY,
    // With a strategy, launchType must be absent; a weight of 0 alone would be refused (API RunTask).
    capacityProviderStrategy: [{ capacityProvider: batch.capacity, weight: 1 }],
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [...config.subnets],
        ...(config.securityGroups.length === 0 ? {} : { securityGroups: [...config.securityGroups] }),
        assignPublicIp: config.assignPublicIp ? "ENABLED" : "DISABLED",
      },
    },
    propagateTags: "TASK_DEFINITION",
  });
  try {
    return readAnswer(batch, await ecs.send(command));
  } catch (error) {
    return judge(batch, error);
  }
}

/** RunTask answers 200 although tasks are missing: they are in `failures`. */
function readAnswer(batch: Batch, output: RunTaskCommandOutput): Answer {
  const failures = output.failures ?? [];
  const reasons = new Set(failures.map((failure) => failure.reason ?? "no reason given"));
  return {
    kind: "answered",
    arns: (output.tasks ?? []).flatMap((task) => task.taskArn ?? []),
    missing: failures.length,
    problem: `RunTask: ${failures.length} of ${batch.count} on ${batch.capacity} not started: ${[...reasons].join("; ")}`,
  };
}

function judge(batch: Batch, error: unknown): Answer {
  const name = nameOf(error);
  // The token was used before with other parameters: this event's launch has happened (ECS developer guide, idempotency).
  if (name === "ConflictException") return { kind: "already-launched" };
  const problem = problemText("RunTask", error);
  if (/Throttl|TooManyRequests|RequestLimitExceeded|LimitExceeded/.test(name)) return { kind: "throttled", problem };
  if (/capacity is unavailable/i.test(problem)) return { kind: "answered", arns: [], missing: batch.count, problem };
  return { kind: "refused", problem };
}

function tokenFor(config: StarterConfig, at: LaunchMoment, batch: number): string {
  return clientToken({ queueUrl: config.queueUrl, ...at, batch }, sha256);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
