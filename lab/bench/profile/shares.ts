/** From a CPU profile to the shares of areas. Pure. */
import { areaOf, type SourceOf } from "./areas";
import { type CpuProfile, stackTimes } from "./cpu-profile";

export interface AreaShare {
  readonly area: string;
  readonly seconds: number;
  /** Of the busy time, with one decimal; together exactly 100. */
  readonly percent: number;
}

export interface CpuShares {
  /** Of the main thread, from the start of the profile. */
  readonly wallSeconds: number;
  /** Of it without anything to do. */
  readonly idleSeconds: number;
  /** Biggest first. */
  readonly areas: readonly AreaShare[];
}

/**
 * @param seconds what comes later behind the start is left out
 * @throws RangeError when the thread did nothing
 */
export function cpuShares(profile: CpuProfile, sourceOf: SourceOf, seconds = Infinity): CpuShares {
  const byArea = new Map<string, number>();
  let idleSeconds = 0;
  for (const { stack, seconds: ran } of stackTimes(profile, seconds)) {
    const area = areaOf(stack, sourceOf);
    if (area === undefined) idleSeconds += ran;
    else byArea.set(area, (byArea.get(area) ?? 0) + ran);
  }
  const sorted = [...byArea].filter(([, ran]) => ran > 0).sort(([, one], [, other]) => other - one);
  const percents = percentsOf(sorted.map(([, ran]) => ran));
  return {
    wallSeconds: Math.min(seconds, (profile.endTime - profile.startTime) / 1e6),
    idleSeconds,
    areas: sorted.map(([area, ran], index) => ({ area, seconds: ran, percent: percents[index] ?? 0 })),
  };
}

/** Tenths of a percent that add up to 100: what rounding down leaves goes to the largest remainders. */
function percentsOf(values: readonly number[]): readonly number[] {
  const sum = values.reduce((total, value) => total + value, 0);
  if (sum <= 0) throw new RangeError("the profile has no look at which anything ran");
  const exact = values.map((value) => (value / sum) * 1000);
  const tenths = exact.map(Math.floor);
  const left = 1000 - tenths.reduce((total, value) => total + value, 0);
  const byRemainder = exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .sort((one, other) => other.remainder - one.remainder);
  for (const { index } of byRemainder.slice(0, left)) tenths[index] = (tenths[index] ?? 0) + 1;
  return tenths.map((value) => value / 10);
}
