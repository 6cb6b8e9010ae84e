/** Runs the body of a verb between the process and the verb: system, output, signals, errors, exit code. */
import { setMaxListeners } from "node:events";
import type { Clock } from "../../core/ports";
import type { SystemField } from "../../core/system";
import type { Context } from "./context";
import { type ExitCode, explainError, isCliError } from "./errors";
import { makeOut, type Sink } from "./out";
import type { Every } from "./progress";
import { readStackOutput, type StackOptions } from "./stack-output";
import { type Known, resolveSystem } from "./system";
import { type Read, type Shell, type SharedOptions, systemOptions } from "./verb";

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

  async function runAsked<N extends SystemField, A>(
    options: SharedOptions,
    needs: readonly N[],
    read: Read<A>,
    body: (context: Context<N>, asked: A) => Promise<ExitCode>,
  ): Promise<void> {
    const closers: (() => void | Promise<void>)[] = [];
    let hasFailed = false;
    const failed = new AbortController();
    const until = AbortSignal.any([signal, failed.signal]);
    setMaxListeners(0, until);
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
      const { system, asked } = await understand(options, needs, read);
      const context: Context<N> = {
        system,
        out,
        clock,
        random: deps.random,
        signal: until,
        environment,
        confirm: async (question) => /^y(es)?$/i.test((await deps.ask(question))?.trim() ?? ""),
        onEnd: (close) => closers.push(close),
      };
      deps.exit(await body(context, asked));
    } catch (error) {
      hasFailed = true;
      out.endProgress();
      deps.exit(report(error, options.debug === true));
    } finally {
      for (const close of closers.reverse()) await close();
      // Calls beside the one that failed would keep the process until each of them has its answer.
      if (hasFailed) failed.abort();
    }
  }

  /** @throws CliError that names every problem of the call */
  async function understand<N extends SystemField, A>(options: SharedOptions, needs: readonly N[], read: Read<A>) {
    const sources = { options: systemOptions({ ...options }), environment, stack: () => stack(options) };
    let parsed: ReturnType<Read<A>> | undefined;
    const system = await resolveSystem(needs, sources, (known) => {
      parsed = read(known, environment);
      return parsed.ok ? [] : parsed.problems;
    });
    if (parsed?.ok !== true) throw new Error("the problems of a call were not told");
    return { system, asked: parsed.config };
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

  return {
    runAsked,
    run: (options, needs, body) => runAsked(options, needs, () => ({ ok: true, config: undefined }), body),
  };
}
