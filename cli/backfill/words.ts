/** Numbers as people read them. */

/** "1 key", "1,240 keys". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;
}

const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** "512 B", "3.2 GiB". */
export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  let [value, unit] = [n / 1024, 0];
  while (value >= 1023.95 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${value.toFixed(1)} ${UNITS[unit] ?? ""}`;
}
