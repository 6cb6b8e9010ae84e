/** All verbs, in the order an operator meets them. */
import { Command } from "@commander-js/extra-typings";
import type { Shell } from "./shell/verb";
import { localVerb } from "./local";
import { costVerb } from "./verbs/cost";
import { doctorVerb } from "./verbs/doctor";
import { statusVerb } from "./verbs/status";
import { triggerVerb } from "./verbs/trigger";

const VERBS: readonly ((shell: Shell) => Pick<Command, "name">)[] = [
  statusVerb,
  triggerVerb,
  costVerb,
  localVerb,
  doctorVerb,
];

export interface ProgramIo {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

/** Wrong usage and --help end in a CommanderError with the exit code that main.ts takes over. */
export function makeProgram(shell: Shell, io: ProgramIo): Command {
  const program = new Command("s3-express-sync")
    .description(
      "Operates an s3-express-sync system: one S3 bucket kept equal in an S3 Express One Zone directory bucket.",
    )
    .showHelpAfterError("(add --help for the options and examples)")
    .configureOutput(io)
    .exitOverride()
    .addHelpText("after", "\nExit codes: 0 done, 1 drift or failure, 2 wrong usage.\n");
  for (const verb of VERBS) {
    const command = verb(shell) as Command;
    program.addCommand(command.copyInheritedSettings(program));
  }
  return program;
}
