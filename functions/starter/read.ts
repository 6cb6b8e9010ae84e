/** What the starter looks at: the queue's depth and the worker family's tasks. */
import {
  DescribeTasksCommand,
  type DescribeTasksCommandOutput,
  type ECSClient,
  ListTasksCommand,
} from "@aws-sdk/client-ecs";
import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { StarterConfig } from "../../core/config";
import type { Capacity, TaskFacts } from "../../core/fleet";
import type { QueueDepth } from "../../core/scale";
import { explained } from "./sdk-error";

type EcsTask = NonNullable<DescribeTasksCommandOutput["tasks"]>[number];

/** API DescribeTasks: at most 100 tasks a call; API ListTasks: at most 100 a page. */
const PAGE = 100;

export async function readDepth(sqs: SQSClient, queueUrl: string): Promise<QueueDepth> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: queueUrl,
    AttributeNames: [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesNotVisible",
      "ApproximateNumberOfMessagesDelayed",
    ],
  });
  try {
    const { Attributes: attributes = {} } = await sqs.send(command);
    return {
      visible: Number(attributes["ApproximateNumberOfMessages"] ?? 0),
      inFlight: Number(attributes["ApproximateNumberOfMessagesNotVisible"] ?? 0),
      delayed: Number(attributes["ApproximateNumberOfMessagesDelayed"] ?? 0),
    };
  } catch (error) {
    throw explained("GetQueueAttributes", error);
  }
}

/**
 * Every task of the family that ECS still shows. desiredStatus RUNNING includes PROVISIONING and PENDING tasks (the PENDING
 * filter "doesn't return any results", API ListTasks); STOPPED ones stay visible for about an hour.
 */
export async function readTasks(ecs: ECSClient, config: StarterConfig): Promise<readonly TaskFacts[]> {
  const arns = new Set([...(await listTasks(ecs, config, "RUNNING")), ...(await listTasks(ecs, config, "STOPPED"))]);
  return await describeTasks(ecs, config, [...arns]);
}

async function listTasks(
  ecs: ECSClient,
  config: StarterConfig,
  desiredStatus: "RUNNING" | "STOPPED",
): Promise<readonly string[]> {
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await ecs
      .send(
        new ListTasksCommand({
          cluster: config.cluster,
          family: config.taskFamily,
          desiredStatus,
          maxResults: PAGE,
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
      )
      .catch((error: unknown) => {
        throw explained("ListTasks", error);
      });
    arns.push(...(page.taskArns ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined && nextToken !== "");
  return arns;
}

async function describeTasks(
  ecs: ECSClient,
  config: StarterConfig,
  arns: readonly string[],
): Promise<readonly TaskFacts[]> {
  const facts: TaskFacts[] = [];
  for (let from = 0; from < arns.length; from += PAGE) {
    const tasks = arns.slice(from, from + PAGE);
    const answer = await ecs
      .send(new DescribeTasksCommand({ cluster: config.cluster, tasks }))
      .catch((error: unknown) => {
        throw explained("DescribeTasks", error);
      });
    // A task that is listed and not described (failures: MISSING) has just ceased to exist; it counts for nothing.
    facts.push(...(answer.tasks ?? []).map(factsOf));
  }
  return facts;
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
