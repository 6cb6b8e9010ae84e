/** Verify as a task nobody watches: log lines, and metrics in them (core/metrics.ts), of which the alarm on drift is made. */
import { explainError } from "../shell/errors";
import type { Context } from "../shell/context";
import { emf, type MetricValues, NAMESPACE, queueDimension } from "../../core/metrics";
import { Interruption } from "../../worker/interruption";
import { makeLog } from "../../worker/log";
import { driftOf } from "./findings";
import { lookLines } from "./refusal";
import type { VerifyDocument } from "./report";

export interface TaskLog {
  started(mode: string, prefix: string): void;
  finished(document: VerifyDocument): void;
  /** Logs and counts a failure, and lets it pass. An interruption is none. */
  watch<T>(run: () => Promise<T>): Promise<T>;
}

export function makeTaskLog({
  clock,
  system,
  signal,
}: Pick<Context<"queueUrl">, "clock" | "system" | "signal">): TaskLog {
  const log = makeLog("info", {});
  const write = (values: MetricValues): void => {
    const document = emf(NAMESPACE, clock.wallMs(), queueDimension(system.queueUrl), values);
    if (document !== undefined) log.info("metrics", document);
  };
  return {
    started: (mode, prefix) => log.info("verify-started", { mode, prefix }),
    finished(document) {
      for (const [kind, findings] of Object.entries(document.examples)) {
        for (const { key, reason } of findings) log.warn("verify-finding", { kind, key, reason });
      }
      for (const why of lookLines(document.deadLetters)) log.warn("verify-dead-letters-unread", { why });
      const { verdict, equal, equalKeys, counts, source, destination, requests, deadLetters, repair, seconds } =
        document;
      const fields = { verdict, equal, equalKeys, counts, source, destination, requests, deadLetters, repair, seconds };
      log[equal ? "info" : "warn"]("verify-finished", fields);
      const { unsyncable } = counts;
      write({ Drift: driftOf(counts) - unsyncable, Unsyncable: unsyncable });
    },
    async watch(run) {
      try {
        return await run();
      } catch (error) {
        if (!(error instanceof Interruption) && !signal.aborted) {
          log.error("verify-failed", { error: explainError(error) });
          write({ VerifyFailures: 1 });
        }
        throw error;
      }
    },
  };
}
