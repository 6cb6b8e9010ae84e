/** The ECS API. Source: ECS API Reference. */
import { CloudError } from "../http/service";
import type { Cluster, Launched } from "./cluster";
import { readDefinition, type TaskDefinitions } from "./definitions";
import { clientException, invalidParameter, isRecord, nameValues, records, text, texts, type Input } from "./input";
import type { TaskDefinition } from "./model";
import { shownCluster, shownDefinition, shownTask } from "./shown";
import { placements } from "./strategy";

const MAX_COUNT = 10;
const MAX_DESCRIBED = 100;

export interface EcsState {
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly definitions: TaskDefinitions;
}

export const OPERATIONS: Readonly<Record<string, (input: Input, state: EcsState) => Input>> = {
  RunTask: (input, state) => {
    const cluster = clusterOf(input, state);
    const { clientToken, ...parameters } = input;
    const token = checkedToken(clientToken);
    const launched = cluster.once(token, canonical(parameters), () => runTask(input, cluster, state));
    return { tasks: launched.tasks.map(shownTask), failures: launched.failures };
  },
  ListTasks: listTasks,
  DescribeTasks: (input, state) => {
    const cluster = clusterOf(input, state);
    const names = texts(input, "tasks");
    if (names.length === 0) throw invalidParameter("Tasks cannot be empty.");
    if (names.length > MAX_DESCRIBED) throw invalidParameter("At most 100 tasks can be described.");
    const found = names.map((name) => [name, cluster.task(name)] as const);
    return {
      tasks: found.flatMap(([, task]) => (task === undefined ? [] : [shownTask(task)])),
      failures: found.flatMap(([name, task]) =>
        task === undefined ? [{ arn: arnOf(name, cluster), reason: "MISSING" }] : [],
      ),
    };
  },
  StopTask: (input, state) => {
    const task = clusterOf(input, state).task(text(input, "task") ?? "");
    if (task === undefined) throw invalidParameter("The referenced task was not found.");
    task.stop("UserInitiated", text(input, "reason") ?? "Task stopped by user");
    return { task: shownTask(task) };
  },
  DescribeClusters: (input, state) => {
    const names = texts(input, "clusters");
    const found = (names.length === 0 ? ["default"] : names).map(
      (name) => [name, state.clusters.get(shortName(name))] as const,
    );
    return {
      clusters: found.flatMap(([, cluster]) => (cluster === undefined ? [] : [shownCluster(cluster)])),
      failures: found.flatMap(([name, cluster]) => (cluster === undefined ? [{ arn: name, reason: "MISSING" }] : [])),
    };
  },
  ListClusters: (_input, state) => ({ clusterArns: [...state.clusters.values()].map((cluster) => cluster.arn) }),
  RegisterTaskDefinition: (input, { definitions }) => ({
    taskDefinition: shownDefinition(definitions.register(readDefinition(input))),
  }),
  DescribeTaskDefinition: (input, { definitions }) => ({
    taskDefinition: shownDefinition(definitions.get(text(input, "taskDefinition") ?? "")),
  }),
  DeregisterTaskDefinition: (input, { definitions }) => {
    const definition = definitions.get(text(input, "taskDefinition") ?? "");
    definition.status = "INACTIVE";
    return { taskDefinition: shownDefinition(definition) };
  },
  ListTaskDefinitions: (input, { definitions }) => ({
    taskDefinitionArns: definitions.list(text(input, "familyPrefix")).map((definition) => definition.arn),
  }),
};

function runTask(input: Input, cluster: Cluster, { definitions }: EcsState): Launched {
  const count = input["count"] ?? 1;
  if (typeof count !== "number" || !Number.isInteger(count) || count < 1 || count > MAX_COUNT) {
    throw invalidParameter(`Count must be between 1 and ${MAX_COUNT}.`);
  }
  const startedBy = text(input, "startedBy");
  if (startedBy !== undefined && !/^[A-Za-z0-9\-_/]{1,128}$/.test(startedBy)) {
    throw invalidParameter("startedBy can have up to 128 letters, numbers, hyphens, forward slashes and underscores.");
  }
  const definition = activeDefinition(definitions, text(input, "taskDefinition"));
  const chosen = placements(input, count, cluster.capacityProviders);
  if (definition.networkMode === "awsvpc" && !isRecord(input["networkConfiguration"])) {
    throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  const overrides = isRecord(input["overrides"]) ? input["overrides"] : {};
  const override =
    records(overrides, "containerOverrides").find((one) => text(one, "name") === definition.container.name) ?? {};
  const command = texts(override, "command");
  return cluster.launch({
    definition,
    placements: chosen,
    command: command.length === 0 ? undefined : command,
    environment: nameValues(override, "environment"),
    startedBy,
    group: text(input, "group"),
  });
}

function activeDefinition(definitions: TaskDefinitions, name: string | undefined): TaskDefinition {
  if (name === undefined) throw invalidParameter("TaskDefinition can not be blank.");
  let definition: TaskDefinition;
  try {
    definition = definitions.get(name);
  } catch {
    throw clientException("TaskDefinition not found.");
  }
  if (definition.status !== "ACTIVE") throw clientException("TaskDefinition is inactive");
  return definition;
}

/**
 * `desiredStatus` RUNNING (the default) includes tasks that are still PROVISIONING or PENDING; PENDING never gives anything; `startedBy` must be
 * the only filter. Source: API ListTasks.
 */
function listTasks(input: Input, state: EcsState): Input {
  const cluster = clusterOf(input, state);
  const [family, startedBy, desired] = [text(input, "family"), text(input, "startedBy"), text(input, "desiredStatus")];
  const others = [
    family,
    desired,
    text(input, "serviceName"),
    text(input, "containerInstance"),
    text(input, "launchType"),
  ];
  if (startedBy !== undefined && others.some((filter) => filter !== undefined)) {
    throw invalidParameter("When you specify startedBy as the filter, it must be the only filter that you use.");
  }
  const size = input["maxResults"] ?? 100;
  if (typeof size !== "number" || size < 1 || size > 100)
    throw invalidParameter("maxResults must be between 1 and 100.");
  const matching = cluster
    .listed()
    .filter((task) => task.desiredStatus === (desired ?? "RUNNING"))
    .filter((task) => family === undefined || task.input.definition.family === family)
    .filter((task) => startedBy === undefined || task.input.startedBy === startedBy);
  const start = Number(text(input, "nextToken") ?? 0);
  const end = start + size;
  return {
    taskArns: matching.slice(start, end).map((task) => task.input.arn),
    ...(end < matching.length && { nextToken: String(end) }),
  };
}

/** @throws CloudError ClusterNotFoundException */
function clusterOf(input: Input, { clusters }: EcsState): Cluster {
  const cluster = clusters.get(shortName(text(input, "cluster") ?? "default"));
  if (cluster === undefined) throw new CloudError(400, "ClusterNotFoundException", "Cluster not found.");
  return cluster;
}

export function shortName(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
}

function arnOf(name: string, cluster: Cluster): string {
  return name.startsWith("arn:") ? name : `${cluster.arn.replace(":cluster/", ":task/")}/${name}`;
}

function checkedToken(token: unknown): string | undefined {
  if (token === undefined || token === null) return undefined;
  if (typeof token !== "string" || !/^[!-~]{1,64}$/.test(token)) {
    throw invalidParameter("clientToken can have up to 64 ASCII characters (33-126).");
  }
  return token;
}

/** The same text for the same parameters, whatever their order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    isRecord(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member,
  );
}
