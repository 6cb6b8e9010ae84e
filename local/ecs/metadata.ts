/** Task metadata endpoint version 4. Source: ECS Developer Guide "Task metadata endpoint version 4 for tasks on Fargate". */
import { json, type PlainHandler } from "../http/front";
import type { Task } from "./task";

/** Under `/_cloud`: `/metadata/v4/ID` and `/metadata/v4/ID/task`. */
export const METADATA_PATH = "/metadata/v4/";

export function metadataHandler(find: (id: string) => Task | undefined): PlainHandler {
  return ({ method, path }) => {
    if (method !== "GET" || !path.startsWith(METADATA_PATH)) return undefined;
    const [id = "", view = ""] = path.slice(METADATA_PATH.length).split("/");
    const task = find(id);
    if (task === undefined) return undefined;
    if (view === "") return json(200, container(task));
    return view === "task" ? json(200, taskView(task)) : undefined;
  };
}

function taskView(task: Task): unknown {
  const { input } = task;
  return {
    Cluster: input.clusterArn,
    TaskARN: input.arn,
    Family: input.definition.family,
    Revision: String(input.definition.revision),
    DesiredStatus: task.desiredStatus,
    KnownStatus: task.lastStatus,
    Limits: { CPU: Number(input.definition.cpu ?? 256) / 1024, Memory: Number(input.definition.memory ?? 512) },
    AvailabilityZone: input.availabilityZone,
    LaunchType: "FARGATE",
    ...(task.startedAt !== undefined && { PullStartedAt: new Date(task.createdAt).toISOString() }),
    Containers: [container(task)],
  };
}

function container(task: Task): unknown {
  const { definition } = task.input;
  return {
    DockerId: `${task.input.id}-1`,
    Name: definition.container.name,
    Image: definition.container.image ?? "local",
    KnownStatus: task.lastStatus,
    Type: "NORMAL",
    Labels: {
      "com.amazonaws.ecs.cluster": task.input.clusterArn,
      "com.amazonaws.ecs.task-arn": task.input.arn,
      "com.amazonaws.ecs.task-definition-family": definition.family,
      "com.amazonaws.ecs.task-definition-version": String(definition.revision),
    },
  };
}
