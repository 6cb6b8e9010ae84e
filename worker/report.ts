/** What happened, as log lines a person can act on and as counts. One event name per line. */
import { adviceFor, type SyncError } from "../core/errors";
import type { Outcome, Verdict } from "../core/outcome";
import type { Clock, Log } from "../core/ports";
import { mib } from "./calls";
import type { Delivery } from "./inbox";
import type { ReconcileReport } from "./reconcile";
import type { Tally } from "./tally";

export interface Report extends ReconcileReport {
  concluded(key: string, outcome: Outcome, verdict: Verdict, deliveries: readonly Delivery[]): void;
  unsettled(key: string, waitMs: number): void;
  uploadsSwept(key: string, uploads: number): void;
  uploadLeft(key: string, uploadId: string, error: SyncError): void;
}

export function makeReport({ clock, log, tally }: { clock: Clock; log: Log; tally: Tally }): Report {
  return {
    decided(key, decision) {
      if (decision.kind === "in-sync") tally.add("inSync");
      if (decision.kind !== "copy") {
        log.info(decision.kind, { key, reason: decision.reason });
        return;
      }
      const { reason, plan } = decision;
      log.info("copy", { key, reason, mib: mib(plan.size), parts: plan.kind === "multipart" ? plan.partCount : 1 });
    },
    deleted: () => tally.add("deletes"),
    restarted(key, why) {
      tally.add("restarts");
      log.info("restart", { key, why });
    },
    unsettled: (key, waitMs) =>
      log.warn("unsettled", {
        key,
        waitSeconds: Math.ceil(waitMs / 1000),
        why: "a write got no answer and may still take effect; the key is looked at again after that",
      }),
    uploadsSwept: (key, uploads) => log.info("uploads-aborted", { key, uploads, why: "left by a worker that died" }),
    uploadLeft: (key, uploadId, error) =>
      log.warn("upload-left-open", {
        key,
        uploadId,
        error: error.message,
        advice: "The lifecycle rule aborts it after a day.",
      }),
    concluded(key, outcome, verdict, deliveries) {
      const eventTime = Math.min(...deliveries.map((delivery) => delivery.history.eventTime));
      const fields = {
        key,
        messages: deliveries.length,
        lagSeconds: Math.max(0, Math.round((clock.wallMs() - eventTime) / 100) / 10),
      };
      switch (outcome.kind) {
        case "clean": {
          log.info("synced", fields);
          return;
        }
        case "refused":
          tally.add("refused");
          tally.add("deadLetters");
          {
            log.error("unsyncable", { ...fields, ...describe(outcome.error) });
            return;
          }
        case "failed":
          tally.add("failed");
          tally.add(verdict.kind === "dead-letter" ? "deadLetters" : "putBacks");
          {
            log.error(verdict.kind === "dead-letter" ? "dead-lettered" : "failed-put-back", {
              ...fields,
              ...describe(outcome.error),
              ...delayOf(verdict),
            });
            return;
          }
        case "unstable":
          tally.add("unstable");
          tally.add("putBacks");
          {
            log.warn("unstable", {
              ...fields,
              ...delayOf(verdict),
              why: "it changes faster than it can be copied",
            });
            return;
          }
        case "interrupted":
          tally.add("handoffs");
          {
            log.info("handed-off", { ...fields, ...delayOf(verdict), withUpload: outcome.upload !== undefined });
            return;
          }
        case "lost":
          tally.add("leasesLost");
          {
            log.warn("let-go", { ...fields, ...delayOf(verdict), why: "no message for it is held any more" });
            return;
          }
      }
    },
  };
}

function describe(error: SyncError): Record<string, unknown> {
  return {
    code: error.code,
    operation: error.operation,
    error: error.message,
    httpStatus: error.httpStatus,
    requestId: error.requestId,
    advice: adviceFor(error.code),
  };
}

function delayOf(verdict: Verdict): Record<string, unknown> {
  return verdict.kind === "put-back" ? { putBackAfterSeconds: verdict.delaySeconds, failures: verdict.failures } : {};
}
