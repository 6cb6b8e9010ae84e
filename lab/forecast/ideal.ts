/** What bounds a job, and how fast it could be if nobody ever waited for a start. Pure. */
import { profileOf } from "./profile";
import { objectsOf, type Scenario } from "./scenario";

export interface Ideal {
  /** Objects per second. */
  readonly perSecond: number;
  readonly boundBy: "workers" | "source prefixes" | "directory bucket";
  /** Least time for the whole job, for a stream at least as long as it comes. */
  readonly seconds: number;
  readonly perWorkerPerSecond: number;
}

export function idealOf(scenario: Scenario): Ideal {
  const { job, settings, world } = scenario;
  const profile = profileOf(scenario);
  const perWorkerPerSecond = 1000 / profile.workerMs;
  const rates = {
    workers: settings.maxWorkers * perWorkerPerSecond,
    "source prefixes": (world.prefixes * world.sourceReadsPerSecond) / profile.sourceReads,
    "directory bucket": Math.min(
      world.expressWritesPerSecond / profile.expressWrites,
      profile.expressReads === 0 ? Infinity : world.expressReadsPerSecond / profile.expressReads,
    ),
  };
  const [[boundBy, perSecond]] = (Object.entries(rates) as [Ideal["boundBy"], number][]).sort(
    ([, a], [, b]) => a - b,
  ) as [[Ideal["boundBy"], number]];
  return { perSecond, boundBy, seconds: objectsOf(job) / perSecond, perWorkerPerSecond };
}
