/** What happened, as log lines a person can act on and as counts. One event name per line. */
import { canaryKey } from "../core/canary";
import type { Decision } from "../core/decide";
import { isLive } from "../core/envelope";
import { adviceFor, classOf, type SyncError } from "../core/errors";
import type { Outcome, Verdict } from "../core/outcome";
import type { Clock, Log } from "../core/ports";
import { mib } from "./calls";
import type { Delivery } from "./inbox";
import type { Metrics } from "./metrics";
import type { ReconcileReport } from "./reconcile";
import type { Tally } from "./tally";

export interface Report extends ReconcileReport {
  /** @param done false when SQS did not take the message that was to replace the others: they come back by themselves */
  concluded(key: string, outcome: Outcome, verdict: Verdict, deliveries: readonly Delivery[], done: boolean): void;
  unsettled(key: string, waitMs: number): void;
  uploadsSwept(key: string, uploads: number): void;
  uploadLeft(key: string, uploadId: string, error: SyncError): void;
}

export interface ReportDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly tally: Tally;
  readonly metrics: Pick<Metrics, "lag" | "canaryLag" | "skipped" | "failed">;
  /** Of the keys that are synced. */
  readonly prefix: string;
}

export function makeReport({ clock, log, tally, metrics, prefix }: ReportDeps): Report {
  const canary = canaryKey(prefix);
  const lastDecision = new Map<string, Decision>();
  return {
    decided(key, decision) {
      if (decision.kind === "in-sync") {
        tally.add("inSync");
        metrics.skipped("in-sync");
      }
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
    concluded(key, outcome, verdict, deliveries, done) {
      const live = deliveries.filter((delivery) => isLive(delivery.history));
      const counting = live.length > 0 ? live : deliveries;
      const eventTime = Math.min(...counting.map((delivery) => delivery.history.eventTime));
      const lagSeconds = Math.max(0, Math.round((clock.wallMs() - eventTime) / 100) / 10);
      const decision = lastDecision.get(key);
      lastDecision.delete(key);
      const fields = { key, ...actionOf(decision), messages: deliveries.length, lagSeconds, ...delayOf(verdict) };
      if (outcome.kind === "refused" || outcome.kind === "failed") metrics.failed(classOf(outcome.error));
      if (!done) {
        log.warn("left-to-its-lease", { ...fields, why: "SQS took no new message for it; the old ones come back" });
        return;
      }
      if (verdict.kind === "dead-letter") tally.add("deadLetters");
      if (verdict.kind === "put-back" && outcome.kind !== "interrupted") tally.add("putBacks");
      switch (outcome.kind) {
        case "clean":
          // How long a backfill has been under way is no lag of anything.
          if (live.length > 0) metrics.lag(lagSeconds);
          if (live.length > 0 && key === canary) metrics.canaryLag(lagSeconds);
          log.info("synced", fields);
          break;
        case "refused":
          tally.add("refused");
          log.error("unsyncable", { ...fields, ...describe(outcome.error) });
          break;
        case "failed": {
          const event = verdict.kind === "dead-letter" ? "dead-lettered" : "failed-put-back";
          tally.add("failed");
          log.error(event, { ...fields, ...describe(outcome.error) });
          break;
        }
        case "unstable":
          tally.add("unstable");
          log.warn("unstable", { ...fields, why: "it changes faster than it can be copied" });
          break;
        case "interrupted":
          tally.add("handoffs");
          log.info("handed-off", { ...fields, withUpload: outcome.upload !== undefined });
          break;
        case "lost":
          tally.add("leasesLost");
          log.warn("let-go", { ...fields, why: "no message for it is held any more" });
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
