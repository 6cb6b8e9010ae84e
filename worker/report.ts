/** What happened, as log lines a person can act on and as counts. One event name per line. */
import type { Decision } from "../core/decide";
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
  const lastDecision = new Map<string, Decision>();
  return {
    decided(key, decision) {
      if (decision.kind === "in-sync") tally.add("inSync");
      lastDecision.set(key, decision);
      if (decision.kind !== "copy" || decision.plan.kind === "single") return;
      // One line per object is written at its end; only what takes long is announced.
      log.info("copy-started", {
        key,
        reason: decision.reason,
        mib: mib(decision.plan.size),
        parts: decision.plan.partCount,
      });
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
      const decision = lastDecision.get(key);
      lastDecision.delete(key);
      const fields = {
        key,
        ...actionOf(decision),
        messages: deliveries.length,
        lagSeconds: Math.max(0, Math.round((clock.wallMs() - eventTime) / 100) / 10),
      };
      const putBack = delayOf(verdict);
      switch (outcome.kind) {
        case "clean":
          log.info("synced", fields);
          break;
        case "refused":
          tally.add("refused");
          tally.add("deadLetters");
          log.error("unsyncable", { ...fields, ...describe(outcome.error) });
          break;
        case "failed": {
          const final = verdict.kind === "dead-letter";
          tally.add("failed");
          tally.add(final ? "deadLetters" : "putBacks");
          log.error(final ? "dead-lettered" : "failed-put-back", { ...fields, ...describe(outcome.error), ...putBack });
          break;
        }
        case "unstable":
          tally.add("unstable");
          tally.add("putBacks");
          log.warn("unstable", { ...fields, ...putBack, why: "it changes faster than it can be copied" });
          break;
        case "interrupted":
          tally.add("handoffs");
          log.info("handed-off", { ...fields, ...putBack, withUpload: outcome.upload !== undefined });
          break;
        case "lost":
          tally.add("leasesLost");
          log.warn("let-go", { ...fields, ...putBack, why: "no message for it is held any more" });
          break;
      }
    },
  };
}

function actionOf(decision: Decision | undefined): Record<string, unknown> {
  if (decision === undefined) return {};
  const { kind: action, reason } = decision;
  return decision.kind === "copy" ? { action, reason, bytes: decision.plan.size } : { action, reason };
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
