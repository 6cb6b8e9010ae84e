/** `npm run forecast`. Exit codes: 0 done, 1 it failed, 2 wrong usage, 130 interrupted. */
import { makeOut } from "../../cli/shell/out";
import { Interrupted } from "../chaos/terminal";
import { answer } from "./answer";
import { type CommandLine, readCommandLine } from "./options";
import { USAGE } from "./usage";
import { answerWake } from "./wake";
import { answerValidation } from "./validate/answer";

async function main(): Promise<number> {
  let command: CommandLine;
  try {
    command = readCommandLine(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}`);
    return 2;
  }
  if (command.kind === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  // Before the first SDK client: one notice per process about Node 20 would end up among the results.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const out = makeOut({
    json: command.json,
    stdout: process.stdout,
    stderr: process.stderr,
    noColor: (process.env["NO_COLOR"] ?? "") !== "",
    now: () => performance.now(),
    every: (ms, run) => {
      const timer = setInterval(run, ms);
      return () => clearInterval(timer);
    },
  });
  try {
    switch (command.kind) {
      case "forecast":
        answer(command, out);
        return 0;
      case "wake":
        answerWake(command, out);
        return 0;
      case "validate":
        return await answerValidation(out, interruption());
    }
  } catch (error) {
    if (error instanceof Interrupted) {
      process.stderr.write("interrupted; everything is closed and removed\n");
      return 130;
    }
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
}

/** Aborted by the first signal; further ones change nothing, for closing is under way. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const end = (): void => controller.abort(new Interrupted());
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  return controller.signal;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// `| head` closes the pipe: no error, there is just nobody left to print for.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
void main().then((code) => (process.exitCode = code));
