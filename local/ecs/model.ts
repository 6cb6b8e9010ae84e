/** Task definitions, tasks and clusters of the local ECS. Names are those of the ECS API. */

export interface ContainerDefinition {
  readonly name: string;
  /** The program and its arguments: a task is a process here, its image is not looked at. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds between SIGTERM and SIGKILL. Default 30. */
  readonly stopTimeout?: number;
  readonly image?: string;
  readonly workingDirectory?: string;
  readonly logConfiguration?: LogConfiguration;
}

/** Output goes to `awslogs-group`, which must exist unless `awslogs-create-group` is "true"; stream PREFIX/CONTAINER/TASK ID. */
export interface LogConfiguration {
  readonly logDriver: "awslogs";
  readonly options: Readonly<Record<string, string>>;
}

export interface NewTaskDefinition {
  readonly family: string;
  readonly container: ContainerDefinition;
  /** CPU units and MiB as text, e.g. "2048", "4096". Shown, not enforced. */
  readonly cpu?: string;
  readonly memory?: string;
  /** "awsvpc" makes RunTask insist on a network configuration, as Fargate does. */
  readonly networkMode?: string;
}

export interface TaskDefinition extends NewTaskDefinition {
  readonly arn: string;
  readonly revision: number;
  status: "ACTIVE" | "INACTIVE";
}

export type LastStatus = "PROVISIONING" | "PENDING" | "RUNNING" | "STOPPING" | "STOPPED";
export type StopCode = "EssentialContainerExited" | "TaskFailedToStart" | "SpotInterruption" | "UserInitiated";

/**
 * What a Spot start meets. Which of the three AWS shows without ARM64 Spot capacity is not documented, so all can be chosen:
 * "failures" = `failures[]` in a 200, "exception" = RunTask throws, "dies-before-running" = a task that stops while PROVISIONING.
 */
export type SpotAvailability = "ok" | "failures" | "exception" | "dies-before-running";

export const NO_CAPACITY =
  "Capacity is unavailable at this time. Please try again later or in a different availability zone";

export interface EcsTiming {
  /** From RunTask to RUNNING; PENDING begins half way. Default 0. */
  readonly startDelayMs: number;
  /** A new task is missing from ListTasks for so long. Default 0. */
  readonly listingLagMs: number;
}
