/** The answer to "what did it cost": the last run by its metrics. */
import { makeOperatorClients } from "../../aws/operator/clients";
import { readMetrics } from "../../aws/operator/metrics";
import { NAMESPACE, queueDimension } from "../../core/metrics";
import type { SystemField } from "../../core/system";
import type { Context } from "../shell/context";
import type { ExitCode } from "../shell/errors";
import { bytes as inBytes, count, dateOf } from "../shell/words";
import { assumptionsOf } from "./assumptions";
import { billOf } from "./bill";
import { lastRun, RUN_METRICS, type RunMetrics, usageOf } from "./last-run";
import { printBill, printFooting } from "./print";
import type { PriceTable } from "./prices";
import { formatDollars, formatNumber } from "./quantities";
import type { Wanted } from "./request";
import { standing } from "./work";

export async function answerLastRun(
  context: Context<SystemField>,
  { spanMs, since }: Extract<Wanted, { kind: "last-run" }>,
  table: PriceTable,
): Promise<ExitCode> {
  const { system, out, clock, signal, onEnd } = context;
  const clients = makeOperatorClients(system.region);
  onEnd(() => clients.destroy());
  const now = clock.wallMs();
  const dimensions = queueDimension(system.queueUrl);
  const queries = Object.fromEntries(
    Object.entries(RUN_METRICS).map(([metric, stat]) => [
      metric,
      { namespace: NAMESPACE, metric, dimensions, stat, periodSeconds: 60 },
    ]),
  );
  const span = { from: now - spanMs, to: now };
  const metrics = (await out.waiting(
    "reading metrics",
    readMetrics(clients.cloudWatch, queries, span, signal),
  )) as RunMetrics;
  const run = lastRun(metrics);
  const idle = billOf(standing(0), table.dollars);
  if (run === undefined) {
    out.line(`No run in the last ${since}: nothing beyond the idle bill, ${formatDollars(idle.dollars)} a month.`);
    printBill(out, "Idle, every month", idle);
    printFooting(out, table);
    out.document({ run: null, idle, prices: table.title, assumptions: assumptionsOf(table) });
    return 0;
  }
  const bill = billOf(usageOf(run), table.dollars);
  const lived = run.workers.seconds / 60;
  out.line(
    `The last run cost about ${formatDollars(bill.dollars)}: ${count(run.copied, "object")} copied, ${inBytes(run.bytes)}, ${formatNumber(run.deleted)} deleted; ${dateOf(run.from)} to ${dateOf(run.to).slice(11)}, ${formatNumber(lived)} worker ${lived === 1 ? "minute" : "minutes"}.`,
  );
  printBill(out, "The last run", bill);
  printBill(out, "Idle, every month", idle);
  printFooting(out, table);
  out.document({ run, bill, idle, prices: table.title, assumptions: assumptionsOf(table) });
  return 0;
}
