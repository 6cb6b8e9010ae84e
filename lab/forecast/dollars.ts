/** What a forecast costs, by the command line's own pieces and prices (cli/cost). Pure. */
import { type Bill, billOf } from "../../cli/cost/bill";
import type { Prices } from "../../cli/cost/prices";
import { sum, type Usage } from "../../cli/cost/usage";
import { copying, HOURS_PER_MONTH, starter, workers } from "../../cli/cost/work";
import { starterTime } from "./fleet";
import type { Scenario } from "./scenario";
import type { Outcome } from "./outcome";

const MONTH_SECONDS = HOURS_PER_MONTH * 3600;

/** Without keeping the replicas: what it costs until the last worker has left. */
export function usageOf({ job, cause, settings }: Scenario, outcome: Outcome): Usage {
  const { objects, requests, workersStarted, workerSeconds, spotShare, endSeconds } = outcome;
  const planned = copying([{ objects, bytes: job.objectBytes }], cause, settings);
  // What interruptions repeat, beyond what an undisturbed copy asks for.
  const looks = cause === "backfill" ? objects : 0;
  return sum(
    planned,
    {
      sourceReads: requests["HeadObject (source)"] - 2 * objects,
      expressReads: requests["HeadObject (destination)"] - looks,
    },
    workers({ runs: workersStarted, seconds: workerSeconds }, spotShare),
    starter(starterTime(settings.pollIntervalSeconds, endSeconds * 1000)),
  );
}

export function billFor(scenario: Scenario, outcome: Outcome, prices: Prices): Bill {
  return billOf(usageOf(scenario, outcome), prices, outcome.endSeconds / MONTH_SECONDS);
}

/** A month of looking, without a single event. */
export function starterBill(pollIntervalSeconds: number, prices: Prices): Bill {
  return billOf(starter(starterTime(pollIntervalSeconds, MONTH_SECONDS * 1000)), prices);
}
