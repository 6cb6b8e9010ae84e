/** The numbers at the end, and the verdict. Pure. */
import type { Difference } from "./compare";
import type { FinalTally } from "./observer";
import { plural } from "./timeline";

/** One worker's life; times in milliseconds. Undefined: it has not come to that. */
export interface WorkerFacts {
  readonly startedAt: number | undefined;
  readonly stoppedAt: number | undefined;
  readonly exitCode: number | undefined;
}

export interface Facts {
  readonly seed: number;
  readonly seconds: number;
  readonly objects: number;
  readonly bytes: number;
  readonly differences: readonly Difference[];
  readonly finals: readonly FinalTally[];
  readonly workers: readonly WorkerFacts[];
  readonly requests: { readonly head: number; readonly copy: number; readonly part: number; readonly delete: number };
  readonly multipart: {
    readonly parts: number;
    readonly partBytes: number;
    /** Parts S3 copied, over all workers. */
    readonly copied: number;
    /** Part copies that S3 refused: the provoked ones. */
    readonly refused: number;
    readonly uploads: number;
  };
  readonly left: { readonly messages: number; readonly deadLetters: number; readonly uploads: number };
}

export interface Numbers {
  readonly objects: number;
  readonly bytes: number;
  readonly events: number;
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

function problemsOf(facts: Facts, numbers: Numbers): readonly string[] {
  const { left, multipart } = facts;
  const bad = facts.workers.filter(({ exitCode }) => exitCode !== 0).length;
  const missing = facts.workers.length - facts.finals.length;
  const checks: readonly (readonly [boolean, string])[] = [
    [left.messages > 0, `${plural(left.messages, "message")} left in the queue`],
    [left.deadLetters > 0, plural(left.deadLetters, "dead letter")],
    [left.uploads > 0, `${plural(left.uploads, "multipart upload")} left open`],
    [bad > 0, `${plural(bad, "worker")} did not exit with code 0`],
    [missing > 0, `${plural(missing, "worker")} left without a last line`],
    [numbers.mostWorkers < 2, "there were never several workers at once"],
    [multipart.uploads !== 1, `${multipart.uploads} uploads were begun for the multipart object instead of 1`],
    [recopiedParts(facts) > 0, `${plural(recopiedParts(facts), "part")} copied twice`],
    [numbers.partsReused === 0, "no part was reused after the interruption"],
  ];
  return checks.filter(([isProblem]) => isProblem).map(([, text]) => text);
}

export function summaryLines(result: DemoResult): readonly string[] {
  const { numbers } = result;
  const { head, copy, part, delete: deleted } = numbers.requests;
  const count = (value: number): string => value.toLocaleString("en");
  const rows: readonly (readonly [string, string])[] = [
    ["objects", `${count(numbers.objects)} at the source, ${mib(numbers.bytes)}`],
    ["events received", `${count(numbers.events)}, duplicates included`],
    ["saved by coalescing", plural(numbers.coalesced, "event")],
    [
      "copies made",
      `${count(numbers.copies)}, ${plural(numbers.restarts, "restart")} because the source changed meanwhile`,
    ],
    ["deletes", count(numbers.deletes)],
    ["hand-offs", count(numbers.handoffs)],
    [
      "parts copied",
      `${count(numbers.partsCopied)}, ${mib(numbers.recopiedBytes)} copied twice; ${plural(numbers.partsRefused, "request")} refused (provoked)`,
    ],
    ["parts reused", `${count(numbers.partsReused)}, after the interruption`],
    ["workers", `${count(numbers.workers)} started, at most ${count(numbers.mostWorkers)} at once, now 0`],
    [
      "requests of workers",
      `${count(head)} HEAD, ${count(copy)} copy, ${count(part)} part copy, ${count(deleted)} delete`,
    ],
    ["time", `${numbers.seconds.toFixed(1)} s`],
  ];
  return [
    ...rows.map(([name, value]) => `  ${name.padEnd(20)} ${value}`),
    "",
    ...differenceLines(result),
    verdictLine(result),
  ];
}

function differenceLines({ differences, problems }: DemoResult): readonly string[] {
  const lines = [
    ...differences.map(({ key, kind, detail }) => `  ${kind.padEnd(9)} ${JSON.stringify(key)}  ${detail}`),
    ...problems.map((problem) => `  problem   ${problem}`),
  ];
  return lines.length === 0 ? [] : [...lines, ""];
}

function verdictLine({ verdict, numbers, differences, problems }: DemoResult): string {
  if (verdict === "equal") {
    return `EQUAL: ${plural(numbers.objects, "object")}, every byte, header and metadata entry; queue, dead letters and open uploads: 0.`;
  }
  const keys = new Set(differences.map(({ key }) => key)).size;
  return `NOT EQUAL: ${plural(keys, "different key")}, ${plural(problems.length, "other problem")}.`;
}

export function mib(bytes: number): string {
  return `${(bytes / 1024 ** 2).toLocaleString("en", { maximumFractionDigits: 1 })} MiB`;
}
