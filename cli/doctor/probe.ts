/**
 * A probe: a small object goes the whole way, and each leg is timed. Written at the source, copied to the destination, deleted at
 * the source, gone at the destination. What was written is taken away again, whatever happens.
 */
import type { ProbeObject } from "../../aws/operator/probe-object";
import { isSyncError } from "../../core/errors";
import { fingerprintOf, FINGERPRINT_KEY, type Digest } from "../../core/fingerprint";
import type { Clock, DestinationBucket, SourceBucket } from "../../core/ports";
import type { QueueDepth } from "../../core/scale";

export interface ProbeDeps {
  readonly clock: Clock;
  readonly source: Pick<SourceBucket, "name" | "head">;
  readonly destination: Pick<DestinationBucket, "head" | "deleteObject">;
  readonly object: ProbeObject;
  readonly digest: Digest;
  readonly depth: (signal: AbortSignal) => Promise<QueueDepth>;
  /** Runs the starter now; undefined: its schedule has to do it. */
  readonly trigger: ((signal: AbortSignal) => Promise<unknown>) | undefined;
  /** Milliseconds for each of the two legs that the system has to do. */
  readonly timeoutMs: number;
  /** Told what could not be taken away. */
  readonly leftBehind: (text: string) => void;
}

export type LegName = "written" | "copied" | "deleted" | "gone";

export interface Leg {
  readonly leg: LegName;
  readonly seconds: number;
}

export interface ProbeResult {
  readonly key: string;
  readonly legs: readonly Leg[];
  /** The leg that did not end in time, and what the queue looked like then. */
  readonly failed?: { readonly leg: LegName; readonly why: string; readonly advice: string };
}

/** What there is to take away. */
type Phase = "nothing" | "written" | "deleted";

const LOOK_EVERY_MS = 1_000;
/** The event may not be in the queue yet when the starter looks first. */
export const TRIGGER_EVERY_MS = 10_000;
const CLEAN_UP_MS = 30_000;

/** @throws Error when there is an object of that name already, or the source cannot be written; what `signal` reports once it aborts */
export async function probe(deps: ProbeDeps, key: string, signal: AbortSignal): Promise<ProbeResult> {
  const { clock, source, destination, object } = deps;
  await expectUnused(key, {
    source: () => source.head(key, signal),
    destination: () => destination.head(key, signal),
  });
  const legs: Leg[] = [];
  const versions: string[] = [];
  const timed = async <T>(leg: LegName, work: () => Promise<T>): Promise<T> => {
    const startedAt = clock.monotonicMs();
    const result = await work();
    legs.push({ leg, seconds: Math.round(clock.monotonicMs() - startedAt) / 1000 });
    return result;
  };
  const note = (versionId: string | undefined): void => {
    if (versionId !== undefined) versions.push(versionId);
  };
  let phase: Phase = "nothing";
  try {
    const write = (): Promise<string | undefined> => object.put("probe of s3-express-sync\n", signal);
    phase = "written";
    note(
      await timed("written", write).catch((error: unknown) => {
        if (isSyncError(error) && error.effect === "none") phase = "nothing";
        throw error;
      }),
    );
    const state = await source.head(key, signal);
    if (state.kind === "absent") throw new Error(`The probe ${JSON.stringify(key)} was deleted by somebody else.`);
    const expected = fingerprintOf(state, { bucket: source.name, key }, deps.digest);
    const isCopied = async (): Promise<boolean> => {
      const replica = await destination.head(key, signal);
      return replica.kind === "object" && replica.metadata[FINGERPRINT_KEY] === expected;
    };
    const copied = await waited(deps, legs, "copied", isCopied, signal);
    if (copied !== undefined) return { key, legs, failed: copied };
    note(await timed("deleted", () => object.remove(signal)));
    phase = "deleted";
    const isGone = async (): Promise<boolean> => (await destination.head(key, signal)).kind === "absent";
    const gone = await waited(deps, legs, "gone", isGone, signal);
    return gone === undefined ? { key, legs } : { key, legs, failed: gone };
  } finally {
    await cleanUp(deps, key, phase, versions);
  }
}

type Look = () => Promise<{ readonly kind: string }>;

/**
 * Whatever has this name is somebody's, and would be deleted in the probe's place.
 * @throws Error when there is an object of that name on one side
 */
export async function expectUnused(
  key: string,
  sides: { readonly source: Look; readonly destination: Look },
): Promise<void> {
  for (const where of ["source", "destination"] as const) {
    if ((await sides[where]()).kind === "absent") continue;
    throw new Error(`There is an object ${JSON.stringify(key)} at the ${where} already: give another --probe-name.`);
  }
}

/** Undefined once it holds. */
async function waited(
  deps: ProbeDeps,
  legs: Leg[],
  leg: LegName,
  holds: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<ProbeResult["failed"]> {
  const { clock, timeoutMs, trigger } = deps;
  const startedAt = clock.monotonicMs();
  let triggeredAt = -Infinity;
  for (;;) {
    if (await holds()) break;
    const now = clock.monotonicMs();
    if (now - startedAt >= timeoutMs) {
      const why = `not ${leg} within ${timeoutMs / 1000} s`;
      return { leg, why, advice: diagnose(await deps.depth(signal)) };
    }
    if (trigger !== undefined && now - triggeredAt >= TRIGGER_EVERY_MS) {
      triggeredAt = now;
      await trigger(signal);
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
    signal.throwIfAborted();
  }
  legs.push({ leg, seconds: Math.round(clock.monotonicMs() - startedAt) / 1000 });
  return undefined;
}

/** Where it is stuck, by what the queue holds. */
export function diagnose({ visible, inFlight, delayed }: QueueDepth): string {
  if (inFlight > 0 || delayed > 0) {
    return "A worker holds messages: `explain KEY` and `logs worker --errors` tell what it is at; the first copy waits for others in a backlog.";
  }
  if (visible > 0) {
    return "The event waits in the queue and nobody takes it: `trigger` and `status` tell why no worker starts (quota, subnets, image, pause).";
  }
  return "The queue is empty: the event did not arrive (see notification and queue-policy above), or its message is among the dead letters: `dlq list`.";
}

/** The events of this bring the destination in order; where they are what fails, the replica is deleted here. Never rejects. */
async function cleanUp(deps: ProbeDeps, key: string, phase: Phase, versions: readonly string[]): Promise<void> {
  const { object, destination } = deps;
  const signal = AbortSignal.timeout(CLEAN_UP_MS);
  const quietly = async <T>(where: string, work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      deps.leftBehind(`${JSON.stringify(key)} could not be deleted at the ${where}, do it by hand: ${why}`);
      return undefined;
    }
  };
  if (phase === "nothing") return;
  const marker = phase === "written" ? await quietly("source", object.remove(signal)) : undefined;
  await quietly("destination", destination.deleteObject(key, signal));
  for (const version of marker === undefined ? versions : [...versions, marker]) {
    await quietly(`source (version ${version})`, object.removeVersion(version, signal));
  }
}
