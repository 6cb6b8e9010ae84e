/** work: a worker in this process, on the same queue as the others. */
import { parseWorkerEnv } from "../../core/env";
import type { WorkerConfig } from "../../core/config";
import { SYSTEM_FIELDS } from "../../core/system";
import type { Parsed } from "../../core/variables";
import { parseDirectoryBucketName } from "../../core/zones";
import { runConnected } from "../../worker/connect";
import { makeLog } from "../../worker/log";
import type { Context } from "../shell/context";
import { cliError } from "../shell/errors";
import type { Known } from "../shell/system";
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
    shell.runAsked(options, NEEDS, readTuning, async ({ out, signal }, config) => {
      const log = out.json ? makeLog(config.logLevel, { worker: "cli" }) : makePeoplesLog(out);
      const result = await runConnected(config, log, signal);
      if ("exitCode" in result) return result.exitCode;
      throw cliError(["The worker cannot begin:", ...result.map((problem) => `  - ${problem}`)].join("\n"));
    }),
  );
}

/** The worker's own variables carry the same names as the system's (core/system.ts), whose problems the shell tells. */
function readTuning(known: Known, environment: Context["environment"]): Parsed<WorkerConfig> {
  const system = Object.fromEntries(NEEDS.map((field) => [SYSTEM_FIELDS[field].variable, known[field]]));
  const parsed = parseWorkerEnv({ ...environment, ...system });
  if (parsed.ok) return parsed;
  const told: string[] = NEEDS.filter((field) => known[field] === undefined).map(
    (field) => SYSTEM_FIELDS[field].variable,
  );
  if (parseDirectoryBucketName(known.destinationBucket ?? "") === undefined) told.push("DST_BUCKET");
  return { ok: false, problems: parsed.problems.filter((problem) => !told.includes(problem.split(" ", 1)[0] ?? "")) };
}
