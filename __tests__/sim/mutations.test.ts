/**
 * What the random model is worth: every mutation of mutation-table.ts must be found, and the unchanged worker, loaded the
 * same way, must pass where the mutant fails.
 */
import { randomScenario } from "../../lab/sim/random-scenario";
import type { Scenario } from "../../lab/sim/scenario";
import { simulate } from "../../lab/sim/simulation";
import type { RunWorker } from "../../lab/sim/world";
import { loadMutant, type Patch } from "../support/mutant-loader";
import { type Mutation, MUTATIONS } from "./mutation-table";

/** Seeds tried per mutation, from the recorded one on: changes of the worker move the recorded seed. */
const WITHIN = 1_000;

function workerWith(patches: readonly Patch[]): RunWorker {
  return loadMutant("worker/worker.ts", patches)["runWorker"] as RunWorker;
}

function asItIs(scenario: Scenario): Scenario {
  return scenario;
}

const original = workerWith([]);

async function isSound(scenario: Scenario, worker: RunWorker): Promise<boolean> {
  return (await simulate(scenario, worker)).problems.length === 0;
}

/** The first seed at which the mutant fails and the original does not. */
async function findSeed({ patches, fromSeed, shape = asItIs }: Mutation): Promise<number | undefined> {
  const mutant = workerWith(patches);
  for (let seed = fromSeed; seed < fromSeed + WITHIN; seed++) {
    const scenario = shape(randomScenario(seed));
    if (!(await isSound(scenario, mutant)) && (await isSound(scenario, original))) return seed;
  }
  return undefined;
}

describe("the random model", () => {
  it.each(MUTATIONS)(
    "finds: $name ($breaks)",
    async (mutation) => {
      expect(await findSeed(mutation)).toBeDefined();
    },
    120_000,
  );

  it("refuses a mutation whose text does not occur exactly once", () => {
    const patch = { file: "core/bounds.ts", find: "no such text", replace: "" };
    expect(() => loadMutant("worker/worker.ts", [patch])).toThrow("occurs 0 times, not once");
    expect(() => loadMutant("worker/worker.ts", [{ ...patch, find: "return" }])).toThrow("times, not once");
  });
});
