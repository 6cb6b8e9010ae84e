/** local: the local cloud, until Ctrl-C. The only file of the command line that knows it. */
import { Command } from "@commander-js/extra-typings";
import { localOptions, readLocalOptions, type LocalTexts } from "../local/options";
import { runLocal } from "../local/run";
import { greeting } from "../local/told";
import { cliError, usageProblems } from "./shell/errors";
import { examplesText, flowing, type Shell } from "./shell/verb";

/** Without the options that say which system: it is about none. */
export function localVerb(shell: Shell) {
  const command = new Command("local")
    .summary("run the local cloud until Ctrl-C")
    .description(
      flowing(
        "S3 (general purpose and directory buckets), SQS, ECS, Lambda, EventBridge rules, CloudWatch and more on 127.0.0.1. Prints endpoint, credentials\n" +
          "and three commands to try; Ctrl-C ends it and removes what was stored, unless a directory was given.\nExit codes: 0 ended by Ctrl-C, 1 it could not start, 2 wrong usage.",
      ),
    )
    .option("--json", "print JSON: one line, once everything can be used")
    .option("--debug", "show stack traces of errors")
    .optionsGroup("Options:")
    .addHelpText(
      "after",
      examplesText([
        "local",
        "local --port 0 --json",
        "local --bucket plain:versioned --bucket fast--use1-az4--x-s3 --region us-east-1 --directory ./cloud",
      ]),
    )
    .action((options) =>
      shell.run(options, [], async ({ out, signal }) => {
        const settings = readLocalOptions(options as LocalTexts);
        if (!("port" in settings)) throw usageProblems(settings);
        const end = new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        return runLocal(
          settings,
          {
            ready(told) {
              out.line(greeting(told).trimEnd());
              out.record(told);
            },
            closing: () => out.line("\nClosing."),
            failed: (reason) => {
              throw cliError(reason);
            },
          },
          end,
        );
      }),
    );
  for (const { name, argument, about, several } of localOptions()) {
    const flags = `--${name} <${argument}>`;
    if (several === true)
      command.option(flags, about, (one, before: readonly string[] | undefined): readonly string[] => [
        ...(before ?? []),
        one,
      ]);
    else command.option(flags, about);
  }
  return command;
}
