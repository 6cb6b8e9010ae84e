/** What an estimate takes for granted, in sentences. Pure. */
import { FAILURE_CLASSES, METRICS, SKIP_REASONS } from "../../core/metrics";

import { bytes } from "../shell/words";
import type { PriceTable } from "./prices";
import { formatDollars } from "./quantities";
import { ASSUMED, IDLE_TAIL_SECONDS, METRICS_WHEN_WORKING } from "./work";

export function assumptionsOf({ assumed, dollars }: Pick<PriceTable, "assumed" | "dollars">): readonly string[] {
  return [
    "Workers as by default: 2 vCPU, 4 GB, ARM64, a public address; four of five on Spot.",
    ...assumed,
    `A worker copies ${ASSUMED.objectsPerSecond} objects or ${bytes(ASSUMED.bytesPerSecond)} a second, whichever is slower; it is billed ${ASSUMED.startSeconds} s before and ${IDLE_TAIL_SECONDS} s after its work.`,
    "An object costs two HEADs of the source and one copy request, or one per part and two more above 256 MiB; found by a listing, one HEAD of the replica.",
    `Metrics are billed by the hour in which they have a value: ${METRICS_WHEN_WORKING.length} while all goes well, ${formatDollars(METRICS_WHEN_WORKING.length * dollars.metrics)} a month for a system that never rests; at most ${metricCount()} when everything goes wrong.`,
    `Logs: ${ASSUMED.logBytesPerObject} bytes per object and ${ASSUMED.logBytesPerLook} per look of the starter, kept ${ASSUMED.logDaysKept} days.`,
    `Not counted: alarms (${formatDollars(dollars.alarms)} a month each with alarmEmail), the canary, dashboards beyond three, SQS's surcharge for the fair queue (three requests per ${ASSUMED.keysPerMessage} keys of a backfill), KMS (one request per copy request with a KMS key), NAT or interface endpoints of private subnets, retrieval from infrequent-access classes, taxes.`,
  ];
}

/** Every series that worker and starter can emit: closed sets, so this is the most there can be. */
function metricCount(): number {
  const several = { Reason: SKIP_REASONS.length, Class: FAILURE_CLASSES.length };
  return Object.values(METRICS).reduce((total, traits) => total + ("by" in traits ? several[traits.by] : 1), 0);
}
