/** The work on one key: what it is about, and what it may lean on. */
import type { CancelSignal } from "../core/ports";
import type { SyncError } from "../core/errors";
import type { Breaker } from "./breaker";
import type { CallDeps, KeyCalls } from "./calls";
import type { Checksums } from "./copy/checksums";
import type { Inbox, KeyTask } from "./inbox";
import type { Leases } from "./leases";
import type { ReconcileDeps } from "./reconcile";
import type { Release } from "./release";
import type { Report } from "./report";

export interface AttendDeps {
  readonly reconciling: Pick<ReconcileDeps, "source" | "destination" | "sourceExists" | "sizes" | "digest">;
  readonly calls: CallDeps;
  readonly checksums: Checksums;
  readonly lanes: number;
  readonly inbox: Inbox;
  readonly leases: Leases;
  readonly breaker: Breaker;
  readonly release: Release;
  /** Planned requests were begun: there may be room for another message. */
  readonly roomChanged: () => void;
  readonly report: Report;
  readonly maxReceiveCount: number;
  /** Aborted when the worker stops. */
  readonly stopping: CancelSignal;
  /** False once the queue is gone: then nothing can be handed off. */
  readonly queueExists: () => boolean;
}

export interface Work {
  readonly task: KeyTask;
  readonly calls: KeyCalls;
  readonly stopping: CancelSignal;
  readonly holds: () => boolean;
  /** The last failure this key was allowed: one more look, without a write, decides. */
  giveUp: SyncError | undefined;
}
