/**
 * The real worker in a hostile world: random scenarios under virtual time, everything checked that lab/sim/judge.ts knows.
 *
 * More runs: `SIM_RUNS=20000 npx jest __tests__/sim/random-model`. Other scenarios: `SIM_SEED=7`. A failure prints the
 * scenario as one line of JSON: `SIM_SCENARIO='{...}'` runs exactly that one again and prints its whole history.
 */
import fc from "fast-check";
import { simulate } from "../../lab/sim/simulation";
import type { Scenario } from "../../lab/sim/scenario";
import { runWorker } from "../../worker/worker";
import { scenarios } from "./arbitraries";

const RUNS = Number(process.env["SIM_RUNS"] ?? 600);
const SEED = Number(process.env["SIM_SEED"] ?? 20_261_123);
const replay = process.env["SIM_SCENARIO"];

async function mustBeSound(scenario: Scenario): Promise<void> {
  const { report } = await simulate(scenario, runWorker);
  if (report !== "") throw new Error(report);
}

describe("the worker in the simulated world", () => {
  if (replay === undefined) {
    it(
      `keeps its promises in ${String(RUNS)} random scenarios`,
      () => fc.assert(fc.asyncProperty(scenarios, mustBeSound), { numRuns: RUNS, seed: SEED }),
      60_000 + RUNS * 200,
    );
  } else {
    it("keeps its promises in the scenario of SIM_SCENARIO", async () => {
      const { report, world } = await simulate(JSON.parse(replay) as Scenario, runWorker);
      console.log(world.history.format());
      expect(report).toBe("");
    }, 60_000);
  }
});
