/** A span of time as people write it. Pure. */

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of "90s", "10m", "1h", "2d"; undefined for anything else. */
export function readSpan(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = UNIT_MS[unit ?? ""];
  return number === undefined || ms === undefined ? undefined : Number(number) * ms;
}
