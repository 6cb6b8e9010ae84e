/** What the people who use the source bucket do, drawn from the seed. Pure. */
import type { Random } from "../../sim/random";

export type Change =
  | {
      readonly kind: "put";
      readonly key: string;
      readonly bytes: number;
      /** Phantoms take no room: only their identity is kept. */
      readonly phantom: boolean;
      /** As if it had been uploaded in parts. */
      readonly inParts: boolean;
      readonly tagged: boolean;
    }
  /** Once more what the key was two changes ago: same bytes, headers, metadata and ETag. */
  | { readonly kind: "again"; readonly key: string }
  /** Same bytes and ETag, other headers and metadata. */
  | { readonly kind: "describe"; readonly key: string }
  | { readonly kind: "delete" | "expire"; readonly key: string }
  /** A large object that is overwritten by one of the same size in the middle of its copy. */
  | { readonly kind: "race"; readonly key: string; readonly bytes: number; readonly part: number }
  /** What cannot be synced. */
  | { readonly kind: "customer-key" | "archived"; readonly key: string };

export interface StoryStep {
  readonly atMs: number;
  readonly change: Change;
}

/** Keys of objects that cannot be synced. */
export const UNSYNCABLE = "unsyncable/";

const CHANGES_PER_SECOND = 5;
const BURST_KEYS_PER_MINUTE = 2_000;
const MIB = 1024 ** 2;
const HOT = ["hot/a", "hot/b", "hot/c"];
const LARGE = ["large/a", "large/b", "large/c", "large/d"];
const ODD = ["a b", "a+b", "a%20b", "日本/ü", "x?y#z&w", "smile 😀/+", "quote'\"<&>"];

export function makeStory(random: Random, durationMs: number): readonly StoryStep[] {
  const steps: StoryStep[] = [];
  const count = Math.round((durationMs / 1000) * CHANGES_PER_SECOND);
  for (let i = 0; i < count; i++) steps.push({ atMs: random.int(0, durationMs), change: change(random) });
  const unsyncable = [
    { kind: "customer-key", key: `${UNSYNCABLE}customer-key` },
    { kind: "archived", key: `${UNSYNCABLE}archived` },
  ] as const;
  for (const one of unsyncable) steps.push({ atMs: random.int(0, durationMs / 2), change: one });
  return [...steps, ...burst(random, durationMs)].sort((a, b) => a.atMs - b.atMs);
}

function change(random: Random): Change {
  const die = random.next();
  if (die < 0.08) return largeChange(random);
  const key = keyOf(random);
  if (die < 0.5) return put(random, key);
  if (die < 0.6) return { kind: "again", key };
  if (die < 0.72) return { kind: "describe", key };
  return { kind: random.chance(0.8) ? "delete" : "expire", key };
}

function largeChange(random: Random): Change {
  const key = random.pick(LARGE);
  const bytes = random.pick([11, 16, 23]) * MIB + random.pick([0, 1, 4321]);
  if (random.chance(0.15)) return { kind: "delete", key };
  if (random.chance(0.4)) return { kind: "race", key, bytes, part: random.int(0, 2) };
  return {
    kind: "put",
    key,
    bytes,
    phantom: random.chance(0.8),
    inParts: random.chance(0.7),
    tagged: random.chance(0.3),
  };
}

function keyOf(random: Random): string {
  const die = random.next();
  if (die < 0.3) return random.pick(HOT);
  if (die < 0.45) return random.pick(ODD);
  return `plain/${random.int(0, 149)}`;
}

function put(random: Random, key: string): Change {
  const bytes = random.chance(0.1) ? 0 : random.int(1, 20_000);
  return { kind: "put", key, bytes, phantom: false, inParts: false, tagged: random.chance(0.2) };
}

/** Very many small keys at once, half of them overwritten soon after. */
function burst(random: Random, durationMs: number): StoryStep[] {
  const keys = Math.round((durationMs / 60_000) * BURST_KEYS_PER_MINUTE);
  const beginsMs = random.int(durationMs * 0.1, durationMs * 0.4);
  return Array.from({ length: keys }, (_, index) => {
    const key = `burst/${random.chance(0.5) ? index : random.int(0, keys)}`;
    const atMs = beginsMs + random.int(0, durationMs * 0.2);
    return { atMs, change: { kind: "put", key, bytes: 100, phantom: false, inParts: false, tagged: false } as const };
  });
}
