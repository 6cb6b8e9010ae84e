/** The simulation held against real processes. Exit codes: 0 they agree, 1 they do not. */
import type { ExitCode } from "../../../cli/shell/errors";
import type { Out } from "../../../cli/shell/out";
import { bytes } from "../../../cli/shell/words";
import { simulate } from "../simulation";
import { compareRuns, isWithin, toldOf } from "./compare";
import { OBJECT_BYTES, OBJECTS, scenarioOf } from "./plan";
import { runProcesses } from "./processes";

export async function answerValidation(out: Out, signal: AbortSignal): Promise<ExitCode> {
  const real = await out.waiting("starter and workers copy", runProcesses(signal));
  const rows = compareRuns(real.told, toldOf(simulate(scenarioOf(real))));
  const agrees = rows.every(isWithin);
  out.line(
    `${OBJECTS} objects of ${bytes(OBJECT_BYTES)} in two parts: the built starter and workers on the local cloud, and the simulation.`,
  );
  out.line(
    `Taken from the processes: a worker receives ${real.startSeconds.toFixed(1)} s after RunTask, a look takes ${(real.lookMs / 1000).toFixed(1)} s.`,
  );
  out.line();
  out.table(
    ["", "processes", "simulation", "deviation", "tolerated"],
    rows.map(({ what, processes, simulation, deviationPercent, toleratedPercent, isTime }) => [
      what,
      ...[processes, simulation].map((value) => (isTime ? `${value.toFixed(1)} s` : String(value))),
      `${deviationPercent > 0 ? "+" : ""}${deviationPercent.toFixed(1)} %`,
      toleratedPercent === 0 ? "none" : `${toleratedPercent} %`,
    ]),
  );
  out.line();
  out.line(agrees ? "They agree." : "They do not agree.");
  out.document({ agrees, startSeconds: real.startSeconds, lookMs: real.lookMs, rows });
  return agrees ? 0 : 1;
}
