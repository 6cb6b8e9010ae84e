/** A worker on AWS: the ports out of a configuration, the look at the set-up, the run. For main.ts and for the command line. */
import { preflight } from "../aws";
import { makeWorkerPorts, type WorkerPorts } from "../aws/ports";
import type { WorkerConfig } from "../core/config";
import type { Log } from "../core/ports";
import { systemClock } from "./clock";
import { sha256 } from "./digest";
import { MOST_RECEIVES, runWorker, type WorkerResult } from "./worker";

const PREFLIGHT_MS = 30_000;

export interface SetUp {
  /** Empty when a worker can begin. */
  readonly problems: readonly string[];
  /** What brought no answer, for a reason that may pass by itself: a worker begins all the same. */
  readonly undecided: readonly string[];
}

/** The look that a worker has at its set-up before it begins, and nothing else: receives nothing, changes nothing. Never rejects. */
export async function checkConnected(config: WorkerConfig, stop: AbortSignal): Promise<SetUp> {
  const connection = makeWorkerPorts(config, { receivers: MOST_RECEIVES });
  const undecided: string[] = [];
  try {
    return { problems: await look(connection, stop, (what) => undecided.push(what)), undecided };
  } finally {
    connection.destroy();
  }
}

/** @returns the worker's end, or every problem of the set-up when it could not begin */
export async function runConnected(
  config: WorkerConfig,
  log: Log,
  stop: AbortSignal,
): Promise<WorkerResult | readonly string[]> {
  const connection = makeWorkerPorts(config, { receivers: MOST_RECEIVES });
  try {
    const problems = await look(connection, stop);
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

function look(ports: WorkerPorts, stop: AbortSignal, undecided?: (what: string) => void): Promise<readonly string[]> {
  return preflight(ports, AbortSignal.any([stop, AbortSignal.timeout(PREFLIGHT_MS)]), undecided);
}
