/** work: a worker in this process, on the same queue as the others. */
import { makeOperatorClients } from "../../aws/operator/clients";
import { readQueueState } from "../../aws/operator/queue-state";
import { parseWorkerEnv } from "../../core/env";
import type { WorkerConfig } from "../../core/config";
import { SYSTEM_FIELDS } from "../../core/system";
import type { Parsed } from "../../core/variables";
import { parseDirectoryBucketName } from "../../core/zones";
import { checkConnected, runConnected } from "../../worker/connect";
import { makeLog } from "../../worker/log";
import type { Context } from "../shell/context";
import { type CliError, cliError, type ExitCode, isDenied } from "../shell/errors";
import type { Known } from "../shell/system";
import { makeVerb, type Shell } from "../shell/verb";
import { dryRunDocument, dryRunLines } from "../work/dry-run";
import { makePeoplesLog } from "../work/log";

const NEEDS = ["region", "sourceBucket", "destinationBucket", "prefix", "queueUrl", "deadLetterQueueUrl"] as const;

export function workVerb(shell: Shell) {
  return makeVerb("work", {
    summary: "run a worker on this machine",
    description: [
      "Takes messages from the same queue as the workers on Fargate, with this machine's credentials, until the queue has stayed empty. Bytes do not pass through here: S3 copies by itself. Ctrl-C ends it as a Spot interruption would: nothing is lost.",
      "The worker's tuning variables are taken from the environment (COPY_CONCURRENCY, PART_SIZE_MIB, LONG_POLL_SECONDS, ...).",
      "--dry-run has the look at both buckets and the queue that a worker has before it begins, then says on which system it would work, with which tuning, and what waits in the queue. That look deletes with a receipt that no message has: the queue refuses it, so nothing is changed, and it tells whether it is there and may be used.",
      "Exit codes: 0 nothing left to do or stopped (with --dry-run: it could begin), 1 wrong set-up or trouble that did not pass, 2 wrong usage.",
    ].join("\n"),
    needs: NEEDS,
    examples: ["work", "work --dry-run", "work --json"],
    json: "one document per line; one document with --dry-run",
  })
    .option("--dry-run", "check the set-up and print with what it would begin; receive nothing, change nothing")
    .action((options) => shell.runAsked(options, NEEDS, readTuning, options.dryRun === true ? foretell : run));
}

async function run({ out, signal }: Context, config: WorkerConfig): Promise<ExitCode> {
  const log = out.json ? makeLog(config.logLevel, { worker: "cli" }) : makePeoplesLog(out);
  const result = await runConnected(config, log, signal);
  if ("exitCode" in result) return result.exitCode;
  throw cannotBegin(result);
}

async function foretell({ out, signal, onEnd }: Context, config: WorkerConfig): Promise<ExitCode> {
  const setUp = await out.waiting("looking at the set-up", checkConnected(config, signal));
  signal.throwIfAborted();
  for (const what of setUp.undecided) out.note(out.noteColors.yellow(`No answer for now, ${what}`));
  if (setUp.problems.length > 0) {
    out.document(dryRunDocument(config, { ...setUp, queue: undefined }));
    throw cannotBegin(setUp.problems);
  }
  const clients = makeOperatorClients(config.region);
  onEnd(() => clients.destroy());
  const queue = await readQueueState(clients.sqs, config.queueUrl, signal).catch((error: unknown) => {
    if (!isDenied(error)) throw error;
    return undefined;
  });
  const found = { ...setUp, queue };
  out.document(dryRunDocument(config, found));
  for (const line of dryRunLines(config, found)) out.line(line);
  return 0;
}

function cannotBegin(problems: readonly string[]): CliError {
  return cliError(["The worker cannot begin:", ...problems.map((problem) => `  - ${problem}`)].join("\n"));
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
