/** ECS of the local cloud: tasks are processes, and can be interrupted the way Spot does it. */
import type { Clock } from "../http/clock";
import type { PlainHandler } from "../http/front";
import { makeJsonService } from "../http/json-service";
import type { Random } from "../http/random";
import type { Service } from "../http/service";
import type { LogSink } from "../process/log-sink";
import type { OutputLine } from "../process/output";
import { Cluster } from "./cluster";
import { TaskDefinitions } from "./definitions";
import { invalidParameter, text } from "./input";
import { openLog } from "./log-configuration";
import { METADATA_PATH, metadataHandler } from "./metadata";
import type { EcsTiming, LastStatus, NewTaskDefinition, SpotAvailability, StopCode } from "./model";
import { OPERATIONS, shortName } from "./operations";
import type { Task } from "./task";

export type { EcsTiming, NewTaskDefinition, SpotAvailability } from "./model";

export interface EcsOptions {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly random: Random;
  /** `http://127.0.0.1:PORT`, known once the front listens. */
  readonly endpoint: () => string;
  readonly timing?: Partial<EcsTiming>;
  /** Takes the output of containers with a log configuration. */
  readonly logs: LogSink;
}

/** A task as it stands. Times are milliseconds since the epoch. */
export interface TaskInfo {
  readonly taskArn: string;
  readonly id: string;
  readonly cluster: string;
  readonly family: string;
  readonly pid: number | undefined;
  readonly lastStatus: LastStatus;
  readonly desiredStatus: "RUNNING" | "STOPPED";
  readonly capacityProviderName: string | undefined;
  readonly startedBy: string | undefined;
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly stoppedAt: number | undefined;
  readonly exitCode: number | undefined;
  readonly stopCode: StopCode | undefined;
  readonly stoppedReason: string | undefined;
}

export interface Ecs {
  /** @internal Where requests for it go. */
  readonly service: Service;
  /** @internal */
  readonly metadata: PlainHandler;
  /** What a start on FARGATE_SPOT meets from now on. */
  spotAvailability: SpotAvailability;
  /** Attached capacity providers: FARGATE and FARGATE_SPOT unless given. Answers the cluster's ARN. */
  createCluster(name: string, capacityProviders?: readonly string[]): string;
  /** Answers the ARN of the new revision. */
  registerTaskDefinition(definition: NewTaskDefinition): string;
  /** All tasks of all clusters, oldest first. */
  tasks(filter?: { readonly family?: string; readonly lastStatus?: LastStatus }): TaskInfo[];
  /** @throws CloudError InvalidParameterException for an unknown task */
  task(arnOrId: string): TaskInfo;
  /** SIGTERM now, SIGKILL after the stop timeout, stop code SpotInterruption. */
  interruptSpot(arnOrId: string): void;
  /** SIGKILL now: a machine that died. */
  kill(arnOrId: string): void;
  /** Resolves when the task is STOPPED. */
  stopped(arnOrId: string): Promise<TaskInfo>;
  /** The last lines a task wrote. */
  output(arnOrId: string): readonly OutputLine[];
  /** Called for each line of any task; the answer ends that. */
  onLine(listener: (task: TaskInfo, line: OutputLine) => void): () => void;
  /** Called when a task has STOPPED; the answer ends that. */
  onStopped(listener: (task: TaskInfo) => void): () => void;
  /** Kills everything and waits until it is gone. */
  stopAll(): Promise<void>;
}

export function makeEcs(options: EcsOptions): Ecs {
  const { region, accountId, clock, random } = options;
  const clusters = new Map<string, Cluster>();
  const definitions = new TaskDefinitions(`arn:aws:ecs:${region}:${accountId}`);
  const lineListeners = new Set<(task: TaskInfo, line: OutputLine) => void>();
  const stopListeners = new Set<(task: TaskInfo) => void>();
  const all = (): Task[] => [...clusters.values()].flatMap((cluster) => cluster.tasks());
  const find = (arnOrId: string): Task => {
    const task = [...clusters.values()].map((cluster) => cluster.task(arnOrId)).find((one) => one !== undefined);
    if (task === undefined) throw invalidParameter(`There is no task ${arnOrId}.`);
    return task;
  };
  const ecs: Ecs = {
    spotAvailability: "ok",
    service: makeJsonService({
      name: "ecs",
      target: "AmazonEC2ContainerServiceV20141113.",
      version: "1.1",
      operations: Object.keys(OPERATIONS),
      resourceOf: (_operation, input) => {
        const cluster = text(input, "cluster");
        return cluster === undefined ? undefined : shortName(cluster);
      },
      call: (operation, input) => OPERATIONS[operation]?.(input, { clusters, definitions }) ?? {},
    }),
    metadata: metadataHandler((id) => all().find((task) => task.input.id === id)),
    createCluster(name, capacityProviders = ["FARGATE", "FARGATE_SPOT"]) {
      const cluster = new Cluster(name, capacityProviders, {
        region,
        accountId,
        clock,
        random,
        timing: { startDelayMs: 0, listingLagMs: 0, ...options.timing },
        spotAvailability: () => ecs.spotAvailability,
        extraEnvironment: (id) => ({
          PATH: process.env["PATH"] ?? "",
          ECS_CONTAINER_METADATA_URI_V4: `${options.endpoint()}/_cloud${METADATA_PATH}${id}`,
        }),
        beforeLaunch: (task) => openLog(task.input, options.logs),
        onLine: (task, line) => {
          const { log } = task.input;
          if (log !== undefined) options.logs.put({ ...log, at: line.at, message: line.line });
          for (const listener of lineListeners) listener(infoOf(task), line);
        },
        onStopped: (task) => {
          for (const listener of stopListeners) listener(infoOf(task));
        },
      });
      clusters.set(name, cluster);
      return cluster.arn;
    },
    registerTaskDefinition: (definition) => definitions.register(definition).arn,
    tasks: (filter = {}) =>
      all()
        .map(infoOf)
        .filter((task) => filter.family === undefined || task.family === filter.family)
        .filter((task) => filter.lastStatus === undefined || task.lastStatus === filter.lastStatus),
    task: (arnOrId) => infoOf(find(arnOrId)),
    interruptSpot: (arnOrId) => find(arnOrId).stop("SpotInterruption", "Your Spot Task was interrupted."),
    kill: (arnOrId) => find(arnOrId).kill(),
    async stopped(arnOrId) {
      const task = find(arnOrId);
      await task.stopped;
      return infoOf(task);
    },
    output: (arnOrId) => find(arnOrId).output.lines(),
    onLine(listener) {
      lineListeners.add(listener);
      return () => void lineListeners.delete(listener);
    },
    onStopped(listener) {
      stopListeners.add(listener);
      return () => void stopListeners.delete(listener);
    },
    async stopAll() {
      for (const task of all()) task.kill();
      await Promise.all(all().map((task) => task.stopped));
    },
  };
  return ecs;
}

function infoOf(task: Task): TaskInfo {
  const { input } = task;
  return {
    taskArn: input.arn,
    id: input.id,
    cluster: shortName(input.clusterArn),
    family: input.definition.family,
    pid: task.pid,
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    capacityProviderName: input.capacityProviderName,
    startedBy: input.startedBy,
    createdAt: task.createdAt,
    startedAt: task.startedAt,
    stoppedAt: task.stoppedAt,
    exitCode: task.exitCode,
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
  };
}
