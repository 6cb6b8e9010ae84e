/** Waits until the workers have made both sides equal, and verifies again: as often as it takes, but not for longer than told. */
import type { Clock } from "../../core/ports";
import { describe, type Summary } from "../status/describe";
import type { Situation } from "../status/situation";
import type { SteadyLook } from "../status/steady";
import type { Comparison } from "./compare";
import { LOOK_EVERY_MS, nextStep, QUIET_MS, type Span, verdictAfter } from "./wait-decision";

/** One verify, and what it keeps on disk. */
export interface VerifyRun {
  readonly comparison: Comparison;
  readonly seconds: number;
  readonly release: () => void;
}

export interface WaitDeps {
  readonly verify: (signal: AbortSignal) => Promise<VerifyRun>;
  readonly look: SteadyLook;
  readonly clock: Pick<Clock, "monotonicMs" | "sleep">;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Shows that it waits, and for what by the newest look. */
  readonly shown: <T>(label: () => string, work: Promise<T>) => Promise<T>;
}

/** `different`: the workers have nothing left to do, and it is not equal. */
export type WaitOutcome = "equal" | "different" | "timeout" | "interrupted";

export interface Waited {
  readonly outcome: WaitOutcome;
  /** Of waiting, the verifies in it included. */
  readonly seconds: number;
  /** Verifies after the first. */
  readonly verifies: number;
  /** The newest. */
  readonly run: VerifyRun;
  /** By the newest look; undefined when there was none. */
  readonly situation: Situation | undefined;
  readonly summary: Summary | undefined;
}

/** Not where it is equal, or where nothing but what cannot be synced is left. */
export function isWorthWaiting({ comparison }: VerifyRun): boolean {
  return verdictAfter(comparison.counts, "empty") === undefined;
}

/** The first verify is no part of the waiting. Rejects when a look or a verify fails for another reason than that time is up. */
export async function waitUntilEqual(first: VerifyRun, deps: WaitDeps): Promise<Waited> {
  const { clock, signal, timeoutMs, shown } = deps;
  const begun = clock.monotonicMs();
  const deadline = begun + timeoutMs;
  const bounded = new AbortController();
  const over = new AbortController();
  void clock.sleep(timeoutMs, over.signal).then(() => bounded.abort());
  const until = AbortSignal.any([signal, bounded.signal]);

  let run = first;
  let verified: Span = { begun: begun - 1, ended: begun - 1 };
  let verifies = 0;
  let situation: Situation | undefined;
  let emptySince: number | undefined;
  const waited = (outcome: WaitOutcome): Waited => {
    const seconds = Math.round((clock.monotonicMs() - begun) / 100) / 10;
    const summary = situation === undefined ? undefined : describe(situation);
    return { outcome, seconds, verifies, run, situation, summary };
  };
  const label = (): string =>
    `waiting for the workers: ${situation === undefined ? "looking" : describe(situation).sentence}`;

  /** Looks until there is something to decide by. */
  async function untilStep(): Promise<"verify" | "give-up"> {
    for (;;) {
      const seen = await deps.look(until);
      situation = seen ?? situation;
      const now = clock.monotonicMs();
      emptySince = seen !== undefined && isEmpty(seen) ? (emptySince ?? now) : undefined;
      const step = nextStep({ now, deadline, emptySince, verified });
      if (step !== "look") return step;
      await clock.sleep(Math.min(LOOK_EVERY_MS, deadline - now), until);
      if (until.aborted) return "give-up";
    }
  }

  const known = verdictAfter(first.comparison.counts, "empty");
  if (known !== undefined) {
    over.abort();
    return waited(known);
  }
  try {
    for (;;) {
      if ((await shown(label, untilStep())) === "give-up") return waited(signal.aborted ? "interrupted" : "timeout");
      const at = clock.monotonicMs();
      const next = await deps.verify(until);
      run.release();
      run = next;
      verifies++;
      verified = { begun: at, ended: clock.monotonicMs() };
      const queue = emptySince === undefined ? "busy" : at >= emptySince + QUIET_MS ? "quiet" : "empty";
      const verdict = verdictAfter(run.comparison.counts, queue);
      if (verdict !== undefined) return waited(verdict);
    }
  } catch (error) {
    if (!until.aborted) throw error;
    return waited(signal.aborted ? "interrupted" : "timeout");
  } finally {
    over.abort();
  }
}

function isEmpty({ queue: { visible, inFlight, delayed } }: Situation): boolean {
  return visible + inFlight + delayed === 0;
}
