/** One task: a process with the states and times of an ECS task. Source: ECS Developer Guide "Amazon ECS task lifecycle". */
import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import type { Clock, Timer } from "../http/clock";
import { signalChild, startChild } from "../process/children";
import type { LogPlace } from "../process/log-sink";
import { Output, type OutputLine } from "../process/output";
import { NO_CAPACITY, type LastStatus, type StopCode, type TaskDefinition } from "./model";

const DEFAULT_STOP_TIMEOUT_SECONDS = 30;

export interface TaskInput {
  readonly id: string;
  readonly arn: string;
  readonly clusterArn: string;
  readonly definition: TaskDefinition;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly capacityProviderName: string | undefined;
  readonly startedBy: string | undefined;
  readonly group: string;
  readonly availabilityZone: string;
  /** Where its output goes besides memory. */
  readonly log: LogPlace | undefined;
}

export interface TaskContext {
  readonly clock: Clock;
  readonly startDelayMs: number;
  /** Before the process starts; what it throws keeps the task from starting. */
  readonly beforeLaunch: (task: Task) => void;
  readonly onLine: (task: Task, line: OutputLine) => void;
  readonly onStopped: (task: Task) => void;
}

export class Task {
  lastStatus: LastStatus = "PROVISIONING";
  desiredStatus: "RUNNING" | "STOPPED" = "RUNNING";
  readonly createdAt: number;
  startedAt: number | undefined;
  stoppingAt: number | undefined;
  stoppedAt: number | undefined;
  stopCode: StopCode | undefined;
  stoppedReason: string | undefined;
  exitCode: number | undefined;
  readonly output: Output;
  readonly stopped: Promise<void>;
  private child: ChildProcess | undefined;
  private timer: Timer | undefined;
  private resolveStopped: () => void = () => undefined;

  constructor(
    readonly input: TaskInput,
    private readonly context: TaskContext,
  ) {
    this.createdAt = context.clock.now();
    this.stopped = new Promise((resolve) => (this.resolveStopped = resolve));
    this.output = new Output(
      () => context.clock.now(),
      (line) => context.onLine(this, line),
    );
  }

  /** Undefined before RUNNING and after the end. */
  get pid(): number | undefined {
    return this.lastStatus === "STOPPED" ? undefined : this.child?.pid;
  }

  /** Goes through PROVISIONING and PENDING, then starts the process. */
  start(): void {
    this.afterHalfOfStart(() => {
      this.lastStatus = "PENDING";
      this.afterHalfOfStart(() => this.launch());
    });
  }

  /** Accepted, and stopped before it ran: how a lack of Spot capacity may look. */
  failToStart(): void {
    this.afterHalfOfStart(() => this.end("TaskFailedToStart", NO_CAPACITY));
  }

  /** SIGTERM now, SIGKILL after the stop timeout. */
  stop(code: StopCode, reason: string): void {
    if (this.desiredStatus === "STOPPED") return;
    this.desiredStatus = "STOPPED";
    this.stopCode = code;
    this.stoppedReason = reason;
    this.stoppingAt = this.context.clock.now();
    this.timer?.cancel();
    const { child } = this;
    if (child === undefined) {
      this.end(code, reason);
      return;
    }
    this.lastStatus = "STOPPING";
    const seconds = this.input.definition.container.stopTimeout ?? DEFAULT_STOP_TIMEOUT_SECONDS;
    this.timer = this.context.clock.after(seconds * 1000, () => signalChild(child, "SIGKILL"));
    signalChild(child, "SIGTERM");
  }

  /** SIGKILL, as a crash of the machine would be. */
  kill(): void {
    this.timer?.cancel();
    if (this.child !== undefined) signalChild(this.child, "SIGKILL");
    else if (this.lastStatus !== "STOPPED") this.end("EssentialContainerExited", "Essential container in task exited");
  }

  private afterHalfOfStart(run: () => void): void {
    this.timer = this.context.clock.after(this.context.startDelayMs / 2, run);
  }

  private launch(): void {
    try {
      this.context.beforeLaunch(this);
    } catch (error) {
      this.end("TaskFailedToStart", error instanceof Error ? error.message : String(error));
      return;
    }
    const { command, environment, definition } = this.input;
    const cwd = definition.container.workingDirectory;
    const child = startChild({ command, env: environment, ...(cwd !== undefined && { cwd }) });
    this.child = child;
    this.output.follow(child);
    child.once("spawn", () => {
      if (this.lastStatus === "PENDING") this.lastStatus = "RUNNING";
      this.startedAt = this.context.clock.now();
    });
    child.once("error", (error) => this.end("TaskFailedToStart", `CannotStartContainerError: ${error.message}`));
    // "close" comes when the pipes have been read to their end: no last line is lost.
    child.once("close", (code, signal) => {
      this.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      this.end("EssentialContainerExited", "Essential container in task exited");
    });
  }

  private end(code: StopCode, reason: string): void {
    if (this.lastStatus === "STOPPED") return;
    this.timer?.cancel();
    const now = this.context.clock.now();
    this.lastStatus = "STOPPED";
    this.desiredStatus = "STOPPED";
    this.stopCode ??= code;
    this.stoppedReason ??= reason;
    this.stoppingAt ??= now;
    this.stoppedAt = now;
    this.resolveStopped();
    this.context.onStopped(this);
  }
}
