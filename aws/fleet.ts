/** The tasks of one family as ECS shows them: for the starter, and for whoever watches. */
import {
  DescribeTasksCommand,
  type DescribeTasksCommandOutput,
  type ECSClient,
  ListTasksCommand,
} from "@aws-sdk/client-ecs";
import type { Capacity, TaskFacts } from "../core/fleet";

type EcsTask = NonNullable<DescribeTasksCommandOutput["tasks"]>[number];

export interface FamilyPlace {
  readonly cluster: string;
  readonly taskFamily: string;
}

export interface TaskCallOptions {
  /** What to throw in place of the SDK's error of that operation. Default: the error itself. */
  readonly explained?: (operation: string, error: unknown) => unknown;
  readonly signal?: AbortSignal;
}

/** API DescribeTasks: at most 100 tasks a call; API ListTasks: at most 100 a page. */
const PAGE = 100;

/**
 * Every task of the family that ECS still shows. desiredStatus RUNNING includes PROVISIONING and PENDING tasks (the PENDING
 * filter "doesn't return any results", API ListTasks); STOPPED ones stay visible for about an hour.
 */
export async function readTasks(
  ecs: ECSClient,
  place: FamilyPlace,
  options: TaskCallOptions = {},
): Promise<readonly TaskFacts[]> {
  const running = await listTasks(ecs, place, "RUNNING", options);
  const stopped = await listTasks(ecs, place, "STOPPED", options);
  return await describeTasks(ecs, place.cluster, [...new Set([...running, ...stopped])], options);
}

async function listTasks(
  ecs: ECSClient,
  { cluster, taskFamily }: FamilyPlace,
  desiredStatus: "RUNNING" | "STOPPED",
  options: TaskCallOptions,
): Promise<readonly string[]> {
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await ecs
      .send(
        new ListTasksCommand({
          cluster,
          family: taskFamily,
          desiredStatus,
          maxResults: PAGE,
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
        sdkOptions(options),
      )
      .catch((error: unknown) => {
        throw thrown(options, "ListTasks", error);
      });
    arns.push(...(page.taskArns ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined && nextToken !== "");
  return arns;
}

async function describeTasks(
  ecs: ECSClient,
  cluster: string,
  arns: readonly string[],
  options: TaskCallOptions,
): Promise<readonly TaskFacts[]> {
  const facts: TaskFacts[] = [];
  for (let from = 0; from < arns.length; from += PAGE) {
    const tasks = arns.slice(from, from + PAGE);
    const answer = await ecs
      .send(new DescribeTasksCommand({ cluster, tasks }), sdkOptions(options))
      .catch((error: unknown) => {
        throw thrown(options, "DescribeTasks", error);
      });
    // A task that is listed and not described (failures: MISSING) has just ceased to exist; it counts for nothing.
    facts.push(...(answer.tasks ?? []).map(factsOf));
  }
  return facts;
}

function sdkOptions({ signal }: TaskCallOptions): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

function thrown({ explained }: TaskCallOptions, operation: string, error: unknown): unknown {
  return explained === undefined ? error : explained(operation, error);
}

function factsOf(task: EcsTask): TaskFacts {
  const exitCodes = (task.containers ?? []).flatMap((container) => container.exitCode ?? []);
  return {
    arn: task.taskArn ?? "",
    lastStatus: task.lastStatus ?? "",
    desiredStatus: task.desiredStatus ?? "",
    ...defined("capacity", capacityOf(task.capacityProviderName)),
    ...defined("createdAt", task.createdAt?.getTime()),
    ...defined("startedAt", task.startedAt?.getTime()),
    ...defined("stoppedAt", task.stoppedAt?.getTime()),
    ...defined("stopCode", task.stopCode),
    ...defined("stoppedReason", task.stoppedReason),
    ...defined("exitCode", exitCodes.find((code) => code !== 0) ?? exitCodes[0]),
  };
}

function capacityOf(provider: string | undefined): Capacity | undefined {
  return provider === "FARGATE" || provider === "FARGATE_SPOT" ? provider : undefined;
}

/** A field that is there or not, as exactOptionalPropertyTypes wants it. */
function defined<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [P in K]?: V });
}
