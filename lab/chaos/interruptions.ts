/**
 * `--interruptions`: what it costs to interrupt a worker in the middle of a large object, with and without warning: how many bytes the
 * next worker copies that had been copied already.
 */
import { MIB } from "../../core/parts";
import { sleep } from "../demo/wait";
import { seeded } from "../sim/random";
import { startStack, type Stack, type StackSettings } from "../stack/stack";
import type { Terminal } from "../program/terminal";

const PARTS = 800;
const PART_BYTES = 8 * MIB;
const ROUNDS = 4;
const SEED = 1;

/** Slow enough that a worker's drain budget does not suffice for the rest of the object. */
const REQUEST_MS = 200;
const SETTINGS = {
  ...{ copyConcurrency: 16, partSize: PART_BYTES, multipartThreshold: 16 * MIB },
  ...{ visibilityTimeoutSeconds: 15, longPollSeconds: 1, emptyPollsBeforeExit: 2, drainSeconds: 5 },
} as const satisfies StackSettings;

const WAYS = {
  "SIGTERM, as Spot sends it": (stack: Stack, task: string) => stack.cloud.ecs.interruptSpot(task),
  "kill -9": (stack: Stack, task: string) => stack.cloud.ecs.kill(task),
} as const;

interface Interruption {
  readonly way: string;
  /** Completed when the worker was gone. */
  readonly partsBefore: number;
  /** Copied once more, those in flight when it was killed included. */
  readonly partsAgain: number;
  readonly equal: boolean;
}

/** Resolves to the exit code: 0 when every object became equal, and a warning cost nothing. */
export async function measureInterruptions(terminal: Terminal): Promise<number> {
  const random = seeded(SEED).stream("interruptions");
  const results: Interruption[] = [];
  terminal.lines([`${ROUNDS} interruptions each, of a copy in ${PARTS} parts of ${PART_BYTES / MIB} MiB`, ""]);
  terminal.lines(["| interrupted by | parts done before | parts copied twice | MiB copied twice | equal |"]);
  terminal.lines(["| --- | --- | --- | --- | --- |"]);
  for (const way of Object.keys(WAYS) as (keyof typeof WAYS)[]) {
    for (let round = 0; round < ROUNDS; round++) {
      terminal.progress(`${way}: ${round + 1} of ${ROUNDS}`);
      results.push(await interrupt(way, random.int(50, PARTS / 4), terminal.signal));
    }
    terminal.progress("");
    terminal.lines([lineOf(way, results)]);
  }
  terminal.document({ interruptions: results });
  return results.every(({ way, partsAgain, equal }) => equal && (way === "kill -9" || partsAgain === 0)) ? 0 : 1;
}

async function interrupt(way: keyof typeof WAYS, afterParts: number, signal: AbortSignal): Promise<Interruption> {
  const stack = await startStack({ settings: SETTINGS, scheduled: false, cloud: { keepRequests: 20 * PARTS } });
  const { cloud, source, destination, queue } = stack;
  const parts = (): number => cloud.log.entries({ operation: "UploadPartCopy", status: 200 }).length;
  try {
    queue.purge();
    cloud.s3.setLatency({ perRequestMs: REQUEST_MS });
    await cloud.s3.put(source, "large", { phantomBytes: PARTS * PART_BYTES });
    const task = await stack.runWorker();
    while (parts() < afterParts) await sleep(10, signal);
    WAYS[way](stack, task);
    await cloud.ecs.stopped(task);
    const partsBefore = parts();
    cloud.s3.setLatency({ perRequestMs: 0 });
    // The next one leaves when it finds nothing, as long as the dead one's message is hidden.
    while (cloud.s3.head(destination, "large") === undefined) await cloud.ecs.stopped(await stack.runWorker());
    const [there, here] = [cloud.s3.head(source, "large"), cloud.s3.head(destination, "large")];
    const equal = there?.size === here?.size && queue.depth().inFlight + queue.depth().visible === 0;
    return { way, partsBefore, partsAgain: parts() - PARTS, equal };
  } finally {
    await stack.close();
  }
}

function lineOf(way: string, results: readonly Interruption[]): string {
  const own = results.filter((result) => result.way === way);
  const sum = (of: (one: Interruption) => number): number => own.reduce((total, one) => total + of(one), 0);
  const again = sum(({ partsAgain }) => partsAgain);
  const equal = own.every((one) => one.equal) ? "yes" : "NO";
  return `| ${way} | ${sum(({ partsBefore }) => partsBefore)} | ${again} | ${(again * PART_BYTES) / MIB} | ${equal} |`;
}
