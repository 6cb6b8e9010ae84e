/** All verbs, in the order an operator meets them. */
import { Command } from "@commander-js/extra-typings";
import { version } from "../package.json";
import { examplesText, type Shell } from "./shell/verb";
import { backfillVerb } from "./verbs/backfill";
import { localVerb } from "./local";
import { costVerb } from "./verbs/cost";
import { dlqVerb } from "./verbs/dlq";
import { doctorVerb } from "./verbs/doctor";
import { explainVerb } from "./verbs/explain";
import { logsVerb } from "./verbs/logs";
import { pauseVerb } from "./verbs/pause";
import { resumeVerb } from "./verbs/resume";
import { scaleVerb } from "./verbs/scale";
import { statusVerb } from "./verbs/status";
import { triggerVerb } from "./verbs/trigger";
import { verifyVerb } from "./verbs/verify";
import { workVerb } from "./verbs/work";

/** Verbs differ in the types of their arguments and options. */
type MakeVerb = (shell: Shell) => { readonly name: () => string };

const VERBS: readonly MakeVerb[] = [
  statusVerb,
  doctorVerb,
  backfillVerb,
  verifyVerb,
  explainVerb,
  logsVerb,
  dlqVerb,
  triggerVerb,
  scaleVerb,
  pauseVerb,
  resumeVerb,
  costVerb,
  workVerb,
  localVerb,
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
    .version(version)
    .showHelpAfterError("(add --help for the options and examples)")
    .configureOutput(io)
    .exitOverride()
    .addHelpText(
      "after",
      `\nExit codes: 0 done, 1 drift or failure, 2 wrong usage.\n${examplesText(["status", "doctor", "backfill --dry-run", "verify --deep"])}`,
    );
  for (const verb of VERBS) {
    const command = verb(shell) as unknown as Command;
    program.addCommand(inheriting(command, program));
  }
  return program;
}

/** Verbs of verbs as well: how errors and help end is the same everywhere. */
function inheriting(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheriting(child as Command, command);
  return command;
}
