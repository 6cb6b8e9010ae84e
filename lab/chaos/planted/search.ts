/** Looks for the first random scenario in which a planted bug breaks a promise and the product does not. */
import { randomScenario } from "../../sim/random-scenario";
import type { Scenario } from "../../sim/scenario";
import { simulate } from "../../sim/simulation";
import type { RunWorker } from "../../sim/world";
import type { SimBug } from "./bugs";
import { simWorkerWith } from "./sim-worker";

/** Seeds tried per bug, from the recorded one on: changes of the worker move the recorded seed. */
const WITHIN = 3_000;

export interface FoundInSim {
  readonly seed: number;
  /** The promise that it broke. */
  readonly promise: string;
  readonly scenarios: number;
}

export async function findInSim({ patches, fromSeed, shape }: SimBug): Promise<FoundInSim | undefined> {
  const planted = await simWorkerWith(patches);
  const original = await product();
  for (let seed = fromSeed; seed < fromSeed + WITHIN; seed++) {
    const random = randomScenario(seed);
    const scenario = shape?.bend(random) ?? random;
    const promise = await brokenPromise(scenario, planted);
    if (promise === undefined || (await brokenPromise(scenario, original)) !== undefined) continue;
    return { seed, promise, scenarios: seed - fromSeed + 1 };
  }
  return undefined;
}

let unchanged: Promise<RunWorker> | undefined;

function product(): Promise<RunWorker> {
  return (unchanged ??= simWorkerWith([]));
}

async function brokenPromise(scenario: Scenario, worker: RunWorker): Promise<string | undefined> {
  return (await simulate(scenario, worker)).problems[0]?.promise;
}
