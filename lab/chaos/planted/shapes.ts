/** Random scenarios bent towards one situation, so that a bug that needs it is found soon. Pure. */
import { MIB } from "../../../core/parts";
import { withListing } from "../../sim/listing";
import type { Scenario } from "../../sim/scenario";
import { MINUTE, SECOND } from "../../sim/time";

export interface Shape {
  /** The situation, in few words: a cell of the table of planted bugs. */
  readonly towards: string;
  readonly bend: (scenario: Scenario) => Scenario;
}

/** Workers are told to stop while a write of theirs is under way, and writes are slow or get no answer. */
export const stopInWrites: Shape = { towards: "a stop during a write", bend: stoppedInWrites };

function stoppedInWrites(scenario: Scenario): Scenario {
  const operation = ["CopyObject", "DeleteObject", "CompleteMultipartUpload"][scenario.seed % 3] ?? "";
  const stop = { operation, call: 1, phase: "sent", kind: "term", seconds: 0 } as const;
  const { troubles, calmAtMs } = scenario.nemesis;
  return {
    ...scenario,
    interrupts: [0, 1, 2].map((worker) => ({ ...stop, worker })),
    nemesis: { refuse: 0, lose: 0.3, slow: 0.5, entries: 0, troubles, calmAtMs },
  };
}

/** The bucket is gone while events about it are still under way. */
export const bucketLost: Shape = { towards: "a source bucket that is gone", bend: withoutBucket };

function withoutBucket(scenario: Scenario): Scenario {
  const gone = { kind: "source-missing", fromMs: 30 * SECOND, untilMs: 10 * MINUTE } as const;
  return {
    ...scenario,
    nemesis: { ...scenario.nemesis, troubles: [gone] },
    steps: scenario.steps.map((step) => ({ ...step, eventDelaysMs: [...step.eventDelaysMs, 2 * MINUTE] })),
  };
}

/** The source changes, and its event arrives, while the answer of a HEAD is on its way back. */
export const changesDuringHeads: Shape = { towards: "a change during a HEAD", bend: changedDuringHeads };

function changedDuringHeads(scenario: Scenario): Scenario {
  const { troubles, calmAtMs } = scenario.nemesis;
  const when = { kind: "call", operation: "HeadObject(source)", phase: "landed", orAfterMs: 5 * SECOND } as const;
  return {
    ...scenario,
    interrupts: [],
    nemesis: { refuse: 0, lose: 0, slow: 0.5, entries: 0, troubles, calmAtMs },
    steps: scenario.steps.map((step, index) => ({ ...step, eventDelaysMs: [2], ...(index === 0 ? {} : { when }) })),
  };
}

/** Large objects of one size whose first workers are told to stop in the middle of their parts. */
export function handoffs(partSizeChanges: boolean): Shape {
  const bend = (scenario: Scenario): Scenario => handedOff(scenario, partSizeChanges);
  return { towards: `a hand-off of parts${partSizeChanges ? " and another part size" : ""}`, bend };
}

function handedOff(scenario: Scenario, partSizeChanges: boolean): Scenario {
  const size = 21 * MIB;
  return {
    ...scenario,
    partSizeChanges,
    copyConcurrency: 2,
    interrupts: [0, 1].map((worker) => ({
      worker,
      operation: "UploadPartCopy",
      call: 2 + (scenario.seed % 3),
      phase: "answered",
      kind: "term",
      seconds: 0,
    })),
    steps: scenario.steps.map((step) =>
      step.action.kind === "put" ? { ...step, action: { ...step.action, size } } : step,
    ),
  };
}

/** Objects that only a listing can find, and workers that die or stop while they list. */
export const existingObjects: Shape = { towards: "a listing that is interrupted", bend: existing };

function existing(scenario: Scenario): Scenario {
  const operation = ["ListObjectsV2(source)", "SendMessage", "ListObjectsV2(destination)"][scenario.seed % 3] ?? "";
  const kind = scenario.seed % 2 === 0 ? "kill" : "term";
  const interrupts = [1, 2, 3].map(
    (call, worker) => ({ operation, call, worker, phase: "sent", kind, seconds: 0 }) as const,
  );
  return withListing({ ...scenario, steps: [], interrupts }, 1_000, scenario.seed % 5 === 0);
}
