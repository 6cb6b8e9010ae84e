/** A worker on AWS: the ports out of a configuration, the look at the set-up, the run. For main.ts and for the command line. */
import { preflight } from "../aws";
import { makeWorkerPorts } from "../aws/ports";
import type { WorkerConfig } from "../core/config";
import type { Log } from "../core/ports";
import { systemClock } from "./clock";
import { sha256 } from "./digest";
import { MOST_RECEIVES, runWorker, type WorkerResult } from "./worker";

const PREFLIGHT_MS = 30_000;

/** @returns the worker's end, or every problem of the set-up when it could not begin */
export async function runConnected(
  config: WorkerConfig,
  log: Log,
  stop: AbortSignal,
): Promise<WorkerResult | readonly string[]> {
  const connection = makeWorkerPorts(config, { receivers: MOST_RECEIVES });
  try {
    const problems = await preflight(connection, AbortSignal.any([stop, AbortSignal.timeout(PREFLIGHT_MS)]));
    if (problems.length > 0 && !stop.aborted) {
      log.error("set-up-problems", { problems });
      return problems;
    }
    log.info("worker-started", {
      source: config.sourceBucket,
      destination: config.destinationBucket,
      prefix: config.prefix,
    });
    const deps = { ...connection, clock: systemClock, log, random: Math.random, digest: sha256 };
    const result = await runWorker(config, deps, stop);
    log.info("worker-finished", { reason: result.reason, exitCode: result.exitCode, ...result.tally });
    return result;
  } finally {
    connection.destroy();
  }
}
