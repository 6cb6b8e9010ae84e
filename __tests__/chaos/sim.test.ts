/** The simulated fault runs: the same seed is the same run, and a failure comes with a small reproduction. */
import { SIM_BUGS } from "../../lab/chaos/planted/bugs";
import { simWorkerWith } from "../../lab/chaos/planted/sim-worker";
import { simLines } from "../../lab/chaos/report";
import { total } from "../../lab/chaos/sim/census";
import { runSimSeed, scenarioOf, scenariosIn } from "../../lab/chaos/sim/run";
import { simulate } from "../../lab/sim/simulation";
import { runWorker } from "../../worker/worker";

const MINUTES = 0.02;

test("a seed replays exactly, another seed is another run, and there is something to survive", async () => {
  const first = await runSimSeed(5, MINUTES, runWorker);
  expect(await runSimSeed(5, MINUTES, runWorker)).toEqual(first);
  expect(first.failure).toBeUndefined();
  expect(first.scenarios).toBe(scenariosIn(MINUTES));
  expect(total(first.census.faults)).toBeGreaterThan(100);
  expect((await runSimSeed(6, MINUTES, runWorker)).census).not.toEqual(first.census);
  expect(simLines(first, 1.5)[0]).toMatch(/^seed 5 {2}ok {6}30 scenarios, .* virtual hours, 1\.5 s$/);
});

test("what a failure prints is smaller than what was found, breaks the same promise, and names it", async () => {
  const { patches } = SIM_BUGS.find(({ name }) => name === "no after-check")!;
  const broken = await simWorkerWith(patches);
  const { failure, seed } = await runSimSeed(1, 1, broken);
  const found = scenarioOf(seed, failure!.ordinal);
  expect(JSON.stringify(failure!.scenario).length).toBeLessThan(JSON.stringify(found).length);
  expect((await simulate(failure!.scenario, broken)).problems[0]!.promise).toBe(failure!.promise);
  expect((await simulate(failure!.scenario, runWorker)).problems).toEqual([]);
  const lines = simLines({ ...(await runSimSeed(1, MINUTES, runWorker)), failure }, 1).join("\n");
  expect(lines).toContain(`BROKEN: ${failure!.promise}`);
  expect(lines).toContain("npm run chaos -- --scenario '{");
}, 120_000);
