/** What several workers on one queue did, as cells of a table. Pure. */
import { formatNumber } from "../../cli/cost/quantities";
import { median, type Run } from "./result";
import { FLEETS, fleetLimit, type Job } from "./workloads";

export const FLEET_HEAD = [
  "workers",
  "source takes",
  "objects",
  "objects/s",
  "of what is possible",
  "receives per 1,000 objects",
  "SlowDown answers",
] as const;

/** Medians, a row for each fleet. Objects per second count from the first request to the last message acknowledged. */
export function fleetRows(job: Job, runs: readonly Run[]): string[][] {
  return FLEETS.flatMap((fleet) => {
    const own = runs.filter((run) => run.workers === fleet.workers && run.readsPerSecond === fleet.readsPerSecond);
    if (own.length === 0) return [];
    const middle = (pick: (run: Run) => number): number => median(own.map(pick));
    const perSecond = middle(({ objects, wallSeconds, startSeconds }) => objects / (wallSeconds - startSeconds));
    return [
      [
        String(fleet.workers),
        fleet.readsPerSecond === 0 ? "all" : `${formatNumber(fleet.readsPerSecond)} reads/s`,
        formatNumber(middle(({ objects }) => objects)),
        formatNumber(perSecond),
        formatNumber(perSecond / fleetLimit(job, fleet)),
        formatNumber(middle(({ requests, objects }) => ((requests["ReceiveMessage"] ?? 0) / objects) * 1000)),
        formatNumber(middle(slowDowns)),
      ],
    ];
  });
}

/** Each worker asks twice for an object that is not there when it starts, to find the buckets. */
function slowDowns({ errors, workers }: Run): number {
  return Math.max(0, (errors["HeadObject"] ?? 0) - 2 * workers);
}
