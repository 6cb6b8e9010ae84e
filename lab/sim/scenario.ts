/** A scenario: everything that a run depends on, as plain data. The same scenario gives the same run, step for step. */
import type { NemesisSettings } from "./nemesis";

export type SourceAction =
  /** New bytes. */
  | { readonly kind: "put"; readonly size: number; readonly multipart: boolean; readonly checksummed: boolean }
  /** The bytes of an earlier put once more, counted back from the last. */
  | { readonly kind: "put-again"; readonly back: number }
  /** A copy onto itself: same bytes and ETag, other headers and metadata. */
  | { readonly kind: "describe"; readonly crowded: boolean }
  | { readonly kind: "delete" }
  /** An event about a key that is alive. */
  | { readonly kind: "delete-old-version" }
  /** Somebody enqueues the key although it did not change. */
  | { readonly kind: "backfill" }
  /** Somebody starts a backfill of everything: the first range to list. */
  | { readonly kind: "list"; readonly all: boolean };

/** When a step happens: some time after the one before it, or at the next moment of some call about the key. */
export type Trigger =
  | { readonly kind: "after"; readonly ms: number }
  | {
      readonly kind: "call";
      readonly operation: string;
      readonly phase: "sent" | "started" | "landed" | "answered";
      /** If no such call comes. */
      readonly orAfterMs: number;
    };

export interface WorkStep {
  /** Index into the scenario's keys. */
  readonly key: number;
  readonly action: SourceAction;
  readonly when: Trigger;
  /** Per copy of the event: how long until it reaches the queue. */
  readonly eventDelaysMs: readonly number[];
}

export type InterruptKind = "kill" | "term" | "freeze";

/** Something happens to a worker at one of its calls. */
export interface Interrupt {
  /** Workers are counted from 0 in the order of their start. */
  readonly worker: number;
  /** Counted are the worker's calls of this operation, or all its calls when "". */
  readonly operation: string;
  /** From 1. */
  readonly call: number;
  readonly phase: "sent" | "started" | "landed" | "answered";
  readonly kind: InterruptKind;
  /** Of a freeze. */
  readonly seconds: number;
}

export interface Scenario {
  readonly seed: number;
  readonly versioned: boolean;
  readonly eventShape: "s3" | "eventbridge";
  /** Keys 0..n-1; the last may be one the destination refuses. */
  readonly keyCount: number;
  readonly refusesLastKey: boolean;
  readonly knowsCrc64: boolean;
  readonly visibilitySeconds: number;
  readonly maxReceiveCount: number;
  readonly copyConcurrency: number;
  readonly maxWorkers: number;
  /** Workers that start at once, whether there is work or not. */
  readonly firstWorkers: number;
  readonly steps: readonly WorkStep[];
  readonly interrupts: readonly Interrupt[];
  readonly nemesis: NemesisSettings;
  /** Every other worker cuts parts of another size, as after a deployment. */
  readonly partSizeChanges: boolean;
  readonly staleDeletePower: number;
  /** The known residual; 0 but in its own test. */
  readonly duplicateDelivery: number;
}
