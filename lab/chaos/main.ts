/** `npm run chaos`. Exit codes: 0 every promise was kept, 1 not, 2 bad usage, 130 interrupted. */
import { measureInterruptions } from "./interruptions";
import { type CommandLine, readCommandLine, USAGE } from "./options";
import { runPlanted } from "./planted/run";
import { replayScenario, runSeeds } from "./runs";
import { Interrupted, type Terminal } from "./terminal";

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
  const terminal = terminalFor(command.json);
  try {
    switch (command.kind) {
      case "run":
        return await runSeeds(command, terminal);
      case "scenario":
        return await replayScenario(command.scenario, terminal);
      case "planted":
        return await runPlanted(terminal);
      case "interruptions":
        return await measureInterruptions(terminal);
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

function terminalFor(json: boolean): Terminal {
  const live = process.stderr.isTTY && process.env["TERM"] !== "dumb";
  return {
    signal: interruption(),
    lines: (lines) => {
      if (!json) process.stdout.write(lines.map((line) => `${line}\n`).join(""));
    },
    progress: (text) => {
      if (live) process.stderr.write(`\r\u001b[K${text}`);
    },
    document: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
  };
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

void main().then((code) => process.exit(code));
