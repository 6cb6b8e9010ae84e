/** Scenarios for the tests of the forecast: the defaults, and what a test changes of them. */
import { SETTINGS, WORLD } from "../../lab/forecast/defaults";
import type { ForecastSettings, Scenario, World } from "../../lab/forecast/scenario";

export interface Change extends Partial<Pick<Scenario, "job" | "cause" | "seed">> {
  readonly settings?: Partial<ForecastSettings>;
  readonly world?: Partial<World>;
}

/** 20,000 objects of 100 KB, as a backfill. */
export function scenario({ settings, world, ...rest }: Change = {}): Scenario {
  return {
    job: { kind: "backlog", objects: 20_000, objectBytes: 100_000 },
    cause: "backfill",
    seed: 1,
    ...rest,
    settings: { ...SETTINGS, ...settings },
    world: { ...WORLD, ...world },
  };
}

/** Starts and Spot without luck. */
export const CALM = { startSpread: 1, spotInterruptionsPerHour: 0 } as const satisfies Partial<World>;
