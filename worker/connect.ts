/** A worker on AWS: the ports out of a configuration, the look at the set-up, the run. For main.ts and for the command line. */
import { createHash } from "node:crypto";
import {
  type ClientOptions,
  makeDestinationBucket,
  makeDestinationClient,
  makeQueue,
  makeQueueClients,
  makeSourceBucket,
  makeSourceClient,
  preflight,
} from "../aws";
import { makeListing } from "../aws/listings";
import type { WorkerConfig } from "../core/config";
import type { Log } from "../core/ports";
import { systemClock } from "./clock";
import { RECEIVERS, runWorker, type WorkerDeps, type WorkerResult } from "./worker";

const PREFLIGHT_MS = 30_000;

export type Connection = Omit<WorkerDeps, "clock" | "log" | "random" | "digest"> & { readonly destroy: () => void };

/** @returns the worker's end, or every problem of the set-up when it could not begin */
export async function runConnected(
  config: WorkerConfig,
  log: Log,
  stop: AbortSignal,
): Promise<WorkerResult | readonly string[]> {
  const connection = connect(config);
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

/** @param given endpoint and credentials, where they do not come from the environment */
export function connect(config: WorkerConfig, given: Omit<ClientOptions, "region"> = {}): Connection {
  const { region, copyConcurrency: slots, queueUrl, deadLetterQueueUrl } = config;
  const options = { ...given, region, slots };
  const sourceClient = makeSourceClient(options, config.sourceBucket);
  const destinationClient = makeDestinationClient(options);
  const queueClients = makeQueueClients({ ...options, receivers: RECEIVERS });
  const { visibilityTimeoutSeconds } = config;
  const queue = makeQueue({ ...queueClients, queueUrl, visibilityTimeoutSeconds });
  return {
    source: makeSourceBucket({ client: sourceClient, name: config.sourceBucket }),
    sourceListing: makeListing({ client: sourceClient, name: config.sourceBucket }),
    destinationListing: makeListing({
      client: destinationClient.client,
      sessions: destinationClient.sessions,
      name: config.destinationBucket,
    }),
    destination: makeDestinationBucket({
      client: destinationClient.client,
      sessions: destinationClient.sessions,
      name: config.destinationBucket,
      sourceBucket: config.sourceBucket,
      ...(config.destinationKmsKeyArn === undefined ? {} : { kmsKeyArn: config.destinationKmsKeyArn }),
    }),
    queue,
    heartbeats: queue,
    deadLetters: makeQueue({ client: queueClients.client, queueUrl: deadLetterQueueUrl }),
    destroy() {
      sourceClient.destroy();
      destinationClient.destroy();
      queueClients.destroy();
    },
  };
}

/** SHA-256 in base64url: printable, and without the `;` that separates a fingerprint's fields. */
function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("base64url");
}
