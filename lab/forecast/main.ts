/** `npm run forecast`. Exit codes: 0 done, 1 it failed, 2 wrong usage, 130 interrupted. */
import { makeOut } from "../../cli/shell/out";
import { interruption, runProgram } from "../program/program";
import { answer } from "./answer";
import { type CommandLine, readCommandLine } from "./options";
import { USAGE } from "./usage";
import { answerWake } from "./wake";
import { answerValidation } from "./validate/answer";

type Wanted = Exclude<CommandLine, { readonly kind: "help" }>;

function carryOut(command: Wanted): number | Promise<number> {
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
  switch (command.kind) {
    case "forecast":
      answer(command, out);
      return 0;
    case "wake":
      answerWake(command, out);
      return 0;
    case "validate":
      return answerValidation(out, interruption());
  }
}

// `| head` closes the pipe: no error, there is just nobody left to print for.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
void runProgram({
  usage: USAGE,
  read: readCommandLine,
  run: (command) => (command.kind === "help" ? "help" : carryOut(command)),
}).then((code) => (process.exitCode = code));
