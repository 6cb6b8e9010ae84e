/** Sizes, counts and dollars as people write and read them. Pure. */
import { GIB, MIB } from "../../core/parts";

const KIB = 1024;
const TIB = 1024 * GIB;
const FACTORS: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KiB: KIB,
  MiB: MIB,
  GiB: GIB,
  TiB: TIB,
  PiB: 1024 * TIB,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  PB: 1e15,
};

/** "10GiB", "1.5 TB", "1024": bytes, rounded. Undefined for anything else. */
export function parseBytes(text: string): number | undefined {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?) ?([KMGTP]i?B|B)?$/.exec(text.trim()) ?? [];
  const factor = FACTORS[unit];
  if (number === "" || factor === undefined) return undefined;
  const bytes = Math.round(Number(number) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** "1000", "1,000,000", "1_000_000". Undefined for anything else. */
export function parseCount(text: string): number | undefined {
  if (!/^\d{1,3}(,\d{3})+$|^\d+(_\d{3})*$/.test(text)) return undefined;
  const count = Number(text.replace(/[,_]/g, ""));
  return Number.isSafeInteger(count) ? count : undefined;
}

/** At most two digits behind the point; small numbers keep two that count, tiny ones are only said to be tiny. */
export function formatNumber(value: number): string {
  if (value > 0 && value < 0.000_05) return "<0.0001";
  if (value !== 0 && Math.abs(value) < 0.01) return String(Number(value.toPrecision(2)));
  const digits =
    Math.abs(value) < 100 && !Number.isInteger(value) ? 2 : Math.abs(value) < 1000 && !Number.isInteger(value) ? 1 : 0;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

/** "$1,126.40", and of small sums what matters: "$0.0087". */
export function formatDollars(dollars: number): string {
  if (dollars === 0) return "$0";
  if (dollars < 0.000_05) return "<$0.0001";
  const digits = dollars < 1 ? 4 : 2;
  return `$${dollars.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: digits })}`;
}

/** The price of one unit, all its digits. */
export function formatPrice(price: number): string {
  return `$${price.toLocaleString("en-US", { maximumFractionDigits: 12 })}`;
}
