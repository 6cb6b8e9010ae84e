/** One seed of the process mode: the built worker and starter on a local cloud of their own, under fire, then at rest. */
import { keysBody } from "../../sim/bodies";
import { History } from "../../sim/history";
import { seeded } from "../../sim/random";
import { makeJumpingClock } from "../../stack/jumping-clock";
import { type Stack, startStack, type StackSettings } from "../../stack/stack";
import { liveChildren } from "../../../local/process/children";
import { MIB } from "../../../core/parts";
import { makeAuthor } from "./author";
import { makeNemesis, type Nemesis } from "./nemesis";
import { SourceRecord } from "./record";
import { comeToRest } from "./rest";
import { makeStory, UNSYNCABLE } from "./story";
import { makeTroubles, type Weather, weatherOf } from "./troubles";
import { differences, judgeDeadLetters, judgeUploads } from "./verdict";
import { verifyAndRepair } from "./verify";
import { watchVitals } from "./vitals";
import { makeWitness, type Problem, type Witness } from "./witness";

export interface ProcessSeedResult {
  readonly seed: number;
  readonly weather: Weather;
  readonly problems: readonly Problem[];
  /** History of the first problem's key; empty when there is no problem. */
  readonly history: string;
  readonly changes: number;
  readonly requests: number;
  /** By kind. */
  readonly faults: Readonly<Record<string, number>>;
  readonly workers: number;
  readonly acknowledged: number;
  readonly samples: number;
  readonly deadLetters: number;
  readonly uploadsLeft: number;
  /** Keys that were unequal at the first rest, where that is allowed: the residual, or a purged queue. */
  readonly healed: number;
  readonly peakMemoryMiB: number;
  readonly peakDescriptors: number;
  readonly faultSeconds: number;
  readonly restSeconds: number;
}

export interface ProcessRunOptions {
  readonly seed: number;
  readonly minutes: number;
  /** What the workers speak to S3 and SQS with; the product's default without it. */
  readonly transport?: "lean" | "sdk";
  readonly signal: AbortSignal;
  /** Another worker than the product's. */
  readonly workerBundle?: string;
}

/** Scaled down, so that a minute holds several lives of a worker. */
const SETTINGS = {
  visibilityTimeoutSeconds: 15,
  maxReceiveCount: 5,
  longPollSeconds: 1,
  emptyPollsBeforeExit: 2,
  copyConcurrency: 64,
  partSize: 5 * MIB,
  multipartThreshold: 8 * MIB,
  drainSeconds: 8,
  breakerBudgetSeconds: 20,
  maxWorkers: 3,
  messagesPerWorker: 20,
  pollIntervalSeconds: 2,
} as const satisfies StackSettings;

/** What a worker may use with these settings; more means that something grows. */
const MAX_MEMORY_MIB = 400;
const MAX_DESCRIPTORS = 3 * SETTINGS.copyConcurrency + 100;

export async function runProcessSeed(options: ProcessRunOptions): Promise<ProcessSeedResult> {
  const { seed, minutes, transport, signal, workerBundle } = options;
  const random = seeded(seed).stream("process");
  const weather = weatherOf(random.stream("weather"));
  const clock = makeJumpingClock();
  const stack = await startStack({
    cloud: { seed, clock, keepRequests: 500_000, ecs: { startDelayMs: 200, listingLagMs: 500 } },
    settings: { ...SETTINGS, ...(transport === undefined ? {} : { transport }) },
    versioned: random.stream("versioned").chance(0.5),
    ...(workerBundle === undefined ? {} : { workerBundle }),
  });
  let result: ProcessSeedResult;
  try {
    result = await act({ stack, clock, seed, weather, random, durationMs: minutes * 60_000, signal });
  } finally {
    await stack.close();
  }
  const orphans = liveChildren();
  if (orphans === 0) return result;
  const problem = { promise: "no orphan process", key: undefined, text: `${orphans} processes are left` };
  return { ...result, problems: [...result.problems, problem] };
}

interface Stage {
  readonly stack: Stack;
  readonly clock: ReturnType<typeof makeJumpingClock>;
  readonly seed: number;
  readonly weather: Weather;
  readonly random: ReturnType<typeof seeded>;
  readonly durationMs: number;
  readonly signal: AbortSignal;
}

async function act(stage: Stage): Promise<ProcessSeedResult> {
  const { stack, clock, seed, weather, random, durationMs, signal } = stage;
  const { cloud, queue } = stack;
  const began = Date.now();
  const history = new History(() => Date.now() - began);
  const record = new SourceRecord();
  // S3's test event is of no interest here.
  queue.purge();
  const witness = makeWitness(stack, record, history, SETTINGS.maxWorkers);
  const vitals = watchVitals(stack);
  const author = makeAuthor(stack, record, history, signal);
  const nemesis = makeNemesis({
    stack,
    clock,
    history,
    random: random.stream("nemesis"),
    weather,
    visibilitySeconds: SETTINGS.visibilityTimeoutSeconds,
    signal,
  });
  try {
    await Promise.all([
      author.play(makeStory(random.stream("story"), durationMs)),
      nemesis.play(makeTroubles(random.stream("troubles"), durationMs, weather)),
    ]);
    const faultSeconds = (Date.now() - began) / 1000;
    // What is broken already needs no rest to be seen.
    const found = witness.problems.length === 0 ? await judgeAtRest({ ...stage, witness, record, nemesis }) : NOTHING;
    judgeVitals(witness, vitals);
    return {
      seed,
      weather,
      problems: witness.problems,
      history: historyOf(history, witness),
      changes: author.changes,
      requests: cloud.log.counters().reduce((sum, { requests }) => sum + requests, 0),
      faults: Object.fromEntries(nemesis.injected),
      workers: cloud.ecs.tasks().length,
      acknowledged: witness.acknowledged,
      samples: witness.samples,
      ...found,
      peakMemoryMiB: vitals.peakMemoryMiB,
      peakDescriptors: vitals.peakDescriptors,
      faultSeconds,
      restSeconds: (Date.now() - began) / 1000 - faultSeconds,
    };
  } finally {
    vitals.close();
    await witness.close();
  }
}

interface AtRest {
  readonly deadLetters: number;
  readonly uploadsLeft: number;
  readonly healed: number;
}

const NOTHING: AtRest = { deadLetters: 0, uploadsLeft: 0, healed: 0 };

async function judgeAtRest(
  stage: Stage & { readonly witness: Witness; readonly record: SourceRecord; readonly nemesis: Nemesis },
): Promise<AtRest> {
  const { stack, weather, witness, record, nemesis } = stage;
  await rest(stage, witness);
  const dead = judgeDeadLetters(stack, witness);
  const unequal = await differences(stack, record);
  const mayHeal = (key: string): boolean => dead.has(key) || nemesis.purged || weather === "residual";
  blameAll(witness, "both sides equal at rest, or the key in the dead-letter queue", unequal, mayHeal);
  if (witness.problems.length === 0) {
    // Nothing is in its way any more; what was purged, given up or is the residual has to be found by the product itself.
    await heal(stack, witness, unequal);
    await rest(stage, witness);
    const left = await differences(stack, record);
    blameAll(witness, "both sides equal once verify has repaired", left, isUnsyncable);
    if (!nemesis.purged) judgeUnsyncable(witness, record, judgeDeadLetters(stack, witness));
  }
  const deaths = ["kill", "blackout", "interrupt", "stop"].some((kind) => nemesis.injected.has(kind));
  return {
    deadLetters: dead.size,
    uploadsLeft: judgeUploads(stack, witness, deaths),
    healed: [...unequal.keys()].filter((key) => !isUnsyncable(key)).length,
  };
}

async function heal(stack: Stack, witness: Witness, unequal: ReadonlyMap<string, string>): Promise<void> {
  const found = await verifyAndRepair(stack);
  for (const [key, text] of unequal) {
    // Written after a jump of the cloud's clock, which the command line's does not follow: what it will find in a while.
    if (found.get(key) === "in-motion") stack.queue.send(keysBody([key], 0));
    if (!found.has(key)) witness.blame("verify --deep finds what differs", key, text);
  }
}

async function rest({ stack, clock, signal }: Stage, witness: Witness): Promise<void> {
  const waitsFor = await comeToRest({ stack, clock, signal });
  if (waitsFor !== undefined) witness.blame("comes to rest", undefined, waitsFor);
  await witness.sweep();
}

function blameAll(
  witness: Witness,
  promise: string,
  unequal: ReadonlyMap<string, string>,
  excused: (key: string) => boolean,
): void {
  for (const [key, text] of unequal) if (!excused(key)) witness.blame(promise, key, text);
}

function isUnsyncable(key: string): boolean {
  return key.startsWith(UNSYNCABLE);
}

function judgeUnsyncable(witness: Witness, record: SourceRecord, dead: ReadonlySet<string>): void {
  for (const key of record.keys()) {
    if (isUnsyncable(key) && !dead.has(key)) {
      witness.blame("what cannot be synced is in the dead-letter queue", key, "it is not");
    }
  }
}

function judgeVitals(
  witness: Witness,
  { peakMemoryMiB, peakDescriptors }: { peakMemoryMiB: number; peakDescriptors: number },
): void {
  if (peakMemoryMiB > MAX_MEMORY_MIB) witness.blame("memory stays bounded", undefined, `${peakMemoryMiB} MiB`);
  if (peakDescriptors > MAX_DESCRIPTORS)
    witness.blame("sockets stay bounded", undefined, `${peakDescriptors} descriptors`);
}

function historyOf(history: History, { problems }: Witness): string {
  const [first] = problems;
  return first === undefined ? "" : history.format(first.key);
}
