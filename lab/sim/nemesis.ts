/**
 * The adversary: decides for every call when it starts at the server, when its effect lands, when the answer comes and what
 * the answer says. Writes land within their write bound (core/bounds.ts) or never; everything else it may choose.
 */
import type { ErrorCode, Effect } from "../../core/errors";
import type { Random } from "./random";

/** A stretch of trouble. `source-missing` is carried out by the world: the bucket itself is gone. */
export type TroubleKind =
  "source-missing" | "source-denied" | "destination-denied" | "throttled" | "unavailable" | "queue-down";

export interface Trouble {
  readonly kind: TroubleKind;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Chances per call, each in [0, 1]. */
export interface NemesisSettings {
  /** Errors that prove that nothing happened. */
  readonly refuse: number;
  /** Errors that leave open what happened, or will. */
  readonly lose: number;
  /** Calls that take long, seconds up to the write bound. */
  readonly slow: number;
  /** Failing entries in queue batches. */
  readonly entries: number;
  readonly troubles: readonly Trouble[];
  /** From here on everything works and is quick. */
  readonly calmAtMs: number;
}

export type Target = "source" | "destination" | "copy" | "queue";

export interface CallShape {
  readonly target: Target;
  readonly isWrite: boolean;
  /** Latest instant after sending at which the effect may land. */
  readonly boundMs: number;
  /** What it takes when nothing is wrong. */
  readonly usualMs: number;
}

export interface CallPlan {
  /** After sending. */
  readonly startMs: number;
  /** Not before `startMs`. */
  readonly landMs: number;
  readonly answerMs: number;
  /** Undefined: the server's own answer, never before the effect. */
  readonly error: { readonly code: ErrorCode; readonly effect: Effect } | undefined;
  /** Whether the request reaches the server at all. */
  readonly lands: boolean;
  /** Whether this is more than ordinary latency. */
  readonly isFault: boolean;
  /** Whether it lands although nobody waits for the answer any more. */
  readonly outlivesClient: boolean;
}

const REFUSALS: readonly ErrorCode[] = ["Throttled", "NotConnected"];
const LOSSES: readonly ErrorCode[] = ["Timeout", "Connection", "Unavailable", "Unknown"];

export function planCall(settings: NemesisSettings, shape: CallShape, nowMs: number, random: Random): CallPlan {
  const outlivesClient = random.chance(0.6);
  if (nowMs >= settings.calmAtMs) return { ...truthful(usualTiming(shape, random)), outlivesClient };
  const slow = random.chance(settings.slow);
  const timing = slow ? slowTiming(shape, random) : usualTiming(shape, random);
  const trouble = troubleError(settings.troubles, shape, nowMs, random);
  if (trouble !== undefined) {
    return { ...timing, isFault: true, error: trouble, lands: random.chance(lossLands(trouble)), outlivesClient };
  }
  if (random.chance(settings.refuse)) {
    const error = { code: random.pick(REFUSALS), effect: "none" as const };
    return { ...timing, isFault: true, error, lands: false, outlivesClient };
  }
  if (random.chance(settings.lose)) return losingPlan(shape, random, outlivesClient);
  return { ...truthful(timing), isFault: slow, outlivesClient };
}

function truthful(timing: Timing): Omit<CallPlan, "outlivesClient"> {
  const answerMs = Math.max(timing.answerMs, timing.landMs);
  return { ...timing, answerMs, error: undefined, lands: true, isFault: false };
}

interface Timing {
  readonly startMs: number;
  readonly landMs: number;
  readonly answerMs: number;
}

function usualTiming({ usualMs, boundMs }: CallShape, random: Random): Timing {
  const startMs = random.int(1, 20);
  const landMs = Math.min(boundMs, startMs + Math.round(usualMs * (0.5 + random.next())));
  return { startMs, landMs, answerMs: landMs + random.int(1, 20) };
}

/** Long in one of three places: before it starts, while it runs, on the way back. */
function slowTiming({ isWrite, boundMs, usualMs }: CallShape, random: Random): Timing {
  const limitMs = isWrite ? boundMs : 30_000;
  const landMs = stretch(random, Math.min(usualMs + 5, limitMs), limitMs);
  const startMs = random.chance(0.5) ? random.int(1, 20) : random.int(1, landMs);
  const answerMs = landMs + (random.chance(0.3) ? stretch(random, 20, 30_000) : random.int(1, 20));
  return { startMs: Math.min(startMs, landMs), landMs, answerMs };
}

/** An answer that says nothing, before or after the effect, or instead of it. */
function losingPlan(shape: CallShape, random: Random, outlivesClient: boolean): CallPlan {
  const timing = random.chance(0.5) ? slowTiming(shape, random) : usualTiming(shape, random);
  const answerMs = random.chance(0.5) ? random.int(2, 200) : stretch(random, 20, 120_000);
  const error = { code: random.pick(LOSSES), effect: "unknown" as const };
  return { ...timing, answerMs, isFault: true, error, lands: random.chance(0.6), outlivesClient };
}

function troubleError(
  troubles: readonly Trouble[],
  shape: CallShape,
  nowMs: number,
  random: Random,
): CallPlan["error"] {
  for (const trouble of troubles) {
    if (nowMs < trouble.fromMs || nowMs >= trouble.untilMs) continue;
    const error = errorOf(trouble.kind, shape.target, random);
    if (error !== undefined) return error;
  }
  return undefined;
}

function errorOf(kind: TroubleKind, target: Target, random: Random): CallPlan["error"] {
  const s3 = target !== "queue";
  const ofSource = target === "source" || target === "copy";
  const ofDestination = target === "destination" || target === "copy";
  switch (kind) {
    case "source-missing":
      return undefined;
    case "source-denied":
      return ofSource ? { code: "AccessDenied", effect: "none" } : undefined;
    case "destination-denied":
      return ofDestination ? { code: "AccessDenied", effect: "none" } : undefined;
    case "throttled":
      return s3 && random.chance(0.7) ? { code: "Throttled", effect: "none" } : undefined;
    case "unavailable":
      return ofDestination && random.chance(0.8) ? { code: "Unavailable", effect: "unknown" } : undefined;
    case "queue-down":
      return target === "queue" && random.chance(0.8) ? { code: "Connection", effect: "unknown" } : undefined;
  }
}

function lossLands(error: { readonly effect: Effect }): number {
  return error.effect === "none" ? 0 : 0.4;
}

/** Between the two, small values as likely as large ones. */
export function stretch(random: Random, min: number, max: number): number {
  if (max <= min) return max;
  return Math.round(min * Math.pow(max / min, random.next()));
}
