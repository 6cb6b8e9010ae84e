/** A scenario drawn from a seed alone: for long searches, and to replay them. */
import { MIB } from "../../core/parts";
import { MULTIPART_THRESHOLD } from "./config";
import { stretch, type NemesisSettings, type Trouble, type TroubleKind } from "./nemesis";
import type { Random } from "./random";
import { seeded } from "./random";
import type { Interrupt, Scenario, SourceAction, Trigger, WorkStep } from "./scenario";
import { MINUTE, SECOND } from "./time";

export const PHASES = ["sent", "started", "landed", "answered"] as const;

/** Calls worth waiting for with a change of the source. */
export const WATCHED_OPERATIONS = [
  "HeadObject(source)",
  "HeadObject(destination)",
  "CopyObject",
  "DeleteObject",
  "CreateMultipartUpload",
  "UploadPartCopy",
  "CompleteMultipartUpload",
  "DeleteMessage",
] as const;

/** Calls worth being interrupted in. */
export const INTERRUPTED_OPERATIONS = [
  ...WATCHED_OPERATIONS,
  "UploadPartCopy",
  "UploadPartCopy",
  "UploadPartCopy",
  "AbortMultipartUpload",
  "SendMessage",
  "ReceiveMessage",
] as const;

/** Nothing, one byte's worth, more than a byte range needs, several parts. */
export const SIZES = [0, 1_000, 6 * MIB, 12 * MIB, 21 * MIB] as const;

const TROUBLES: readonly TroubleKind[] = [
  "source-missing",
  "source-denied",
  "destination-denied",
  "throttled",
  "unavailable",
  "queue-down",
];

export function randomScenario(seed: number): Scenario {
  const random = seeded(seed).stream("scenario");
  const keyCount = random.pick([1, 1, 1, 2, 2, 3]);
  const calmAtMs = random.int(10, 50) * MINUTE;
  const maxWorkers = random.int(1, 3);
  const usual = random.pick(SIZES);
  return {
    seed,
    versioned: random.chance(0.3),
    eventShape: random.chance(0.8) ? "s3" : "eventbridge",
    keyCount,
    refusesLastKey: keyCount > 1 && random.chance(0.1),
    knowsCrc64: random.chance(0.5),
    visibilitySeconds: random.pick([60, 120, 120, 120, 900]),
    maxReceiveCount: random.pick([3, 5, 10]),
    copyConcurrency: random.pick([1, 2, 4, 16]),
    maxWorkers,
    firstWorkers: random.int(1, maxWorkers),
    steps: [...firstPuts(random, keyCount, usual), ...laterSteps(random, keyCount, usual)],
    interrupts: random.chance(0.7) ? many(random, 1, 5, () => interrupt(random)) : [],
    nemesis: nemesis(random, calmAtMs),
    partSizeChanges: random.chance(0.3),
    staleDeletePower: random.pick([0, 0.5, 1]),
    duplicateDelivery: 0,
  };
}

/** Most keys exist before anything else happens. */
function firstPuts(random: Random, keyCount: number, usual: number): WorkStep[] {
  const keys = Array.from({ length: keyCount }, (_, key) => key).filter(() => random.chance(0.8));
  return keys.map((key) => ({
    ...workStep(random, keyCount, usual),
    key,
    action: put(random, usual),
    when: { kind: "after", ms: random.int(1, 3_000) },
  }));
}

/** Single changes, and bursts of them. */
function laterSteps(random: Random, keyCount: number, usual: number): WorkStep[] {
  const some = (): WorkStep[] => {
    const die = random.next();
    if (die < 0.15) return thereAndBack(random, keyCount, usual);
    return die < 0.4 ? burst(random, keyCount, usual) : [workStep(random, keyCount, usual)];
  };
  return many(random, 0, 5, some).flat();
}

/** Several changes of one key in the middle of calls about it. */
function burst(random: Random, keyCount: number, usual: number): WorkStep[] {
  const key = random.int(0, keyCount - 1);
  const operation = random.pick(WATCHED_OPERATIONS);
  return many(random, 1, 3, () => ({
    key,
    action: random.chance(0.4) ? ({ kind: "put-again", back: 1 } as const) : action(random, usual),
    when: { kind: "call", operation, phase: random.pick(PHASES), orAfterMs: stretch(random, 10, MINUTE) } as const,
    eventDelaysMs: [stretch(random, 1, random.chance(0.7) ? 20 : MINUTE)],
  }));
}

/** Changed while it is copied and changed back within the second: before and after look the same. */
function thereAndBack(random: Random, keyCount: number, usual: number): WorkStep[] {
  const key = random.int(0, keyCount - 1);
  const operation = usual > MULTIPART_THRESHOLD ? "UploadPartCopy" : "CopyObject";
  const during = (phase: "sent" | "started"): Trigger => ({ kind: "call", operation, phase, orAfterMs: 500 });
  const eventDelaysMs = [stretch(random, 1, random.chance(0.7) ? 5 : MINUTE)];
  const first = { kind: "put", size: usual, multipart: false, checksummed: false } as const;
  return [
    { key, action: first, when: { kind: "after", ms: random.int(1, 30_000) }, eventDelaysMs },
    { key, action: first, when: during("sent"), eventDelaysMs },
    { key, action: { kind: "put-again", back: 1 }, when: during("started"), eventDelaysMs },
  ];
}

/** Versions of one object often have the same size: only then could parts of two of them be joined unnoticed. */
function put(random: Random, usual: number): SourceAction {
  const size = random.chance(0.6) ? usual : random.pick(SIZES);
  return { kind: "put", size, multipart: random.chance(0.2), checksummed: random.chance(0.3) };
}

function workStep(random: Random, keyCount: number, usual: number): WorkStep {
  return {
    key: random.int(0, keyCount - 1),
    action: action(random, usual),
    when: trigger(random),
    eventDelaysMs: many(random, 1, random.chance(0.3) ? 3 : 1, () => stretch(random, 1, 5 * MINUTE)),
  };
}

function action(random: Random, usual: number): SourceAction {
  const die = random.next();
  if (die < 0.5) return put(random, usual);
  if (die < 0.6) return { kind: "put-again", back: random.int(0, 2) };
  if (die < 0.72) return { kind: "describe", crowded: random.chance(0.2) };
  if (die < 0.92) return { kind: "delete" };
  return random.chance(0.5) ? { kind: "delete-old-version" } : { kind: "backfill" };
}

function trigger(random: Random): Trigger {
  if (random.chance(0.4)) return { kind: "after", ms: stretch(random, 1, 3 * MINUTE) };
  return {
    kind: "call",
    operation: random.pick(WATCHED_OPERATIONS),
    phase: random.pick(PHASES),
    orAfterMs: stretch(random, SECOND, 5 * MINUTE),
  };
}

function interrupt(random: Random): Interrupt {
  const kind = random.pick(["kill", "kill", "term", "term", "term", "freeze"] as const);
  return {
    worker: random.pick([0, 0, 0, 1, 1, 1, 2, 2, 3, 4]),
    ...(random.chance(0.4)
      ? { operation: "", call: stretch(random, 1, 80) }
      : { operation: random.pick(INTERRUPTED_OPERATIONS), call: stretch(random, 1, 4) }),
    phase: random.pick(PHASES),
    kind,
    seconds: stretch(random, 5, 600),
  };
}

function nemesis(random: Random, calmAtMs: number): NemesisSettings {
  const level = random.pick([0, 0.02, 0.1, 0.3]);
  const share = (): number => (random.chance(0.3) ? 0 : level * (0.5 + random.next()));
  const troubles = random.chance(0.25) ? [trouble(random)] : [];
  return { refuse: share(), lose: share(), slow: share(), entries: share(), troubles, calmAtMs };
}

function trouble(random: Random): Trouble {
  const fromMs = stretch(random, SECOND, 5 * MINUTE);
  return { kind: random.pick(TROUBLES), fromMs, untilMs: fromMs + stretch(random, 10 * SECOND, 30 * MINUTE) };
}

function many<T>(random: Random, min: number, max: number, make: () => T): T[] {
  return Array.from({ length: random.int(min, max) }, make);
}
