/** A span of time as people write it. Pure. */
import type { Parsed } from "../../core/variables";

const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: DAY_MS };

/** Milliseconds of "90s", "10m", "1h", "2d"; undefined for anything else. */
export function readSpan(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = UNIT_MS[unit ?? ""];
  return number === undefined || ms === undefined ? undefined : Number(number) * ms;
}

/** --since in milliseconds. @param others what else is wrong with the call */
export function readSince(text: string, others: readonly string[]): Parsed<number> {
  const span = readSpan(text);
  if (span !== undefined && others.length === 0) return { ok: true, config: span };
  const problem = `--since is ${JSON.stringify(text)}; it must be like 90s, 10m, 1h or 2d`;
  return { ok: false, problems: [...others, ...(span === undefined ? [problem] : [])] };
}

/** Whether a time of day alone leaves open which day it was. */
export function needsDate(spanMs: number): boolean {
  return spanMs >= DAY_MS;
}

/** Epoch milliseconds of what is so long ago; nothing was logged before 1970, which no log service takes as a time either. */
export function startOf(now: number, spanMs: number): number {
  return Math.max(0, now - spanMs);
}
