/** What the wall time of a worker consists of, and how much of it no copy used. Pure. */
import type { InFlight, Stretch } from "./in-flight";

export type PartName = "start" | "set-up" | "filling" | "filled" | "emptying" | "ending";

export interface WallPart {
  readonly name: PartName;
  readonly seconds: number;
  /** Part of the slots that a copy request was in, seen from the cloud. */
  readonly slotsBusy: number;
}

export interface WallParts {
  /** Copy requests that were in flight at once, at most the slots. */
  readonly most: number;
  /** One after the other they make up the wall time. */
  readonly parts: readonly WallPart[];
}

export interface WallTimes {
  /** Epoch milliseconds, all of them. */
  readonly startedAtMs: number;
  readonly firstRequestAtMs: number;
  readonly acknowledgedAtMs: number;
  readonly copies: InFlight | undefined;
}

/** Undefined where nothing was copied. */
export function wallParts(
  { startedAtMs, firstRequestAtMs, acknowledgedAtMs, copies }: WallTimes,
  slots: number,
): WallParts | undefined {
  if (copies === undefined) return undefined;
  const { most, filling, filled, emptying } = copies;
  const idle = (name: PartName, fromMs: number, untilMs: number): WallPart => ({
    name,
    seconds: (untilMs - fromMs) / 1000,
    slotsBusy: 0,
  });
  const copying = (name: PartName, { fromMs, untilMs, requestMs }: Stretch): WallPart => ({
    name,
    seconds: (untilMs - fromMs) / 1000,
    slotsBusy: untilMs > fromMs ? requestMs / (untilMs - fromMs) / slots : 0,
  });
  const parts = [
    idle("start", startedAtMs, firstRequestAtMs),
    idle("set-up", firstRequestAtMs, filling.fromMs),
    copying("filling", filling),
    copying("filled", filled),
    copying("emptying", emptying),
    idle("ending", emptying.untilMs, acknowledgedAtMs),
  ];
  return { most, parts };
}

export interface WallRow {
  readonly what: string;
  /** Undefined of what is no stretch of time. */
  readonly seconds: number | undefined;
  readonly slotsBusy: number | undefined;
  /** Of the wall time beyond the ideal. */
  readonly lostSeconds: number;
}

const WHAT: Readonly<Record<PartName, (most: number) => string>> = {
  start: () => "start of the process, until its first request",
  "set-up": () => "until the first copy request is on the wire",
  filling: (most) => `until ${most} copy requests are in flight for the first time`,
  filled: (most) => `until ${most} copy requests are in flight for the last time`,
  emptying: () => "until the last copy request is answered",
  ending: () => "until the last message is acknowledged",
};

/**
 * Where the wall time beyond the ideal went: slots without a request, part by part, and requests that took longer than the model's time
 * (the cloud answered late, or the worker read the answer late). The lost seconds add up to wall minus ideal.
 */
export function wallRows({ most, parts }: WallParts, idealSeconds: number): readonly WallRow[] {
  const rows = parts.map(({ name, seconds, slotsBusy }) => ({
    what: WHAT[name](most),
    seconds,
    slotsBusy,
    lostSeconds: seconds * (1 - slotsBusy),
  }));
  const used = parts.reduce((sum, { seconds, slotsBusy }) => sum + seconds * slotsBusy, 0);
  const wall = parts.reduce((sum, { seconds }) => sum + seconds, 0);
  return [
    ...rows,
    {
      // The ideal of few objects is the chain of one of them, which is more than its copies.
      what:
        used < idealSeconds
          ? "less: requests of the ideal that are no copies"
          : "copy requests that took longer than the model says",
      seconds: undefined,
      slotsBusy: undefined,
      lostSeconds: used - idealSeconds,
    },
    { what: "together", seconds: wall, slotsBusy: wall > 0 ? used / wall : 0, lostSeconds: wall - idealSeconds },
  ];
}
