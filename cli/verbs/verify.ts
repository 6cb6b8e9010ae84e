/** verify: are the two buckets equal, and if not, which keys, why, and fix it. */
import { tmpdir } from "node:os";
import { DEFAULTS } from "../../core/env";
import type { Queue } from "../../core/ports";
import { sha256 } from "../../worker/digest";
import type { Context } from "../shell/context";
import { usageProblems } from "../shell/errors";
import type { Out } from "../shell/out";
import { makeVerb, type Shell } from "../shell/verb";
import { compare, type CompareDeps, type Comparison, type Phase } from "../verify/compare";
import { connect } from "../verify/connect";
import { driftOf } from "../verify/findings";
import { checkOptions, DEFAULT_GRACE_SECONDS, DEFAULT_MEMORY_MIB, type VerifyOptions } from "../verify/options";
import { countToEnqueue, enqueue, keysToEnqueue, planDeletes } from "../verify/repair";
import { writeReport } from "../verify/report-file";
import { CANNOT_SEE, countRows, documentOf, EXAMPLES, exampleRows, keys, number, repairLines } from "../verify/report";
import type { RepairDone, VerifyDocument } from "../verify/report";
import { makeSpill } from "../verify/spill";
import { makeTaskLog, type TaskLog } from "../verify/task-log";

const NEEDS = ["region", "sourceBucket", "destinationBucket", "prefix", "queueUrl"] as const;
type Field = (typeof NEEDS)[number];

const DESCRIPTION = `Compares both buckets, assuming no order of the destination's listing, in bounded memory. Every difference is looked at again,
with a HEAD on both sides, before it is reported.

Without --deep it looks at the listings: size and time, and at the fingerprint where the source was uploaded in parts. It
cannot see another content of the same size that is newer than the source, nor headers and metadata. --deep has a HEAD of every
destination object and compares its fingerprint with the source's listing.

--repair enqueues the keys that differ, and the workers decide. Keys that are only at the destination are left alone unless
--max-delete says how many may go; then they are enqueued too, but none of them when there are more, or the source lists nothing.

Exit codes: 0 equal, 1 not equal, or it could not be told, 2 wrong usage.`;

export function verifyVerb(shell: Shell) {
  return makeVerb("verify", {
    summary: "compare both buckets, and repair what differs",
    description: DESCRIPTION,
    needs: NEEDS,
    examples: [
      "verify",
      "verify --deep --report differences.ndjson",
      "verify --prefix models/ --repair --dry-run",
      "verify --deep --repair --max-delete 1% --yes",
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
    .action((options) =>
      shell.run(options, NEEDS, async (context) => {
        const checked = checkOptions(options, context.system.prefix);
        if (!("prefix" in checked)) throw usageProblems(checked);
        const log = options.log === true ? makeTaskLog(context) : undefined;
        const run = () => verify({ ...options, ...checked }, context, log);
        return log === undefined ? await run() : await log.watch(run);
      }),
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

async function verify(options: Options, context: Context<Field>, log: TaskLog | undefined): Promise<0 | 1> {
  const { system, clock, random, signal, onEnd, out } = context;
  const mode = options.deep === true ? "deep" : "cheap";
  const connection = connect(system);
  onEnd(() => connection.destroy());
  const spill = makeSpill(options.spillDir ?? tmpdir());
  onEnd(() => spill.close());
  const progress = makePhases(out);
  onEnd(() => progress.end());
  const deps: CompareDeps = {
    ...connection,
    ...{ clock, random, signal, spill, digest: sha256, sizes: DEFAULTS, progress: progress.update },
  };
  log?.started(mode, options.prefix);
  const startedAt = clock.monotonicMs();
  const comparison = await compare({ ...options, deep: mode === "deep" }, deps);
  const seconds = Math.round((clock.monotonicMs() - startedAt) / 100) / 10;
  progress.end();
  if (options.report !== undefined) writeReport(options.report, comparison.findings.entries());
  const repair =
    options.repair === true
      ? await repairFindings(comparison, options, context, () => connection.queue(system.queueUrl))
      : undefined;
  const document = documentOf(comparison, { mode, prefix: options.prefix, seconds }, repair);
  if (log === undefined) print(document, out, options.report);
  else log.finished(document);
  return driftOf(comparison.counts) === 0 ? 0 : 1;
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

function print(document: VerifyDocument, out: Out, reportFile: string | undefined): void {
  out.document(document);
  out.line(document.verdict);
  out.line();
  const { source, destination, requests, counts, seconds } = document;
  out.table(
    ["side", "objects", "bytes", "LIST", "HEAD"],
    [
      ["source", source.objects, source.bytes, requests.sourceLists, requests.sourceHeads],
      ["destination", destination.objects, destination.bytes, requests.destinationLists, requests.destinationHeads],
    ],
  );
  const rows = countRows(counts);
  if (rows.length > 0) {
    out.line();
    out.table(["kind", "keys", "meaning"], rows);
    out.line();
    out.line(`Examples, at most ${EXAMPLES} of a kind:`);
    out.table(["kind", "key", "reason"], exampleRows(document.examples));
  }
  if (document.repair !== null) {
    out.line();
    for (const line of repairLines(document.repair)) out.line(line);
  }
  out.line();
  if (reportFile !== undefined) out.line(`All findings, one a line: ${reportFile}`);
  out.line(`${number(seconds)} s. What this cannot see:`);
  for (const line of CANNOT_SEE[document.mode]) out.line(`  ${line}`);
}

/** One progress display after the other. */
function makePhases(out: Out): { readonly update: CompareDeps["progress"]; readonly end: () => void } {
  let phase: Phase | undefined;
  let shown: ReturnType<Out["progress"]> | undefined;
  const end = (): void => shown?.end();
  return {
    update(next, done, total) {
      if (next !== phase) {
        end();
        phase = next;
        shown = out.progress(`${next}:`, total);
      }
      shown?.update(done);
    },
    end,
  };
}
