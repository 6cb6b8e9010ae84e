/** Numbers in words for people. */
import type { QueueDepth } from "../../core/scale";

const FORMAT = new Intl.NumberFormat("en-US");

/** "1 message", "1,240 messages". */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${FORMAT.format(number)} ${number === 1 ? one : many}`;
}

/** "1,240 messages waiting, 20 held by workers, 0 delayed". */
export function queueDepth({ visible, inFlight, delayed }: QueueDepth): string {
  return `${count(visible, "message")} waiting, ${FORMAT.format(inFlight)} held by workers, ${FORMAT.format(delayed)} delayed`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** "812 B", "3.2 GiB". */
export function bytes(number: number): string {
  let [value, unit] = [number, 0];
  while (Math.round(value) >= 1024 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit] ?? ""}`;
}

/** "2026-11-25 10:15 UTC": dates an operator plans by. @param ms epoch milliseconds */
export function dateOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
