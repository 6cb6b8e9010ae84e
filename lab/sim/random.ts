/**
 * Seeded randomness, one stream per concern.
 *
 * A stream is derived from the seed and its name, never from how much another stream was used: taking one step out of a
 * scenario (shrinking) leaves the luck of all other steps as it was.
 */

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer, both ends included. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** An independent generator; the same name gives the same numbers. */
  stream(name: string): Random;
}

export function seeded(seed: number): Random {
  let state = mix(seed >>> 0);
  const next = (): number => {
    // mulberry32: 32 bits of state are plenty for a few thousand draws.
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    int,
    chance: (probability) => probability > 0 && next() < probability,
    pick: (items) => {
      const item = items[int(0, items.length - 1)];
      if (item === undefined) throw new Error("pick: nothing to pick from");
      return item;
    },
    stream: (name) => seeded(hashText(name, seed >>> 0)),
  };
}

/** FNV-1a over UTF-16 units, then mixed. */
export function hashText(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return mix(hash);
}

function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
