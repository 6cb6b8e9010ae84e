/** Tasks, definitions and clusters in the shapes of the ECS API. Times are seconds since the epoch. */
import type { Input } from "./input";
import type { Cluster } from "./cluster";
import type { TaskDefinition } from "./model";
import type { Task } from "./task";

export function shownTask(task: Task): Input {
  const { input } = task;
  const { definition } = input;
  return withoutUndefined({
    taskArn: input.arn,
    clusterArn: input.clusterArn,
    taskDefinitionArn: definition.arn,
    group: input.group,
    startedBy: input.startedBy,
    capacityProviderName: input.capacityProviderName,
    launchType: "FARGATE",
    platformFamily: "Linux",
    platformVersion: "1.4.0",
    availabilityZone: input.availabilityZone,
    cpu: definition.cpu,
    memory: definition.memory,
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    createdAt: seconds(task.createdAt),
    startedAt: seconds(task.startedAt),
    stoppingAt: seconds(task.stoppingAt),
    stoppedAt: seconds(task.stoppedAt),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    connectivity: task.startedAt === undefined ? undefined : "CONNECTED",
    containers: [
      withoutUndefined({
        containerArn: `${input.arn.replace(":task/", ":container/")}/1`,
        taskArn: input.arn,
        name: definition.container.name,
        image: definition.container.image,
        lastStatus: task.lastStatus === "RUNNING" || task.lastStatus === "STOPPED" ? task.lastStatus : "PENDING",
        exitCode: task.exitCode,
      }),
    ],
    overrides: {},
    tags: [],
    attachments: [],
  });
}

export function shownDefinition(definition: TaskDefinition): Input {
  const { container } = definition;
  return withoutUndefined({
    taskDefinitionArn: definition.arn,
    family: definition.family,
    revision: definition.revision,
    status: definition.status,
    cpu: definition.cpu,
    memory: definition.memory,
    networkMode: definition.networkMode,
    requiresCompatibilities: ["FARGATE"],
    compatibilities: ["EC2", "FARGATE"],
    containerDefinitions: [
      withoutUndefined({
        name: container.name,
        image: container.image ?? "local",
        essential: true,
        command: container.command,
        environment: Object.entries(container.environment).map(([name, value]) => ({ name, value })),
        stopTimeout: container.stopTimeout,
        logConfiguration: container.logConfiguration,
      }),
    ],
  });
}

export function shownCluster(cluster: Cluster): Input {
  const tasks = cluster.tasks().filter((task) => task.desiredStatus === "RUNNING");
  const running = tasks.filter((task) => task.lastStatus === "RUNNING").length;
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: "ACTIVE",
    runningTasksCount: running,
    pendingTasksCount: tasks.length - running,
    activeServicesCount: 0,
    registeredContainerInstancesCount: 0,
    capacityProviders: cluster.capacityProviders,
    defaultCapacityProviderStrategy: [],
    settings: [],
    statistics: [],
    tags: [],
  };
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}

function withoutUndefined(value: Record<string, unknown>): Input {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}
