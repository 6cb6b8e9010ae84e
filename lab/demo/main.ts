/** `npm run demo`. Exit codes: 0 equal, 1 not equal or stuck, 2 bad usage, 130 interrupted. */
import { readCommandLine, USAGE, type CommandLine } from "./options";
import { runDemo } from "./run";
import { summaryLines } from "./summary";
import { plainView, SILENT, terminalView, type View } from "./view";

/** The demo was called off by a signal, or nobody reads its output any more. */
class Interrupted extends Error {}

async function main(): Promise<number> {
  let command: CommandLine | "help";
  try {
    command = readCommandLine(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}`);
    return 2;
  }
  if (command === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  // Before the first SDK client: one notice per process about Node 20 would end up in the middle of the story.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const { seed, json } = command;
  try {
    const result = await runDemo({ seed, view: json ? SILENT : viewFor(process.env), signal: interruption() });
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : `\n${summaryLines(result).join("\n")}\n`);
    return result.verdict === "equal" ? 0 : 1;
  } catch (error) {
    if (error instanceof Interrupted) {
      process.stderr.write("interrupted; everything is closed and removed\n");
      return 130;
    }
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
}

function viewFor(environment: NodeJS.ProcessEnv): View {
  if (!process.stdout.isTTY || environment["TERM"] === "dumb") return plainView(process.stdout);
  return terminalView(process.stdout, (environment["NO_COLOR"] ?? "") === "");
}

/** Aborted by the first signal; further ones change nothing, for closing is under way. */
function interruption(): AbortSignal {
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

void main().then((code) => process.exit(code));
