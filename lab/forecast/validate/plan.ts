/** The small job that real processes and the simulation both do: the same parameters, written down once. */
import { MIB } from "../../../core/parts";
import { SETTINGS, WORLD } from "../defaults";
import type { Scenario } from "../scenario";

/** What a run is told by, of processes and of the simulation alike. Times in seconds since the first object was written. */
export interface Told {
  readonly makespanSeconds: number;
  readonly endSeconds: number;
  readonly workersStarted: number;
  readonly lagP50: number;
  readonly lagP99: number;
  readonly requests: Readonly<Record<string, number>>;
}

export const OBJECTS = 150;
/** Two parts of different size. */
export const OBJECT_BYTES = 12 * MIB;
/** From RunTask to the start of the process. */
export const START_DELAY_MS = 3_000;
/** Long enough that what the machine itself takes for a request hardly counts. */
export const LATENCY = { perRequestMs: 250, copyBytesPerSecond: 16 * MIB } as const;

/** Short times, so that it is over in half a minute; three workers are asked for, of five allowed. */
export const PLAN_SETTINGS = {
  ...SETTINGS,
  maxWorkers: 5,
  messagesPerWorker: 50,
  pollIntervalSeconds: 5,
  copyConcurrency: 8,
  partSize: 8 * MIB,
  multipartThreshold: 8 * MIB,
  longPollSeconds: 1,
  emptyPollsBeforeExit: 2,
} as const;

/** What is not set but found on the way. */
export interface Found {
  /** When the schedule fires after the first object was written. */
  readonly firstLookMs: number;
  /** From there until the starter has looked. */
  readonly lookMs: number;
  /** From RunTask to the first receive. */
  readonly startSeconds: number;
}

export function scenarioOf(found: Found): Scenario {
  return {
    job: { kind: "backlog", objects: OBJECTS, objectBytes: OBJECT_BYTES },
    cause: "event",
    settings: PLAN_SETTINGS,
    seed: 1,
    world: {
      ...WORLD,
      startSeconds: found.startSeconds,
      startSpread: 1,
      spotInterruptionsPerHour: 0,
      requestMs: LATENCY.perRequestMs,
      copyMs: LATENCY.perRequestMs,
      copyFixedMs: LATENCY.perRequestMs,
      streamBytesPerSecond: LATENCY.copyBytesPerSecond,
      queueMs: 5,
      notificationMs: 0,
      lookMs: found.lookMs,
      schedule: { firstMs: found.firstLookMs, everyMs: PLAN_SETTINGS.pollIntervalSeconds * 1000 },
    },
  };
}
