/** `npm run chaos`. Exit codes: 0 every promise was kept, 1 not, 2 bad usage, 130 interrupted. */
import { interruption, runProgram } from "../program/program";
import { terminalFor } from "../program/terminal";
import { measureInterruptions } from "./interruptions";
import { type CommandLine, readCommandLine, USAGE } from "./options";
import { runPlanted } from "./planted/run";
import { replayScenario, runSeeds } from "./runs";

type Wanted = Exclude<CommandLine, { readonly kind: "help" }>;

function carryOut(command: Wanted): Promise<number> {
  const terminal = terminalFor(command.json, interruption());
  switch (command.kind) {
    case "run":
      return runSeeds(command, terminal);
    case "scenario":
      return replayScenario(command.scenario, terminal);
    case "planted":
      return runPlanted(terminal);
    case "interruptions":
      return measureInterruptions(terminal);
  }
}

void runProgram({
  usage: USAGE,
  read: readCommandLine,
  run: (command) => (command.kind === "help" ? "help" : carryOut(command)),
}).then((code) => process.exit(code));
