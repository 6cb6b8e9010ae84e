/** work: a worker in this process, on the same queue as the others. */
import { parseWorkerEnv } from "../../core/env";
import { SYSTEM_FIELDS, type System } from "../../core/system";
import { runConnected } from "../../worker/connect";
import { makeLog } from "../../worker/log";
import { cliError, usageProblems } from "../shell/errors";
import { makeVerb, type Shell } from "../shell/verb";
import { makePeoplesLog } from "../work/log";

const NEEDS = ["region", "sourceBucket", "destinationBucket", "prefix", "queueUrl", "deadLetterQueueUrl"] as const;

export function workVerb(shell: Shell) {
  return makeVerb("work", {
    summary: "run a worker on this machine",
    description: [
      "Takes messages from the same queue as the workers on Fargate, with this machine's credentials, until the queue has stayed empty. Bytes do not pass through here: S3 copies by itself. Ctrl-C ends it as a Spot interruption would: nothing is lost.",
      "The worker's tuning variables are taken from the environment (COPY_CONCURRENCY, PART_SIZE_MIB, LONG_POLL_SECONDS, ...).",
      "Exit codes: 0 nothing left to do or stopped, 1 wrong set-up or trouble that did not pass, 2 wrong usage.",
    ].join("\n"),
    needs: NEEDS,
    examples: ["work", "work --json"],
    json: "one document per line",
  }).action((options) =>
    shell.run(options, NEEDS, async ({ system, out, signal, environment }) => {
      const parsed = parseWorkerEnv({ ...environment, ...variablesOf(system) });
      if (!parsed.ok) throw usageProblems(parsed.problems);
      const { config } = parsed;
      const log = out.json ? makeLog(config.logLevel, { worker: "cli" }) : makePeoplesLog(out);
      const result = await runConnected(config, log, signal);
      if ("exitCode" in result) return result.exitCode;
      throw cliError(["The worker cannot begin:", ...result.map((problem) => `  - ${problem}`)].join("\n"));
    }),
  );
}

/** The worker's own variables carry the same names (core/system.ts). */
function variablesOf(system: Pick<System, (typeof NEEDS)[number]>): Record<string, string> {
  return Object.fromEntries(NEEDS.map((field) => [SYSTEM_FIELDS[field].variable, system[field]]));
}
