/** One seed of the simulated mode: so many random scenarios, and how the first that broke a promise can be made smaller. */
import { randomScenario } from "../../sim/random-scenario";
import { seeded } from "../../sim/random";
import type { Scenario } from "../../sim/scenario";
import { type RunResult, simulate } from "../../sim/simulation";
import type { RunWorker } from "../../sim/world";
import { addCensus, type Census, emptyCensus, takeCensus } from "./census";
import { shrink } from "./shrink";

/** A nominal minute: about half a minute of one core. */
export const SCENARIOS_PER_MINUTE = 1_500;

export interface SimFailure {
  /** Counted from 0 within the seed. */
  readonly ordinal: number;
  readonly promise: string;
  /** Account of the smallest reproduction with the history of its key. */
  readonly report: string;
  readonly scenario: Scenario;
  readonly tried: number;
}

export interface SimSeedResult {
  readonly seed: number;
  readonly scenarios: number;
  readonly census: Census;
  readonly failure: SimFailure | undefined;
}

/** @param notice told from time to time how many scenarios are done of how many */
export async function runSimSeed(
  seed: number,
  minutes: number,
  runWorker: RunWorker,
  notice: (done: number, of: number) => void = () => undefined,
): Promise<SimSeedResult> {
  const of = scenariosIn(minutes);
  const census = emptyCensus();
  for (let ordinal = 0; ordinal < of; ordinal++) {
    const result = await simulate(scenarioOf(seed, ordinal), runWorker);
    addCensus(census, takeCensus(result));
    const failure = await failureOf(result, ordinal, runWorker);
    if (failure !== undefined) return { seed, scenarios: ordinal + 1, census, failure };
    if (ordinal % 50 === 49) notice(ordinal + 1, of);
  }
  return { seed, scenarios: of, census, failure: undefined };
}

export function scenariosIn(minutes: number): number {
  return Math.max(1, Math.round(minutes * SCENARIOS_PER_MINUTE));
}

/** Drawn from seed and ordinal alone: the same whatever came before. */
export function scenarioOf(seed: number, ordinal: number): Scenario {
  return randomScenario(
    seeded(seed)
      .stream(`scenario ${ordinal}`)
      .int(0, 2 ** 31 - 1),
  );
}

async function failureOf(
  { problems, world }: RunResult,
  ordinal: number,
  runWorker: RunWorker,
): Promise<SimFailure | undefined> {
  const [first] = problems;
  if (first === undefined) return undefined;
  const { scenario, tried } = await shrink(world.scenario, first.promise, runWorker);
  const { report } = await simulate(scenario, runWorker);
  return { ordinal, promise: first.promise, report, scenario, tried };
}
