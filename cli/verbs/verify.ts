/** verify: are the two buckets equal, and if not, which keys, why, and fix it. */
import { tmpdir } from "node:os";
import { makeOperatorClients, type OperatorClients } from "../../aws/operator/clients";
import { DEFAULTS } from "../../core/env";
import type { Queue } from "../../core/ports";
import { sha256 } from "../../worker/digest";
import type { Context } from "../shell/context";
import { makeGather } from "../status/gather";
import { makeSteady } from "../status/steady";
import { duration } from "../shell/progress";
import { makeVerb, type Shell } from "../shell/verb";
import { compare, type CompareDeps, type Comparison } from "../verify/compare";
import { connect, type Connection } from "../verify/connect";
import { lettersPorts, makeRefusals } from "../verify/dead-letters";
import {
  checkOptions,
  DEFAULT_GRACE_SECONDS,
  DEFAULT_MEMORY_MIB,
  DEFAULT_TIMEOUT,
  type Field,
  needsOf,
  NO_DEAD_LETTERS,
  type VerifyOptions,
  WAIT_NEEDS,
  type WaitField,
} from "../verify/options";
import { makePhases, type Phases } from "../verify/phases";
import { printVerify } from "../verify/print";
import { countToEnqueue, enqueue, keysToEnqueue, planDeletes } from "../verify/repair";
import { checkReport, writeReport } from "../verify/report-file";
import { documentOf, keys, type RepairDone, repairLines, type RunFacts, verdictOf } from "../verify/report";
import { makeSpill } from "../verify/spill";
import { makeTaskLog, type TaskLog } from "../verify/task-log";
import { isWorthWaiting, type VerifyRun, type Waited, waitUntilEqual } from "../verify/wait";
import { waitDocument } from "../verify/wait-words";

const DESCRIPTION = `Compares both buckets, assuming no order of the destination's listing, in bounded memory. Every difference is looked at again,
with a HEAD on both sides, before it is reported.

Without --deep it looks at the listings: size and time, and at the fingerprint where the source was uploaded in parts. It
cannot see another content of the same size that is newer than the source, nor headers and metadata. --deep has a HEAD of every
destination object and compares its fingerprint with the source's listing.

A key whose copy is refused looks missing on both sides: its dead letter tells, while the source is as it was then. So where something would
have to be copied, the dead letters are received and given back, if --dlq-url or the stack names their queue; such a key is unsyncable.

--repair enqueues the keys that differ, and the workers decide. Keys that are only at the destination are left alone unless
--max-delete says how many may go; then they are enqueued too, but none of them when there are more, or the source lists nothing.

--wait looks at the queue until the workers have nothing left to do, and verifies again. It ends with 0 when both sides are equal, and
with 1 and what is left to do when the queue is empty and they are not, or when the time is over.

What changed within --grace is in motion: no drift, but not called equal either; --wait waits for it.

Exit codes: 0 no drift, 1 drift, or it could not be told, 2 wrong usage.`;

export function verifyVerb(shell: Shell) {
  return makeVerb("verify", {
    summary: "compare both buckets, and repair what differs",
    description: DESCRIPTION,
    needs: WAIT_NEEDS,
    examples: [
      "verify",
      "verify --deep --report differences.ndjson",
      "verify --prefix models/ --repair --dry-run",
      "verify --deep --repair --max-delete 1% --yes",
      "verify --deep --repair --wait --timeout 2h",
    ],
    json: "one document",
  })
    .option("--deep", "HEAD every destination object and compare its fingerprint")
    .option("--prefix <text>", "only keys that begin with this (default: what the system syncs)")
    .option("--report <file>", "every finding as a line of JSON, written to this file")
    .option("--grace <seconds>", "a change so recent may still be on its way", String(DEFAULT_GRACE_SECONDS))
    .option(
      "--memory <MiB>",
      "for keys that wait for their counterpart; what is beyond goes to disk",
      String(DEFAULT_MEMORY_MIB),
    )
    .option("--spill-dir <dir>", "where that goes (default: the system's folder for temporary files)")
    .option("--log", "print JSON log lines with metrics, as the scheduled task does")
    .optionsGroup("Repair:")
    .option("--repair", "enqueue what differs")
    .option("--max-delete <N|P%>", "with --repair: also what is only at the destination, up to so many keys")
    .option("--dry-run", "with --repair: only say what it would do")
    .option("--yes", "with --repair --max-delete: do not ask")
    .optionsGroup("Waiting:")
    .option("--wait", "until the workers are done and both sides are equal; verifies again")
    .option("--timeout <span>", `with --wait: at most so long, such as 90s, 30m or 2h (default ${DEFAULT_TIMEOUT})`)
    .action((options) =>
      shell.runAsked(
        options,
        needsOf(options),
        (known) => checkOptions(options, known),
        async (context, checked) => {
          const log = options.log === true ? makeTaskLog(context) : undefined;
          const run = () => verify({ ...options, ...checked }, context, log);
          return log === undefined ? await run() : await log.watch(run);
        },
      ),
    );
}

interface Options extends VerifyOptions {
  readonly deep?: true | undefined;
  readonly repair?: true | undefined;
  readonly dryRun?: true | undefined;
  readonly yes?: true | undefined;
  readonly report?: string | undefined;
  readonly spillDir?: string | undefined;
}

async function verify(options: Options, context: Context<Field | WaitField>, log: TaskLog | undefined): Promise<0 | 1> {
  const { system, signal, onEnd, out } = context;
  const { waitMs } = options;
  checkPlaces(options);
  const mode = options.deep === true ? "deep" : "cheap";
  const connection = connect(system);
  onEnd(() => connection.destroy());
  const clients = makeOperatorClients(system.region);
  onEnd(() => clients.destroy());
  const progress = makePhases(out);
  onEnd(() => progress.end());
  const run = (until: AbortSignal) => runOnce(options, context, { connection, clients, progress }, until);

  log?.started(mode, options.prefix);
  const first = await run(signal);
  const keep = ({ comparison: { findings } }: VerifyRun): void => {
    if (options.report !== undefined) writeReport(options.report, findings.entries());
  };
  // Before anything is changed: where it cannot be written, nothing is.
  keep(first);
  const facts = { mode, prefix: options.prefix } as const;
  const repair =
    options.repair === true
      ? await repairFindings(first.comparison, options, context, () => connection.queue(system.queueUrl))
      : undefined;
  const waited = waitMs === undefined ? undefined : await wait(first, repair, { waitMs, facts, run, context, clients });
  if (waited !== undefined) keep(waited.run);
  const { comparison, seconds } = waited?.run ?? first;
  const document = documentOf(
    comparison,
    { ...facts, seconds },
    repair,
    waited === undefined ? undefined : waitDocument(waited, repair),
  );
  if (log === undefined) printVerify(document, out, options.report);
  else log.finished(document);
  return document.drift === 0 && (waited === undefined || waited.outcome === "equal") ? 0 : 1;
}

/** A mistyped path is told before both buckets are listed, not after. */
function checkPlaces({ report, spillDir }: Options): void {
  if (report !== undefined) checkReport(report);
  if (spillDir !== undefined) makeSpill(spillDir).file().close();
}

interface Means {
  readonly connection: Connection;
  readonly clients: Pick<OperatorClients, "sqs">;
  readonly progress: Phases;
}

/** Each with files of its own: of several verifies only the last is kept. */
async function runOnce(
  options: Options,
  { clock, random, onEnd }: Context<Field>,
  { connection, clients, progress }: Means,
  signal: AbortSignal,
): Promise<VerifyRun> {
  const { deadLetterQueueUrl } = options;
  const spill = makeSpill(options.spillDir ?? tmpdir());
  onEnd(() => spill.close());
  const letters = deadLetterQueueUrl === undefined ? NO_DEAD_LETTERS : lettersPorts(clients.sqs, deadLetterQueueUrl);
  const refusals = makeRefusals(letters, signal);
  onEnd(() => refusals.close());
  const deps: CompareDeps = {
    ...connection,
    ...{ clock, random, signal, spill, refusals, digest: sha256, sizes: DEFAULTS, progress: progress.update },
  };
  const startedAt = clock.monotonicMs();
  const comparison = await compare({ ...options, deep: options.deep === true }, deps);
  // With --wait there are more runs to come, and this one's letters would be kept until the last.
  await refusals.close();
  progress.end();
  return {
    comparison,
    seconds: Math.round((clock.monotonicMs() - startedAt) / 100) / 10,
    release: () => spill.close(),
  };
}

interface Waiting {
  readonly waitMs: number;
  readonly facts: Pick<RunFacts, "mode" | "prefix">;
  readonly run: (signal: AbortSignal) => Promise<VerifyRun>;
  readonly context: Context<Field | WaitField>;
  readonly clients: OperatorClients;
}

async function wait(
  first: VerifyRun,
  repair: RepairDone | undefined,
  { waitMs, facts, run, context: { system, clock, signal, out }, clients }: Waiting,
): Promise<Waited> {
  if (isWorthWaiting(first)) {
    out.line(verdictOf(first.comparison, { ...facts, seconds: first.seconds }));
    for (const line of repair === undefined ? [] : repairLines(repair, true)) out.line(line);
    out.line(`Waiting for the workers, at most ${duration(waitMs / 1000)}; Ctrl-C ends the waiting, not them.`);
    out.line();
  }
  return waitUntilEqual(first, {
    ...{ verify: run, clock, signal, timeoutMs: waitMs },
    // Of a look that failed nothing is said: the display is the waiting's.
    look: makeSteady(makeGather({ clients, system, clock }), () => undefined),
    shown: (label, work) => out.waiting(label, work),
  });
}

async function repairFindings(
  comparison: Comparison,
  { maxDelete, dryRun, yes }: Options,
  { clock, random, signal, out, confirm }: Context<Field>,
  queue: () => Queue,
): Promise<RepairDone> {
  const planned = planDeletes(comparison, maxDelete);
  const mayDelete =
    planned.kind === "delete" &&
    (dryRun === true ||
      yes === true ||
      (await confirm(`${keys(planned.keys)} are only at the destination. Have them deleted?`)));
  const deletes: RepairDone["deletes"] = planned.kind === "delete" && !mayDelete ? { kind: "declined" } : planned;
  const count = countToEnqueue(comparison.counts, mayDelete);
  if (dryRun === true || count === 0) return { enqueued: count, deletes, dryRun: dryRun === true };
  const progress = out.progress("enqueueing", count);
  const enqueued = await enqueue(keysToEnqueue(comparison.findings.entries(), mayDelete), {
    ...{ queue: queue(), clock, random, signal, sizes: DEFAULTS },
    progress: (sent) => progress.update(sent),
  }).finally(() => progress.end());
  return { enqueued, deletes, dryRun: false };
}
