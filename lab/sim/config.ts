/** The worker's configuration in a scenario. */
import type { WorkerConfig } from "../../core/config";
import { MIB } from "../../core/parts";
import type { Scenario } from "./scenario";

export const SOURCE_BUCKET = "sim-source";
export const DESTINATION_BUCKET = "sim-destination--eun1-az1--x-s3";
export const PREFIX = "p/";

/** Part plans are cut small, so that an object of some MiB already has several parts. */
export const PART_SIZE = 5 * MIB;
export const MULTIPART_THRESHOLD = 8 * MIB;

export function simConfig(scenario: Scenario, worker: number): WorkerConfig {
  return {
    region: "eu-north-1",
    sourceBucket: SOURCE_BUCKET,
    destinationBucket: DESTINATION_BUCKET,
    prefix: PREFIX,
    queueUrl: "https://sqs/queue",
    deadLetterQueueUrl: "https://sqs/dead-letters",
    visibilityTimeoutSeconds: scenario.visibilitySeconds,
    maxReceiveCount: scenario.maxReceiveCount,
    longPollSeconds: 20,
    emptyPollsBeforeExit: 3,
    copyConcurrency: scenario.copyConcurrency,
    partSize: PART_SIZE + (scenario.partSizeChanges && worker % 2 === 1 ? MIB : 0),
    multipartThreshold: MULTIPART_THRESHOLD,
    // A page holds one key (ports.ts), a unit two: a few keys already make several units.
    listUnitKeys: 2,
    transport: "lean",
    drainSeconds: 90,
    breakerBudgetSeconds: 900,
    logLevel: "info",
  };
}

/** Keys as people have them: `+`, blanks and characters that must be encoded. */
export function keysOf(scenario: Scenario): readonly string[] {
  const names = ["p/a", "p/b +c", "p/ü%20/d", "p/e", "p/f"];
  return names.slice(0, scenario.keyCount);
}
