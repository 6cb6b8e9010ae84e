/**
 * The process: environment in, exit code out. 0: idle, drained, or the queue is gone. 1: set-up error, or a systemic failure
 * that outlasted its budget.
 */
import "./old-generation";
import type { WorkerConfig } from "../core/config";
import { formatProblems, parseWorkerEnv } from "../core/env";
import type { Log } from "../core/ports";
import { runConnected } from "./connect";
import { EXIT_MARGIN_MS } from "./drain";
import { makeLog } from "./log";

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
  const stop = new AbortController();
  listenForSignals(stop, config, log);
  const result = await runConnected(config, log, stop.signal);
  if ("exitCode" in result) return result.exitCode;
  process.stderr.write(`${formatProblems(result)}\n`);
  return 1;
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
