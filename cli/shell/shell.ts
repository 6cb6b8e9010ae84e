/** Runs the body of a verb between the process and the verb: system, output, signals, errors, exit code. */
import type { Clock } from "../../core/ports";
import type { SystemField } from "../../core/system";
import type { Context } from "./context";
import { type ExitCode, explainError, isCliError } from "./errors";
import { makeOut, type Sink } from "./out";
import type { Every } from "./progress";
import { readStackOutput, type StackOptions } from "./stack-output";
import { type Known, resolveSystem } from "./system";
import { type Shell, type SharedOptions, systemOptions } from "./verb";

export interface ShellDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: Sink;
  readonly stderr: NodeJS.WritableStream & Sink;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** As setInterval; answers how to end it. */
  readonly every: Every;
  readonly ask: (question: string) => Promise<string | undefined>;
  readonly stack?: (options: StackOptions) => Promise<Known | string>;
  /** Told once, when the verb has ended. */
  readonly exit: (code: ExitCode) => void;
}

export function makeShell(deps: ShellDeps): Shell {
  const { environment, stdout, stderr, clock, signal, every, stack = readStackOutput } = deps;

  async function run<N extends SystemField>(
    options: SharedOptions,
    needs: readonly N[],
    body: (context: Context<N>) => Promise<ExitCode>,
  ): Promise<void> {
    const closers: (() => void | Promise<void>)[] = [];
    const noColor = (environment["NO_COLOR"] ?? "") !== "";
    const out = makeOut({
      json: options.json === true,
      stdout,
      stderr,
      noColor,
      now: () => clock.monotonicMs(),
      every,
    });
    try {
      const system = await resolveSystem(needs, {
        options: systemOptions({ ...options }),
        environment,
        stack: () => stack(options),
      });
      const code = await body({
        system,
        out,
        clock,
        random: deps.random,
        signal,
        environment,
        confirm: async (question) => /^y(es)?$/i.test((await deps.ask(question))?.trim() ?? ""),
        onEnd: (close) => closers.push(close),
      });
      deps.exit(code);
    } catch (error) {
      out.endProgress();
      deps.exit(report(error, options.debug === true));
    } finally {
      for (const close of closers.reverse()) await close();
    }
  }

  function report(error: unknown, debug: boolean): ExitCode {
    if (signal.aborted && !isCliError(error)) {
      stderr.write("Interrupted.\n");
      return 1;
    }
    const stackTrace = debug && error instanceof Error ? `\n${error.stack ?? ""}` : "";
    stderr.write(`${explainError(error)}${stackTrace}\n`);
    return isCliError(error) ? error.exitCode : 1;
  }

  return { run };
}
