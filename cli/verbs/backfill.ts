/** backfill: objects that were there before the events. The listing is work for the workers; an inventory is read here. */
import { makeObjectReader } from "../../aws/operator/objects";
import { listWork } from "../../core/envelope";
import type { EnvelopeHistory } from "../../core/messages";
import type { System } from "../../core/system";
import { bytes, count } from "../shell/words";
import { connectBuckets, connectQueue, SIZES } from "../backfill/connect";
import { type DryRun, dryRun } from "../backfill/dry-run";
import { type FromInventory, fromInventory, type FromInventoryDeps } from "../backfill/from-inventory";
import {
  type BackfillOptions,
  type BackfillPlan,
  type BucketsField,
  type Field,
  NEEDS,
  needsOf,
  type Place,
  planOf,
  type QueueField,
  type SourceField,
} from "../backfill/options";
import { sendEnvelopes } from "../backfill/send";
import type { Context } from "../shell/context";
import type { ExitCode } from "../shell/errors";
import { makeVerb, type Shell } from "../shell/verb";

export function backfillVerb(shell: Shell) {
  return makeVerb("backfill", {
    summary: "queue objects that exist already",
    description: [
      "Objects that were in the source before its events reached the queue are synced by nobody until they are queued. This sends one message: the workers list the source, share the listing among themselves and queue every key that differs, behind live events. It goes on through interruptions of workers and needs this machine no more.",
      "What differs is told by size and time, or by the fingerprint of the replica; --all queues every key. Objects that only the destination has are left alone.",
      "With --inventory the keys come from an S3 Inventory (CSV, gzip) that is read here; every key of it is queued, and workers skip what is in sync.",
      "Exit codes: 0 queued (or, with --dry-run, counted), 1 failed or interrupted, 2 wrong usage.",
    ].join("\n"),
    needs: NEEDS,
    examples: [
      "backfill --dry-run",
      "backfill",
      "backfill --prefix models/2026/ --all",
      "backfill --inventory s3://my-inventories/my-bucket/daily/2026-11-01T01-00Z/manifest.json",
    ],
    json: "one document",
  })
    .option("--prefix <text>", "only keys that begin with this (default: all that the system syncs)")
    .option("--all", "queue every key, whether or not it differs")
    .option("--inventory <uri>", "s3://BUCKET/PATH/manifest.json of an S3 Inventory of the source, instead of listing")
    .option("--resume <where>", "go on where an earlier call with --inventory stopped; it printed this")
    .option("--dry-run", "send nothing: list and compare from this machine, and print what would be queued")
    .action((options) =>
      shell.runAsked(
        options,
        needsOf(options satisfies BackfillOptions),
        ({ prefix = "" }) => planOf(options, prefix),
        run,
      ),
    );
}

/** Of the system there is only what needsOf tells: each way to go takes what it may use. */
async function run(context: Context<Field>, plan: BackfillPlan): Promise<ExitCode> {
  const { inventory, isDryRun } = plan;
  if (inventory !== undefined) {
    return readInventory(context, plan, inventory, isDryRun ? () => Promise.resolve() : sender(context));
  }
  return isDryRun ? look(context, plan) : start(context, plan);
}

function sender({ system, clock, random, onEnd }: Context<QueueField>): FromInventoryDeps["send"] {
  const { queue, destroy } = connectQueue(system);
  onEnd(destroy);
  return (envelopes) => sendEnvelopes({ queue, clock, random }, envelopes);
}

async function start(context: Context<QueueField>, { prefix, compare }: BackfillPlan): Promise<ExitCode> {
  const { system, out, clock } = context;
  await sender(context)([listWork({ prefix }, historyAt(clock.wallMs()), compare)]);
  out.document({ started: true, bucket: system.sourceBucket, prefix, compare, messages: 1 });
  const what = compare ? "every key that differs" : "every key";
  out.line(`Started: the workers list ${whereOf(system, prefix)} and queue ${what}.`);
  out.line(
    "The starter launches them within a minute, and nothing here has to stay. To watch: s3-express-sync status --watch",
  );
  return 0;
}

async function look(context: Context<BucketsField>, { prefix, compare }: BackfillPlan): Promise<ExitCode> {
  const { system, out, clock, random, signal, onEnd } = context;
  const { destroy, sizes, unitKeys, ...buckets } = connectBuckets(system);
  onEnd(destroy);
  const progress = out.progress("Keys listed");
  const found = await dryRun(
    { ...buckets, clock, random, signal, sizes, unitKeys, onListed: (keys) => progress.update(keys) },
    { prefix },
    compare,
  ).finally(() => progress.end());
  out.document({ dryRun: true, bucket: system.sourceBucket, prefix, compare, ...found });
  printDryRun(context, whereOf(system, prefix), found);
  return found.isComplete ? 0 : 1;
}

function printDryRun({ out }: Pick<Context, "out">, where: string, found: DryRun): void {
  const of = found.isComplete
    ? `${where} has ${count(found.listed, "key")}`
    : `Stopped with ${count(found.listed, "key")} of ${where} counted, those listed last not among them`;
  out.line(
    `${of}: ${found.differing.toLocaleString("en-US")} would be queued, ${bytes(found.bytes)}. Nothing was sent.`,
  );
  out.table(
    ["", "keys"],
    [
      ...Object.entries(found.reasons)
        .sort(([, a], [, b]) => b - a)
        .map(([why, keys]): [string, number] => [REASONS[why as keyof typeof REASONS], keys]),
      ["no difference visible", found.same],
      ...(found.archived === 0
        ? []
        : ([["archived: cannot be copied before it is restored", found.archived]] as const)),
    ],
  );
  out.line(
    `${count(found.messages, "message")}, about ${count(found.copyRequests, "copy request")} with the default part size.`,
  );
}

const REASONS = {
  missing: "not at the destination",
  size: "another size",
  older: "older than the source",
  changed: "another version was copied",
  unproven: "size fits, but nothing says what was copied",
  "not-compared": "not compared",
} as const;

async function readInventory(
  context: Context<SourceField>,
  plan: BackfillPlan,
  place: Place,
  send: FromInventoryDeps["send"],
): Promise<ExitCode> {
  const { system, out, clock, signal, onEnd } = context;
  const reader = makeObjectReader(system.region);
  onEnd(() => reader.destroy());
  const progress = out.progress("Rows read");
  const result = await fromInventory(
    {
      ...{ reader, signal, send, sizes: SIZES },
      onRows: (rows, expected) => progress.update(rows, expected),
      history: historyAt(clock.wallMs()),
    },
    { place, prefix: plan.prefix, resume: plan.resume, sourceBucket: system.sourceBucket, isDryRun: plan.isDryRun },
  ).finally(() => progress.end());
  out.document({ dryRun: plan.isDryRun, bucket: system.sourceBucket, ...result });
  printInventory(context, plan, result);
  return result.isComplete ? 0 : 1;
}

function printInventory({ out }: Pick<Context, "out">, { isDryRun }: BackfillPlan, result: FromInventory): void {
  const { keys, rows, messages, copyRequests, resume } = result;
  const done = isDryRun ? "would be queued" : "queued";
  const skipped = rows - keys;
  out.line(
    `${count(keys, "key")} of ${count(rows, "row")} ${done}, ${bytes(result.bytes)}, in ${count(messages, "message")}.`,
  );
  if (skipped > 0) {
    out.line(
      `${skipped.toLocaleString("en-US")} skipped: ${result.outsidePrefix} outside the prefix, ${result.deleteMarkers} delete markers, ${result.oldVersions} old versions.`,
    );
  }
  out.line(`At most about ${count(copyRequests, "copy request")}; workers skip what is in sync already.`);
  if (resume !== undefined) out.line(`Interrupted. To go on, the same command with: --resume ${resume}`);
}

function historyAt(wallMs: number): EnvelopeHistory {
  return { failures: 0, eventTime: wallMs, firstSeen: wallMs, origin: "backfill" };
}

function whereOf({ sourceBucket }: Pick<System, "sourceBucket">, prefix: string): string {
  return `s3://${sourceBucket}/${prefix}`;
}
