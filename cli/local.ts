/** local: the local cloud, until Ctrl-C. The only file of the command line that knows it. */
import { Command } from "@commander-js/extra-typings";
import { LOCAL_OPTIONS, readLocalOptions } from "../local/options";
import { greeting, runLocal } from "../local/run";
import { cliError, usageProblems } from "./shell/errors";
import { examplesText, flowing, type Shell } from "./shell/verb";

const { port, directory, seed } = LOCAL_OPTIONS;

/** Without the options that say which system: it is about none. */
export function localVerb(shell: Shell) {
  return new Command("local")
    .summary("run the local cloud until Ctrl-C")
    .description(
      flowing(
        "S3 (general purpose and directory buckets), SQS, ECS, Lambda, EventBridge rules, CloudWatch and more on 127.0.0.1. Prints endpoint, credentials\n" +
          "and three commands to try; Ctrl-C ends it and removes what was stored.\nExit codes: 0 ended by Ctrl-C, 1 it could not start, 2 wrong usage.",
      ),
    )
    .option("--json", "print JSON: one document, once everything can be used")
    .option("--debug", "show stack traces of errors")
    .optionsGroup("Options:")
    .option(`--port <${port.argument}>`, port.about)
    .option(`--directory <${directory.argument}>`, directory.about)
    .option(`--seed <${seed.argument}>`, seed.about)
    .addHelpText("after", examplesText(["local", "local --port 0 --json"]))
    .action((options) =>
      shell.run(options, [], async ({ out, signal }) => {
        const settings = readLocalOptions(options);
        if (!("port" in settings)) throw usageProblems(settings);
        const end = new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        return runLocal(
          settings,
          {
            ready: (cloud, example) => {
              out.line(greeting(cloud, example).trimEnd());
              out.document({
                endpoint: cloud.endpoint,
                environment: cloud.environmentFor("operator"),
                ...example,
              });
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
}
