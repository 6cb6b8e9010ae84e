/** `--planted`: every planted bug, the mode and seed that finds it, and after how long. */
import type { Terminal } from "../../program/terminal";
import { PROCESS_BUGS, SIM_BUGS } from "./bugs";
import { findInProcess } from "./process-search";
import { findInSim } from "./search";

interface Row {
  readonly bug: string;
  readonly breaks: string;
  readonly mode: "sim" | "process";
  /** Undefined when it was not found. */
  readonly found: { readonly seed: number; readonly by: string } | undefined;
  readonly seconds: number;
}

export async function runPlanted(terminal: Terminal): Promise<number> {
  terminal.lines([
    "| planted bug | breaks | found by | seed | promise that it broke | after |",
    "| --- | --- | --- | --- | --- | --- |",
  ]);
  const rows: Row[] = [];
  for (const bug of SIM_BUGS) {
    terminal.signal.throwIfAborted();
    rows.push(
      await timed({ bug: bug.name, breaks: bug.breaks, mode: "sim" }, async () => {
        const found = await findInSim(bug);
        return found === undefined ? undefined : { seed: found.seed, by: found.promise };
      }),
    );
    terminal.lines(rows.slice(-1).map(lineOf));
  }
  for (const bug of PROCESS_BUGS) {
    terminal.progress(`${bug.name}: a run of the built worker and starter`);
    rows.push(
      await timed({ bug: bug.name, breaks: bug.breaks, mode: "process" }, () => findInProcess(bug, terminal.signal)),
    );
    terminal.progress("");
    terminal.lines(rows.slice(-1).map(lineOf));
  }
  const missed = rows.filter(({ found }) => found === undefined);
  terminal.lines(["", `${rows.length - missed.length} of ${rows.length} planted bugs found`]);
  terminal.document({ planted: rows });
  return missed.length === 0 ? 0 : 1;
}

async function timed(what: Pick<Row, "bug" | "breaks" | "mode">, find: () => Promise<Row["found"]>): Promise<Row> {
  const began = performance.now();
  const found = await find();
  return { ...what, found, seconds: (performance.now() - began) / 1000 };
}

function lineOf({ bug, breaks, mode, found, seconds }: Row): string {
  const [seed, by] = found === undefined ? ["-", "NOT FOUND"] : [String(found.seed), found.by];
  return `| ${bug} | ${breaks} | ${mode} | ${seed} | ${by} | ${seconds.toFixed(1)} s |`;
}
