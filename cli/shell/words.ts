/** Numbers in words for people. */

const FORMAT = new Intl.NumberFormat("en-US");

/** "1 message", "1,240 messages". */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${FORMAT.format(number)} ${number === 1 ? one : many}`;
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
