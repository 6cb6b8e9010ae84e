/** The simulation against the built starter and workers on the local cloud: counts exactly, times within what a shared machine allows. */
import { compareRuns, isWithin, toldOf } from "../../lab/forecast/validate/compare";
import { PLAN_SETTINGS, scenarioOf } from "../../lab/forecast/validate/plan";
import { runProcesses } from "../../lab/forecast/validate/processes";
import { simulate } from "../../lab/forecast/simulation";

test("requests and workers are the same, times about the same; half the slots would be found out", async () => {
  const real = await runProcesses(new AbortController().signal);
  const scenario = scenarioOf(real);
  const rows = compareRuns(real.told, toldOf(simulate(scenario)));
  expect(rows.filter((row) => !isWithin(row))).toEqual([]);
  expect(rows.filter(({ toleratedPercent }) => toleratedPercent === 0).map(({ processes }) => processes)).toEqual([
    3, 303, 3, 0, 150, 300, 150,
  ]);
  const slower = simulate({ ...scenario, settings: { ...PLAN_SETTINGS, copyConcurrency: 4 } });
  const [makespan] = compareRuns(real.told, toldOf(slower));
  expect(isWithin(makespan!)).toBe(false);
}, 240_000);
