/** What is asked for, as quantities: once, every month, and idle. Pure. */
import { sum, times, NOTHING, type Usage } from "./usage";
import {
  ASSUMED,
  copying,
  copySeconds,
  DAYS_PER_MONTH,
  keeping,
  RUN_OVERHEAD_SECONDS,
  type SizeGroup,
  spreadOverDay,
  standing,
  workers,
} from "./work";

/** Objects that change every day, in bytes each. */
export interface Daily {
  readonly perDay: number;
  readonly bytes: number;
  /** Days until an object is deleted or overwritten: what is kept. */
  readonly keepDays: number;
}

export interface Request {
  /** What exists already and is copied once. */
  readonly existing: readonly SizeGroup[];
  readonly daily?: Daily;
  readonly maxWorkers: number;
  /** Alarm metrics. */
  readonly alarms: number;
}

export interface Estimate {
  readonly once: Usage;
  /** Seconds from the first to the last object of `once`, roughly. */
  readonly onceSeconds: number;
  readonly monthly: Usage;
  readonly idle: Usage;
}

export function estimate({ existing, daily, maxWorkers, alarms }: Request): Estimate {
  const objects = existing.reduce((total, group) => total + group.objects, 0);
  const existingBytes = existing.reduce((total, group) => total + group.objects * group.bytes, 0);
  const seconds = copySeconds(existing);
  // No more workers than there is a minute of work for.
  const crew = objects === 0 ? 0 : Math.min(maxWorkers, Math.ceil(seconds / 60) || 1);
  const idle = standing(alarms);
  return {
    once:
      objects === 0
        ? NOTHING
        : sum(copying(existing, "backfill"), workers({ runs: crew, seconds: seconds + crew * RUN_OVERHEAD_SECONDS })),
    onceSeconds: crew === 0 ? 0 : seconds / crew + ASSUMED.startSeconds,
    monthly: sum(keeping(existingBytes), daily === undefined ? NOTHING : monthOf(daily), idle),
    idle,
  };
}

function monthOf({ perDay, bytes, keepDays }: Daily): Usage {
  const { runs, seconds } = spreadOverDay(perDay, bytes);
  return sum(
    times(DAYS_PER_MONTH, copying([{ objects: perDay, bytes }], "event")),
    workers({ runs: runs * DAYS_PER_MONTH, seconds: seconds * DAYS_PER_MONTH }),
    keeping(perDay * bytes * keepDays),
  );
}
