/** The options of `cost` as text, and what they ask for. Pure: every problem is told at once. */
import { MAX_OBJECT_BYTES } from "../../core/parts";
import type { Daily } from "./estimate";
import { readSpan } from "../logs/since";
import { parseBytes, parseCount } from "./quantities";
import { SCENARIOS, type ScenarioName } from "./scenarios";
import type { SizeGroup } from "./work";

export interface CostOptions {
  readonly objects?: string | undefined;
  readonly bytes?: string | undefined;
  readonly fromBucket?: true | undefined;
  readonly perDay?: string | undefined;
  readonly objectSize?: string | undefined;
  readonly keepDays?: string | undefined;
  readonly scenario?: string | undefined;
  readonly lastRun?: true | undefined;
  readonly since?: string | undefined;
  readonly showPrices?: true | undefined;
  readonly priceRegion?: string | undefined;
  readonly prices?: string | undefined;
  readonly fetchPrices?: true | undefined;
  readonly priceListUrl?: string | undefined;
  readonly spotUrl?: string | undefined;
}

export type Wanted =
  | { readonly kind: "prices" }
  | { readonly kind: "scenario"; readonly name: ScenarioName; readonly bytes: number }
  | {
      readonly kind: "estimate";
      readonly existing: readonly SizeGroup[] | "from-bucket";
      readonly daily: Daily | undefined;
    }
  | { readonly kind: "last-run"; readonly spanMs: number; readonly since: string };

const WAYS = ["objects", "fromBucket", "perDay", "scenario", "lastRun", "showPrices"] as const;

/** What is wanted, or the texts of all problems. */
export function readCostOptions(options: CostOptions): Wanted | readonly string[] {
  const problems: string[] = [];
  const number = (flag: string, text: string | undefined, fallback: number, read: typeof parseBytes): number => {
    if (text === undefined) return fallback;
    const value = read(text);
    if (value === undefined) problems.push(`${flag} is "${text}"; it must be ${ALLOWED[flag] ?? "a whole number"}`);
    return value ?? fallback;
  };
  const objects = number("--objects", options.objects, 0, parseCount);
  const bytes = number("--bytes", options.bytes, 0, parseBytes);
  const perDay = number("--per-day", options.perDay, 0, parseCount);
  const objectSize = number("--object-size", options.objectSize, 0, parseBytes);
  const keepDays = number("--keep-days", options.keepDays, 30, parseCount);
  const { since = "24h" } = options;
  const spanMs = readSpan(since);
  // CloudWatch keeps values of a minute for 15 days (CloudWatch guide, metrics retention).
  if (spanMs === undefined || spanMs > LONGEST_SPAN_MS) {
    problems.push(`--since is "${since}"; it must be like 90m, 24h or 7d, at most 15d`);
  }
  problems.push(...combinations(options, { objects, bytes, objectSize }));
  if (problems.length > 0) return problems;

  if (options.showPrices === true) return { kind: "prices" };
  const { scenario } = options;
  if (scenario !== undefined) return { kind: "scenario", name: scenario as ScenarioName, bytes: objectSize };
  const asks = options.objects !== undefined || options.fromBucket === true || options.perDay !== undefined;
  if (!asks) return { kind: "last-run", spanMs: spanMs ?? 0, since };
  const given = objects === 0 ? [] : [{ objects, bytes: bytes / objects }];
  return {
    kind: "estimate",
    existing: options.fromBucket === true ? "from-bucket" : given,
    daily: options.perDay === undefined ? undefined : { perDay, bytes: objectSize, keepDays },
  };
}

const LONGEST_SPAN_MS = 15 * 86_400_000;

const SIZE = "a size such as 10GiB, 500MB or 1048576";
const COUNT = "a whole number such as 1000000";
const ALLOWED: Readonly<Record<string, string>> = {
  "--objects": COUNT,
  "--per-day": COUNT,
  "--keep-days": COUNT,
  "--bytes": SIZE,
  "--object-size": SIZE,
};

function combinations(
  options: CostOptions,
  { objects, bytes, objectSize }: { readonly objects: number; readonly bytes: number; readonly objectSize: number },
): readonly string[] {
  const given = WAYS.filter((way) => options[way] !== undefined);
  const alone = given.filter((way) => way === "scenario" || way === "lastRun" || way === "showPrices");
  const flag = (way: string): string => `--${way.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const { scenario } = options;
  return [
    ...(alone.length > 0 && given.length > 1 ? [`${alone.map(flag).join(" and ")} stands alone`] : []),
    ...(options.objects !== undefined && options.fromBucket === true
      ? ["--objects and --from-bucket are two answers to the same question; give one"]
      : []),
    ...((options.objects === undefined) !== (options.bytes === undefined)
      ? ["--objects and --bytes go together: so many objects, so much in all"]
      : []),
    ...(options.objects !== undefined && parseCount(options.objects) === 0 && bytes > 0
      ? ["--objects is 0, but --bytes is not"]
      : []),
    ...(objects > 0 && bytes / objects > MAX_OBJECT_BYTES ? ["--bytes is more than so many objects can hold"] : []),
    ...(objectSize > MAX_OBJECT_BYTES ? ["--object-size is larger than an object can be (48.8 TiB)"] : []),
    ...(options.perDay !== undefined && options.objectSize === undefined
      ? ["--per-day needs --object-size: what an object holds on average"]
      : []),
    ...(options.objectSize !== undefined && options.perDay === undefined && scenario === undefined
      ? ["--object-size goes with --per-day or --scenario only"]
      : []),
    ...(options.keepDays !== undefined && options.perDay === undefined ? ["--keep-days goes with --per-day only"] : []),
    ...(options.since !== undefined && given.some((way) => way !== "lastRun")
      ? ["--since is of the last run; it does not go with an estimate"]
      : []),
    ...(scenario !== undefined && !Object.hasOwn(SCENARIOS, scenario)
      ? [`--scenario is "${scenario}"; it must be one of ${Object.keys(SCENARIOS).join(", ")}`]
      : []),
    ...(options.prices !== undefined && options.priceRegion !== undefined
      ? ["--prices and --price-region are two answers to the same question; give one"]
      : []),
    ...(options.prices !== undefined && options.fetchPrices === true
      ? ["--prices and --fetch-prices are two answers to the same question; give one"]
      : []),
    ...(["priceListUrl", "spotUrl"] as const)
      .filter((name) => options[name] !== undefined)
      .flatMap((name) => [
        ...(options.fetchPrices === true ? [] : [`${flag(name)} goes with --fetch-prices only`]),
        ...(isWebAddress(options[name])
          ? []
          : [`${flag(name)} is "${options[name] ?? ""}"; it must begin with https:// or http://`]),
      ]),
  ];
}

function isWebAddress(text: string | undefined): boolean {
  return text !== undefined && /^https?:\/\//.test(text) && URL.canParse(text);
}
