/** `npm run demo`. Exit codes: 0 equal, 1 not equal or stuck, 2 bad usage, 130 interrupted. */
import { interruption, runProgram } from "../program/program";
import { readCommandLine, USAGE, type CommandLine } from "./options";
import { runDemo } from "./run";
import { summaryLines } from "./summary";
import { plainView, SILENT, terminalView, type View } from "./view";

async function carryOut({ seed, json }: CommandLine): Promise<number> {
  const result = await runDemo({ seed, view: json ? SILENT : viewFor(process.env), signal: interruption() });
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `\n${summaryLines(result).join("\n")}\n`);
  return result.verdict === "equal" ? 0 : 1;
}

function viewFor(environment: NodeJS.ProcessEnv): View {
  if (!process.stdout.isTTY || environment["TERM"] === "dumb") return plainView(process.stdout);
  return terminalView(process.stdout, (environment["NO_COLOR"] ?? "") === "");
}

void runProgram({
  usage: USAGE,
  read: readCommandLine,
  run: (command) => (command === "help" ? "help" : carryOut(command)),
}).then((code) => process.exit(code));
