/** One execution environment: a warm process that handles one invocation at a time. */
import type { ChildProcess } from "node:child_process";
import { endChild, startChild } from "../process/children";
import type { Output } from "../process/output";
import { BOOTSTRAP } from "./bootstrap";

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** `result` is JSON text. */
export type Outcome = { readonly result: string } | { readonly error: FunctionError };

export interface Call {
  readonly id: string;
  readonly event: unknown;
  readonly context: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
}

interface Answer {
  readonly id?: string;
  readonly ready?: boolean;
  readonly result?: string;
  readonly error?: FunctionError;
}

export class Sandbox {
  isBusy = false;
  /** Takes no more calls. */
  isDead = false;
  /** Its process has ended. */
  isGone = false;
  /** Has an outdated configuration: ends after the call it is busy with. */
  retireWhenIdle = false;
  private readonly child: ChildProcess;
  private pending: { readonly id: string; settle: (outcome: Outcome) => void } | undefined;

  constructor(
    env: Readonly<Record<string, string>>,
    output: Output,
    readonly logStream: string,
  ) {
    this.child = startChild({ command: [process.execPath, "-e", BOOTSTRAP], env, channel: "ipc" });
    output.follow(this.child, logStream);
    this.child.on("message", (message) => this.answered(message as Answer));
    this.child.once("exit", (code, signal) => this.died(`Runtime exited with ${signal ?? `exit status ${code ?? 0}`}`));
    this.child.once("error", (error) => this.died(error.message));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Never rejects. After a time-out or a crash the sandbox is dead. */
  async invoke(call: Call): Promise<Outcome> {
    this.isBusy = true;
    const outcome = await new Promise<Outcome>((settle) => {
      this.pending = { id: call.id, settle };
      const { id, event, context, timeoutMs } = call;
      const timer = setTimeout(() => {
        const seconds = (timeoutMs / 1000).toFixed(2);
        settle({
          error: {
            errorType: "Sandbox.Timedout",
            errorMessage: `RequestId: ${id} Error: Task timed out after ${seconds} seconds`,
          },
        });
        void this.close();
      }, timeoutMs);
      this.pending.settle = (outcome) => {
        clearTimeout(timer);
        settle(outcome);
      };
      this.child.send({ id, event, context, deadline: Date.now() + timeoutMs }, () => undefined);
    });
    this.pending = undefined;
    this.isBusy = false;
    if (this.retireWhenIdle) await this.close();
    return outcome;
  }

  async close(): Promise<void> {
    this.isDead = true;
    await endChild(this.child);
  }

  private answered(answer: Answer): void {
    if (answer.id === undefined || answer.id !== this.pending?.id) return;
    if (answer.error !== undefined) this.pending.settle({ error: answer.error });
    else this.pending.settle({ result: answer.result ?? "null" });
  }

  private died(reason: string): void {
    this.isDead = true;
    this.isGone = true;
    this.pending?.settle({
      error: { errorType: "Runtime.ExitError", errorMessage: `RequestId: ${this.pending.id} Error: ${reason}` },
    });
  }
}
