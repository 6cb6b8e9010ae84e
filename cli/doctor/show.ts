/** The findings as text for people: the answer in one sentence, the table, what to do. */
import { count } from "../shell/words";
import type { Out } from "../shell/out";
import type { Result, Verdict } from "./check";
import type { LegName, ProbeResult } from "./probe";
import type { planRows } from "./probe-plan";
import type { Obstacle } from "./standstill";

export interface Totals {
  readonly problems: number;
  readonly warnings: number;
  readonly unknown: number;
  readonly ok: number;
}

export function totalsOf(results: readonly Result[]): Totals {
  const of = (wanted: Verdict): number => results.filter(({ verdict }) => verdict === wanted).length;
  return { problems: of("problem"), warnings: of("warning"), unknown: of("unknown"), ok: of("ok") };
}

/** "2 problems, 1 warning, 12 ok." */
export function verdictLine({ problems, warnings, unknown, ok }: Totals): string {
  const parts = [
    problems === 0 ? "No problem" : count(problems, "problem"),
    ...(warnings === 0 ? [] : [count(warnings, "warning")]),
    ...(unknown === 0 ? [] : [`${unknown} could not be looked at`]),
    `${ok} ok`,
  ];
  return `${parts.join(", ")}.`;
}

export function printResults(out: Out, results: readonly Result[]): void {
  out.line(verdictLine(totalsOf(results)));
  out.line();
  out.table(
    ["check", "result", "finding"],
    results.map(({ check, verdict, finding }) => [check, coloured(out, verdict), finding]),
  );
  const fixes = results.filter(({ fix }) => fix !== undefined);
  if (fixes.length === 0) return;
  out.line();
  out.line("What to do:");
  for (const { check, fix } of fixes) out.line(`  ${check}: ${fix ?? ""}`);
}

const LEGS: Readonly<Record<LegName, string>> = {
  written: "written at the source",
  copied: "copied to the destination",
  deleted: "deleted at the source",
  gone: "gone at the destination",
};

export function printProbe(out: Out, { key, legs, failed }: ProbeResult): void {
  out.line();
  const total = legs.reduce((sum, { seconds }) => sum + seconds, 0);
  out.line(
    failed === undefined
      ? `The probe ${JSON.stringify(key)} went the whole way in ${total.toFixed(1)} s.`
      : `The probe ${JSON.stringify(key)} got stuck: ${failed.why}.`,
  );
  out.table(
    ["leg", "seconds"],
    [
      ...legs.map(({ leg, seconds }) => [LEGS[leg], seconds.toFixed(1)]),
      ...(failed === undefined ? [] : [[LEGS[failed.leg], "not in time"]]),
    ],
  );
  if (failed !== undefined) out.line(failed.advice);
}

/** Of a probe that was only asked about. */
export function printPlan(out: Out, rows: ReturnType<typeof planRows>): void {
  out.line();
  out.line("Nothing was written (--dry-run). The probe would go this way:");
  out.table(
    ["leg", "what it does"],
    rows.map(([leg, what]) => [LEGS[leg], what]),
  );
  out.line("Whatever happens, it is taken away again on both sides.");
}

/** Of a probe that is not sent. */
export function printObstacles(out: Out, obstacles: readonly Obstacle[], dryRun: boolean): void {
  out.line();
  out.line(`The probe ${dryRun ? "would not be" : "was not"} sent: no worker runs, and nothing can start one.`);
  for (const { why, advice } of obstacles) out.line(`  ${why}. ${advice}`);
  out.line("If `work` runs on some machine, --force sends it all the same.");
}

function coloured({ colors }: Out, verdict: Verdict): string {
  switch (verdict) {
    case "ok":
      return colors.green(verdict);
    case "problem":
      return colors.red(verdict);
    case "warning":
    case "unknown":
      return colors.yellow(verdict);
  }
}
