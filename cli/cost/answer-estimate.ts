/** The answer to "what would it cost": one sentence, then the bills. */
import { makeSourceClient } from "../../aws";
import { makeListing } from "../../aws/listings";
import { DEFAULTS } from "../../core/env";
import type { SystemField } from "../../core/system";
import type { Context } from "../shell/context";
import type { ExitCode } from "../shell/errors";
import { makePatience } from "../shell/patience";
import { duration } from "../shell/progress";
import { bytes as inBytes, count } from "../shell/words";
import { assumptionsOf } from "./assumptions";
import { billOf } from "./bill";
import { estimate } from "./estimate";
import { printBill, printFooting } from "./print";
import type { PriceTable } from "./prices";
import { formatDollars } from "./quantities";
import type { Wanted } from "./request";
import { type Survey, survey } from "./survey";

/** Estimates are for a system with the default maximum. */
const MAX_WORKERS = DEFAULTS.maxWorkers;

export async function answerEstimate(
  context: Context<SystemField>,
  { existing, daily }: Extract<Wanted, { kind: "estimate" }>,
  table: PriceTable,
): Promise<ExitCode> {
  const { out } = context;
  const found = existing === "from-bucket" ? await listSource(context) : undefined;
  const groups = found?.groups ?? (existing === "from-bucket" ? [] : existing);
  const result = estimate({
    existing: groups,
    ...(daily === undefined ? {} : { daily }),
    maxWorkers: MAX_WORKERS,
    alarms: 0,
  });
  const once = billOf(result.once, table.dollars);
  const monthly = billOf(result.monthly, table.dollars);
  const idle = billOf(result.idle, table.dollars);
  const objects = groups.reduce((total, group) => total + group.objects, 0);
  const bytes = groups.reduce((total, group) => total + group.objects * group.bytes, 0);
  const what = `${count(objects, "object")}, ${inBytes(bytes)}`;
  if (objects > 0) {
    out.line(
      `Copying ${what} costs ${formatDollars(once.dollars)} once and takes about ${duration(result.onceSeconds)}; then ${formatDollars(monthly.dollars)} a month.`,
    );
    if (found !== undefined) printSurvey(context, found);
    printBill(out, `Once, ${what}`, once);
  } else {
    out.line(`${formatDollars(monthly.dollars)} a month.`);
  }
  printBill(out, "Every month", monthly);
  printBill(out, "Of which without a single event", idle);
  printFooting(out, table);
  out.document({
    objects,
    bytes,
    ...(found === undefined ? {} : { large: found.large, archived: found.archived }),
    ...(daily === undefined ? {} : { daily }),
    once,
    onceSeconds: result.onceSeconds,
    monthly,
    idle,
    prices: table.title,
    assumptions: assumptionsOf(table),
  });
  return 0;
}

async function listSource(context: Context<SystemField>): Promise<Survey> {
  const { system, out, signal, onEnd } = context;
  const { region, sourceBucket, prefix } = system;
  const client = makeSourceClient({ region, slots: 4 }, sourceBucket);
  onEnd(() => client.destroy());
  const progress = out.progress("keys listed");
  try {
    return await survey(
      makePatience(context).listing(makeListing({ client, name: sourceBucket })),
      prefix,
      signal,
      (keys) => progress.update(keys),
    );
  } finally {
    progress.end();
  }
}

function printSurvey({ out, system }: Context<SystemField>, { large, archived }: Survey): void {
  out.line(
    `Listed s3://${system.sourceBucket}/${system.prefix}: ${count(large, "object")} above 256 MiB, copied in parts; ${count(archived, "object")} archived, not copied until restored and not counted.`,
  );
}
