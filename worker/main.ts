/**
 * The process: environment in, exit code out. 0: idle, drained, or the queue is gone. 1: set-up error, or a systemic failure
 * that outlasted its budget.
 */
import {
  makeDestinationBucket,
  makeDestinationClient,
  makeQueue,
  makeQueueClients,
  makeSourceBucket,
  makeSourceClient,
  preflight,
} from "../aws";
import type { WorkerConfig } from "../core/config";
import { formatProblems, parseWorkerEnv } from "../core/env";
import type { Log } from "../core/ports";
import { systemClock } from "./clock";
import { makeController } from "./controller";
import { sha256 } from "./digest";
import { makeLog } from "./log";
import { RECEIVERS, runWorker } from "./worker";

const PREFLIGHT_MS = 30_000;
/** After SIGTERM, past the drain budget and the outbox: whatever still holds the process is cut off before Fargate does it. */
const EXIT_MARGIN_MS = 15_000;

async function main(): Promise<number> {
  // Set before the first SDK client: one notice per process about Node 20, which the image does not run on.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const parsed = parseWorkerEnv(process.env);
  if (!parsed.ok) {
    process.stderr.write(`${formatProblems(parsed.problems)}\n`);
    return 1;
  }
  const config = parsed.config;
  const log = makeLog(config.logLevel, { worker: workerName() });
  const stop = makeController();
  listenForSignals(stop, config, log);
  const clients = connect(config);
  try {
    const problems = await preflight(clients, AbortSignal.any([stop.signal, AbortSignal.timeout(PREFLIGHT_MS)]));
    if (problems.length > 0 && !stop.signal.aborted) {
      log.error("set-up-problems", { problems });
      process.stderr.write(`${formatProblems(problems)}\n`);
      return 1;
    }
    log.info("worker-started", {
      source: config.sourceBucket,
      destination: config.destinationBucket,
      prefix: config.prefix,
    });
    const deps = { ...clients, clock: systemClock, log, random: Math.random, digest: sha256 };
    const result = await runWorker(config, deps, stop.signal);
    log.info("worker-finished", { reason: result.reason, exitCode: result.exitCode, ...result.tally });
    return result.exitCode;
  } finally {
    clients.destroy();
  }
}

function connect(config: WorkerConfig) {
  const { region, copyConcurrency: slots, queueUrl, deadLetterQueueUrl } = config;
  const sourceClient = makeSourceClient({ region, slots }, config.sourceBucket);
  const destinationClient = makeDestinationClient({ region, slots });
  const queueClients = makeQueueClients({ region, receivers: RECEIVERS });
  const { visibilityTimeoutSeconds } = config;
  const queue = makeQueue({ ...queueClients, queueUrl, visibilityTimeoutSeconds });
  return {
    source: makeSourceBucket({ client: sourceClient, name: config.sourceBucket }),
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

/** Fargate sends SIGTERM two minutes before it takes Spot capacity back. A second signal ends at once. */
function listenForSignals(stop: AbortController, config: WorkerConfig, log: Log): void {
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(1);
      log.info("signal", { signal: name });
      stop.abort();
      const cutOff = (): void => {
        log.error("exit-forced", { why: "the drain did not end within its budget" });
        process.exit(1);
      };
      setTimeout(cutOff, config.drainSeconds * 1000 + EXIT_MARGIN_MS).unref();
    });
  }
}

/** The id of the Fargate task (task metadata endpoint, last path segment), or the process id elsewhere. */
function workerName(): string {
  return process.env["ECS_CONTAINER_METADATA_URI_V4"]?.split("/").pop() ?? String(process.pid);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
