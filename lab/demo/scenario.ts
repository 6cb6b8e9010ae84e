/** What happens at the source while the workers copy, as data: who writes what when. Pure; one seed is one scenario. */
import { GIB, MIB } from "../../core/parts";
import { seededRandom, type Random } from "../../local/http/random";
import { changed, makeObjects, multipartObject, ODD_KEYS, type DemoObject } from "./objects";

export type Change =
  | { readonly kind: "put"; readonly why: "new" | "overwrite" | "recreate"; readonly object: DemoObject }
  | { readonly kind: "delete"; readonly key: string }
  /** The object copied onto itself with other metadata and headers: the same bytes, the same ETag. */
  | {
      readonly kind: "retouch";
      readonly key: string;
      readonly metadata: Readonly<Record<string, string>>;
      readonly cacheControl: string;
    };

export interface Step {
  /** After the first object has been uploaded and the first worker was asked for. */
  readonly atMs: number;
  readonly change: Change;
}

/** An overwrite that comes in the middle of the worker's own copy of that key. */
export interface Race {
  readonly object: DemoObject;
  /** `before`: between the worker's HEAD and its copy. `after`: between its copy and its second HEAD. */
  readonly moment: "before" | "after";
}

export interface DemoSize {
  readonly objects: number;
  readonly largestBytes: number;
  /** Above the multipart threshold in force. */
  readonly multipartBytes: number;
  /** The changes at the source are spread over this time. */
  readonly spreadMs: number;
}

export interface Scenario {
  readonly multipart: DemoObject;
  readonly steps: readonly Step[];
  readonly races: readonly Race[];
}

/** What `npm run demo` does. The multipart object is above the default threshold of 256 MiB: three parts of up to 128 MiB. */
export const FULL_SIZE: DemoSize = {
  objects: 230,
  largestBytes: 64 * MIB,
  multipartBytes: GIB / 4 + 32 * MIB,
  spreadMs: 8000,
};

/** Shares of the objects. */
const OVERWRITTEN = 0.12;
const DELETED = 0.08;
const RECREATED = 0.06;
const RETOUCHED = 0.04;
/** This much of everything is there at once, as a queue finds it that nobody worked on yet. */
const BURST = 0.6;

export function makeScenario(seed: number, size: DemoSize): Scenario {
  const random = seededRandom(seed);
  const multipart = multipartObject(size.multipartBytes, random);
  const objects = makeObjects(size.objects, size.largestBytes, random);
  const born = objects.map((object, index) => ({ object, atMs: birth(index, objects.length, size.spreadMs) }));
  const chosen = shares(born.filter(({ object }) => !ODD_KEYS.includes(object.key)).length, [
    OVERWRITTEN,
    DELETED,
    RECREATED,
    RETOUCHED,
  ]);
  const [overwritten = 0, deleted = 0, recreated = 0, retouched = 0] = chosen;
  // The largest object is not among those that change, so that the run always holds one of that size.
  const plain = born.filter(({ object }) => !ODD_KEYS.includes(object.key)).slice(1);
  const pool = shuffled(plain, random);
  const take = (n: number) => pool.splice(0, n);
  const later = (atMs: number) => atMs + Math.round((0.1 + random() * 0.6) * (size.spreadMs - atMs));

  const races = take(2).map(({ object }, index): Race => ({
    object: changed(object, random),
    moment: index === 0 ? "before" : "after",
  }));
  const steps: Step[] = born.map(({ object, atMs }) => ({ atMs, change: { kind: "put", why: "new", object } }));
  for (const { object, atMs } of take(overwritten)) {
    const again = random() < 0.3 ? [later(atMs), size.spreadMs] : [later(atMs)];
    for (const at of again) {
      steps.push({ atMs: at, change: { kind: "put", why: "overwrite", object: changed(object, random) } });
    }
  }
  for (const { object, atMs } of take(deleted)) {
    steps.push({ atMs: later(atMs), change: { kind: "delete", key: object.key } });
  }
  for (const { object, atMs } of take(recreated)) {
    const gone = later(atMs);
    const back = gone + Math.round(random() * 0.3 * (size.spreadMs - gone));
    steps.push({ atMs: gone, change: { kind: "delete", key: object.key } });
    steps.push({ atMs: back, change: { kind: "put", why: "recreate", object: changed(object, random) } });
  }
  for (const { object, atMs } of take(retouched)) {
    const change = retouch(object.key);
    steps.push({ atMs: Math.max(later(atMs), Math.round(size.spreadMs / 2)), change });
  }
  return { multipart, steps: inOrder(steps), races };
}

function retouch(key: string): Change {
  return { kind: "retouch", key, metadata: { reviewed: "yes", "reviewed-by": "Ada" }, cacheControl: "max-age=60" };
}

function birth(index: number, count: number, spreadMs: number): number {
  const burst = Math.floor(count * BURST);
  return index < burst ? 0 : Math.round(((index - burst) / Math.max(1, count - burst)) * spreadMs * 0.8);
}

/** At least one of each. */
function shares(count: number, parts: readonly number[]): number[] {
  return parts.map((part) => Math.max(1, Math.round(count * part)));
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(Math.floor(random() * left.length), 1));
}

/** By time; what was said first comes first at the same time, so that no key is changed before it exists. */
function inOrder(steps: readonly Step[]): Step[] {
  return steps
    .map((step, index) => ({ step, index }))
    .sort((a, b) => a.step.atMs - b.step.atMs || a.index - b.index)
    .map(({ step }) => step);
}
