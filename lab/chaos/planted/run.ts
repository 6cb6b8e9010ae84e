/** `--planted`: every planted bug, the mode and seed that finds it, and after how long. */
import type { Terminal } from "../../program/terminal";
import { PROCESS_BUGS, type ProcessBug, SIM_BUGS, type SimBug } from "./bugs";
import { findInProcess } from "./process-search";
import { findInSim } from "./search";

interface Row {
  readonly bug: string;
  readonly breaks: string;
  readonly mode: "sim" | "process";
  /** Where its search begins. */
  readonly fromSeed: number;
  /** The situation that its scenarios are bent towards; undefined: they are random as they are. */
  readonly shaped?: string | undefined;
  /** Undefined when it was not found. */
  readonly found: { readonly seed: number; readonly by: string } | undefined;
  readonly seconds: number;
}

export async function runPlanted(terminal: Terminal): Promise<number> {
  terminal.lines([
    "| planted bug | breaks | found by | from seed | shaped towards | at seed | promise that it broke | after |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
  ]);
  const rows: Row[] = [];
  for (const bug of SIM_BUGS) {
    terminal.signal.throwIfAborted();
    rows.push(
      await timed({ ...toldOf(bug), mode: "sim", shaped: bug.shape?.towards }, async () => {
        const found = await findInSim(bug);
        return found === undefined ? undefined : { seed: found.seed, by: found.promise };
      }),
    );
    terminal.lines(rows.slice(-1).map(lineOf));
  }
  for (const bug of PROCESS_BUGS) {
    terminal.progress(`${bug.name}: a run of the built worker and starter`);
    rows.push(await timed({ ...toldOf(bug), mode: "process" }, () => findInProcess(bug, terminal.signal)));
    terminal.progress("");
    terminal.lines(rows.slice(-1).map(lineOf));
  }
  const missed = rows.filter(({ found }) => found === undefined);
  terminal.lines(["", `${rows.length - missed.length} of ${rows.length} planted bugs found`]);
  terminal.document({ planted: rows });
  return missed.length === 0 ? 0 : 1;
}

function toldOf({ name, breaks, fromSeed }: SimBug | ProcessBug): Pick<Row, "bug" | "breaks" | "fromSeed"> {
  return { bug: name, breaks, fromSeed };
}

async function timed(what: Omit<Row, "found" | "seconds">, find: () => Promise<Row["found"]>): Promise<Row> {
  const began = performance.now();
  const found = await find();
  return { ...what, found, seconds: (performance.now() - began) / 1000 };
}

function lineOf({ bug, breaks, mode, fromSeed, shaped = "-", found, seconds }: Row): string {
  const [seed, by] = found === undefined ? ["-", "NOT FOUND"] : [String(found.seed), found.by];
  return `| ${bug} | ${breaks} | ${mode} | ${fromSeed} | ${shaped} | ${seed} | ${by} | ${seconds.toFixed(1)} s |`;
}
