/** Randomness as a parameter: one seed makes one run. */

/** A number in [0, 1). */
export type Random = () => number;

/** mulberry32: small, fast, good enough for choosing faults and orders; never for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const HEX = "0123456789abcdef";

/** `length` hexadecimal digits. */
export function randomHex(random: Random, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) text += HEX.charAt(Math.floor(random() * 16));
  return text;
}

/** A random string in the form of a UUID. */
export function randomUuid(random: Random): string {
  const h = randomHex(random, 32);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20)}`;
}
