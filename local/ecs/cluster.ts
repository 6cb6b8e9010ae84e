/** A cluster: its tasks, and what RunTask promises about them. */
import { randomHex, type Random } from "../http/random";
import type { Clock } from "../http/clock";
import { CloudError } from "../http/service";
import type { OutputLine } from "../process/output";
import type { EcsTiming, SpotAvailability, TaskDefinition } from "./model";
import { NO_CAPACITY } from "./model";
import { clientException } from "./input";
import { logPlace } from "./log-configuration";
import { Task } from "./task";

const HOUR_MS = 3600 * 1000;

export interface ClusterContext {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly timing: EcsTiming;
  readonly spotAvailability: () => SpotAvailability;
  /** What every task gets besides its own environment, e.g. PATH and the metadata address. */
  readonly extraEnvironment: (taskId: string) => Readonly<Record<string, string>>;
  readonly beforeLaunch: (task: Task) => void;
  readonly onLine: (task: Task, line: OutputLine) => void;
  readonly onStopped: (task: Task) => void;
}

export interface Launch {
  readonly definition: TaskDefinition;
  readonly placements: readonly (string | undefined)[];
  readonly command: readonly string[] | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly startedBy: string | undefined;
  readonly group: string | undefined;
}

export interface Launched {
  readonly tasks: readonly Task[];
  readonly failures: readonly { readonly reason: string; readonly detail: string }[];
}

export class Cluster {
  readonly arn: string;
  private readonly byId = new Map<string, Task>();
  private readonly tokens = new Map<
    string,
    { readonly parameters: string; readonly at: number; readonly launched: Launched }
  >();

  constructor(
    readonly name: string,
    readonly capacityProviders: readonly string[],
    private readonly context: ClusterContext,
  ) {
    this.arn = `arn:aws:ecs:${context.region}:${context.accountId}:cluster/${name}`;
  }

  /** In the order they were started. */
  tasks(): Task[] {
    return [...this.byId.values()];
  }

  /** By id or ARN. */
  task(idOrArn: string): Task | undefined {
    return this.byId.get(idOrArn.slice(idOrArn.lastIndexOf("/") + 1));
  }

  /** Tasks that ListTasks knows of by now: a new one may be missing, one that stopped an hour ago is forgotten. */
  listed(): Task[] {
    const now = this.context.clock.now();
    return this.tasks().filter(
      (task) =>
        now - task.createdAt >= this.context.timing.listingLagMs &&
        (task.stoppedAt === undefined || now - task.stoppedAt < HOUR_MS),
    );
  }

  /**
   * The same token with the same parameters gives the first result again. It is forgotten 24 hours after the call, or an hour after the last of
   * its tasks stopped. Source: ECS Developer Guide "Ensuring idempotency".
   * @throws CloudError ConflictException for a token that was used with other parameters
   */
  once(token: string | undefined, parameters: string, launch: () => Launched): Launched {
    if (token === undefined) return launch();
    const now = this.context.clock.now();
    const known = this.tokens.get(token);
    if (known !== undefined && !isForgotten(known, now)) {
      if (known.parameters === parameters) return known.launched;
      const arns = known.launched.tasks.map((task) => task.input.arn).join(",");
      throw new CloudError(400, "ConflictException", "The clientToken was used with other parameters.", {
        resourceIds: arns,
      });
    }
    const launched = launch();
    this.tokens.set(token, { parameters, at: now, launched });
    return launched;
  }

  /** @throws CloudError ClientException with `spotAvailability` "exception" */
  launch(launch: Launch): Launched {
    const availability = this.context.spotAvailability();
    const isScarce = (provider: string | undefined) => provider === "FARGATE_SPOT" && availability !== "ok";
    if (availability === "exception" && launch.placements.some(isScarce)) throw clientException(NO_CAPACITY);
    const tasks: Task[] = [];
    const failures: { reason: string; detail: string }[] = [];
    for (const provider of launch.placements) {
      if (isScarce(provider) && availability === "failures") {
        failures.push({ reason: NO_CAPACITY, detail: "FARGATE_SPOT" });
        continue;
      }
      const task = this.newTask(launch, provider);
      tasks.push(task);
      if (isScarce(provider)) task.failToStart();
      else task.start();
    }
    return { tasks, failures };
  }

  private newTask(launch: Launch, provider: string | undefined): Task {
    const { region, accountId, clock, random, timing, beforeLaunch, onLine, onStopped, extraEnvironment } =
      this.context;
    const { definition } = launch;
    const id = randomHex(random, 32);
    const task = new Task(
      {
        id,
        arn: `arn:aws:ecs:${region}:${accountId}:task/${this.name}/${id}`,
        clusterArn: this.arn,
        definition,
        command: launch.command ?? definition.container.command,
        environment: { ...extraEnvironment(id), ...definition.container.environment, ...launch.environment },
        capacityProviderName: provider,
        startedBy: launch.startedBy,
        group: launch.group ?? `family:${definition.family}`,
        availabilityZone: `${region}${"abc".charAt(Math.floor(random() * 3))}`,
        log: logPlace(definition.container, id),
      },
      { clock, startDelayMs: timing.startDelayMs, beforeLaunch, onLine, onStopped },
    );
    this.byId.set(id, task);
    return task;
  }
}

function isForgotten(use: { readonly at: number; readonly launched: Launched }, now: number): boolean {
  if (now - use.at >= 24 * HOUR_MS) return true;
  const { tasks } = use.launched;
  return tasks.length > 0 && tasks.every((task) => task.stoppedAt !== undefined && now - task.stoppedAt >= HOUR_MS);
}
