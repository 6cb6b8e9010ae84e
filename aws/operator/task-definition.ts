/** The worker's task definition, as it would be launched now. */
import { DescribeTaskDefinitionCommand, type ECSClient } from "@aws-sdk/client-ecs";

export interface TaskFacts {
  readonly revision: number;
  /** CPU units. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  /** Seconds between SIGTERM and SIGKILL. */
  readonly stopTimeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** ECS's own, when the definition says nothing (API ContainerDefinition.stopTimeout). */
const DEFAULT_STOP_TIMEOUT_SECONDS = 30;

/** @param family the latest active revision of it */
export async function readTaskDefinition(ecs: ECSClient, family: string, signal: AbortSignal): Promise<TaskFacts> {
  const command = new DescribeTaskDefinitionCommand({ taskDefinition: family });
  const { taskDefinition } = await ecs.send(command, { abortSignal: signal });
  const container = taskDefinition?.containerDefinitions?.[0];
  const variables = (container?.environment ?? []).map(({ name = "", value = "" }) => [name, value]);
  return {
    revision: taskDefinition?.revision ?? 0,
    cpu: Number(taskDefinition?.cpu ?? 0),
    memory: Number(taskDefinition?.memory ?? 0),
    stopTimeoutSeconds: container?.stopTimeout ?? DEFAULT_STOP_TIMEOUT_SECONDS,
    environment: Object.fromEntries(variables) as Record<string, string>,
  };
}
