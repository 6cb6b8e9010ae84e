/** What every program of the lab does around its work: options, help, one way to be called off, exit codes. */

/** The run was called off by a signal. */
export class Interrupted extends Error {}

export interface Program<Command> {
  readonly usage: string;
  /** @throws Error that names every wrong option */
  readonly read: (args: readonly string[]) => Command;
  /** The exit code, or the wish to see the usage. */
  readonly run: (command: Command) => "help" | number | Promise<number>;
}

/** Resolves to the exit code: that of `run`, 1 when it fails, 2 for wrong usage, 130 when it was interrupted. */
export async function runProgram<Command>({ usage, read, run }: Program<Command>): Promise<number> {
  let command: Command;
  try {
    command = read(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${usage}`);
    return 2;
  }
  return codeOf(() => {
    const answer = run(command);
    if (answer !== "help") return answer;
    process.stdout.write(usage);
    return 0;
  });
}

/** The last part of {@link runProgram}, for a program that reads its options another way. */
export async function codeOf(run: () => number | Promise<number>): Promise<number> {
  // Before the first SDK client: one notice per process about Node 20 would end up among the results.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  try {
    return await run();
  } catch (error) {
    const interrupted = error instanceof Interrupted;
    process.stderr.write(interrupted ? "interrupted; everything is closed and removed\n" : `${messageOf(error)}\n`);
    return interrupted ? 130 : 1;
  }
}

/** Aborted by the first signal; further ones change nothing, for closing is under way. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const end = (): void => controller.abort(new Interrupted());
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  // A closed pipe or terminal: nobody looks any more.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", end);
  return controller.signal;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
