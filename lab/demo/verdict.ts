/** The numbers of a demo, and the verdict: whether everything was as promised. Pure. */
import type { Difference } from "./compare";
import type { FinalTally } from "./observer";
import { plural } from "./timeline";

/** One worker's life; times in milliseconds. Undefined: it has not come to that. The n-th of them is worker n. */
export interface WorkerFacts {
  readonly startedAt: number | undefined;
  readonly stoppedAt: number | undefined;
  readonly exitCode: number | undefined;
  /** Somebody told it to stop: it did not leave of its own accord. */
  readonly isToldToStop: boolean;
  /** The one that the demo interrupts. */
  readonly isProvoked: boolean;
}

export interface Facts {
  readonly seed: number;
  readonly seconds: number;
  readonly objects: number;
  readonly bytes: number;
  readonly differences: readonly Difference[];
  readonly finals: readonly FinalTally[];
  readonly workers: readonly WorkerFacts[];
  /** Workers that were there before the first event. */
  readonly workersBefore: number;
  /** RunTask calls of others than the starter. */
  readonly foreignLaunches: number;
  readonly requests: { readonly head: number; readonly copy: number; readonly part: number; readonly delete: number };
  /** Events that S3 delivered twice, and that it delivered after a later one. */
  readonly delivery: { readonly duplicated: number; readonly overtaken: number };
  readonly multipart: {
    readonly parts: number;
    readonly partBytes: number;
    /** Parts S3 copied or may have copied, over all workers. */
    readonly copied: number;
    /** Part copies that S3 refused: the provoked ones. */
    readonly refused: number;
    readonly uploads: number;
  };
  readonly left: {
    readonly messages: number;
    readonly deadLetters: number;
    readonly uploads: number;
    /** What is still on this machine after the end, in words. */
    readonly behind: readonly string[];
  };
}

export interface Numbers {
  readonly objects: number;
  readonly bytes: number;
  readonly events: number;
  readonly duplicated: number;
  readonly overtaken: number;
  readonly coalesced: number;
  readonly copies: number;
  readonly deletes: number;
  readonly restarts: number;
  readonly handoffs: number;
  readonly partsReused: number;
  readonly partsCopied: number;
  readonly partsRefused: number;
  readonly recopiedBytes: number;
  readonly workers: number;
  readonly mostWorkers: number;
  /** Workers that had not left when the demo was over. */
  readonly workersNow: number;
  /** Workers that left by themselves, after their empty polls. */
  readonly leftIdle: number;
  /** Workers that were told to stop: the provoked interruption. */
  readonly toldToStop: number;
  readonly requests: Facts["requests"];
  readonly seconds: number;
}

export interface DemoResult {
  readonly verdict: "equal" | "different";
  readonly seed: number;
  readonly numbers: Numbers;
  readonly differences: readonly Difference[];
  /** What else is not as promised, in words. */
  readonly problems: readonly string[];
}

export function summarise(facts: Facts): DemoResult {
  const numbers = numbersOf(facts);
  const problems = problemsOf(facts, numbers);
  const isEqual = facts.differences.length === 0 && problems.length === 0;
  const verdict = isEqual ? "equal" : "different";
  return { verdict, seed: facts.seed, numbers, differences: facts.differences, problems };
}

function numbersOf(facts: Facts): Numbers {
  const sum = (name: string): number => facts.finals.reduce((total, { totals }) => total + (totals[name] ?? 0), 0);
  return {
    objects: facts.objects,
    bytes: facts.bytes,
    events: sum("events"),
    duplicated: facts.delivery.duplicated,
    overtaken: facts.delivery.overtaken,
    coalesced: sum("coalesced"),
    copies: sum("copies"),
    deletes: sum("deletes"),
    restarts: sum("restarts"),
    handoffs: sum("handoffs"),
    partsReused: sum("partsReused"),
    partsCopied: facts.multipart.copied,
    partsRefused: facts.multipart.refused,
    recopiedBytes: recopiedParts(facts) * facts.multipart.partBytes,
    workers: facts.workers.length,
    mostWorkers: mostAtOnce(facts.workers),
    workersNow: facts.workers.filter(({ stoppedAt }) => stoppedAt === undefined).length,
    leftIdle: facts.workers.filter((worker, index) => endOf(facts, worker, index) === "idle").length,
    toldToStop: facts.workers.filter(({ isToldToStop }) => isToldToStop).length,
    requests: facts.requests,
    seconds: Math.round(facts.seconds * 10) / 10,
  };
}

/** How many ran at the same time, at most. */
export function mostAtOnce(workers: readonly WorkerFacts[]): number {
  const ran = workers.flatMap(({ startedAt, stoppedAt = Infinity }) =>
    startedAt === undefined ? [] : [{ startedAt, stoppedAt }],
  );
  const atStartOf = ran.map(
    ({ startedAt: at }) => ran.filter(({ startedAt, stoppedAt }) => startedAt <= at && at < stoppedAt).length,
  );
  return Math.max(0, ...atStartOf);
}

/** The object has each of its parts from some copy, so every copy beyond their number copied a part again. */
function recopiedParts({ multipart }: Facts): number {
  return Math.max(0, multipart.copied - multipart.parts);
}

/** How a worker's life ended. "idle": its polls were empty, and nobody had told it to stop. */
function endOf({ finals }: Facts, worker: WorkerFacts, index: number): "idle" | "told" | "other" | "unknown" {
  if (worker.isToldToStop) return "told";
  const reason = finals.find((final) => final.worker === index + 1)?.reason;
  if (reason === undefined) return "unknown";
  return reason === "idle" ? "idle" : "other";
}

function problemsOf(facts: Facts, numbers: Numbers): readonly string[] {
  const { left, multipart, workers, workersBefore, foreignLaunches } = facts;
  const ends = workers.map((worker, index) => ({ ...worker, end: endOf(facts, worker, index) }));
  const count = (holds: (worker: (typeof ends)[number]) => boolean): number => ends.filter(holds).length;
  const bad = count(({ stoppedAt, exitCode }) => stoppedAt !== undefined && exitCode !== 0);
  const provoked = count(({ isProvoked, end }) => isProvoked && end === "told");
  const unprovoked = count(({ isProvoked, end }) => !isProvoked && (end === "told" || end === "other"));
  const missing = workers.length - facts.finals.length;
  const checks: readonly (readonly [boolean, string])[] = [
    [left.messages > 0, `${plural(left.messages, "message")} left in the queue`],
    [left.deadLetters > 0, plural(left.deadLetters, "dead letter")],
    [left.uploads > 0, `${plural(left.uploads, "multipart upload")} left open`],
    [workersBefore > 0, `${plural(workersBefore, "worker")} there before the first event`],
    [foreignLaunches > 0, `${plural(foreignLaunches, "launch", "launches")} not by the starter`],
    [numbers.duplicated === 0, "no event was delivered twice"],
    [numbers.overtaken === 0, "no event was overtaken by a later one"],
    [numbers.mostWorkers < 2, "there were never several workers at once"],
    [numbers.workersNow > 0, `${plural(numbers.workersNow, "worker")} still there at the end`],
    [bad > 0, `${plural(bad, "worker")} did not exit with code 0`],
    [missing > 0, `${plural(missing, "worker")} left without a last line`],
    [unprovoked > 0, `${plural(unprovoked, "worker")} did not leave by empty polls`],
    [provoked !== 1, `${plural(provoked, "worker")} interrupted in the middle of the multipart copy instead of 1`],
    [multipart.uploads !== 1, `${multipart.uploads} uploads were begun for the multipart object instead of 1`],
    [recopiedParts(facts) > 0, `${plural(recopiedParts(facts), "part")} copied twice`],
    [numbers.partsReused === 0, "no part was reused after the interruption"],
    ...left.behind.map((what) => [true, `left behind: ${what}`] as const),
  ];
  return checks.filter(([isProblem]) => isProblem).map(([, text]) => text);
}
