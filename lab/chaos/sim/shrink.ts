/** The smallest scenario found that still breaks the same promise: greedy, one simplification after another. */
import type { Scenario } from "../../sim/scenario";
import { simulate } from "../../sim/simulation";
import { smallerScenarios } from "../../sim/smaller";
import type { RunWorker } from "../../sim/world";

export interface Shrunken {
  readonly scenario: Scenario;
  /** Scenarios run to find it. */
  readonly tried: number;
}

const MAX_TRIES = 1_500;

/** @param promise the first promise that `scenario` breaks */
export async function shrink(scenario: Scenario, promise: string, runWorker: RunWorker): Promise<Shrunken> {
  let smallest = scenario;
  let tried = 0;
  for (let found = true; found && tried < MAX_TRIES;) {
    found = false;
    for (const candidate of smallerScenarios(smallest)) {
      if (tried++ >= MAX_TRIES) break;
      const { problems } = await simulate(candidate, runWorker);
      if (problems[0]?.promise !== promise) continue;
      smallest = candidate;
      found = true;
      break;
    }
  }
  return { scenario: smallest, tried };
}
