/** Statistics over samples. Source: CloudWatch User Guide "CloudWatch statistics definitions". */
import type { Sample } from "./metric-store";

/** Of at least one sample. */
export type Statistic = (samples: readonly Sample[]) => number;

const NAMED: Readonly<Record<string, Statistic>> = {
  SampleCount: sampleCount,
  Sum: sum,
  Average: (samples) => sum(samples) / sampleCount(samples),
  Minimum: (samples) => samples.reduce((least, { value }) => Math.min(least, value), Infinity),
  Maximum: (samples) => samples.reduce((most, { value }) => Math.max(most, value), -Infinity),
};

/** `Sum`, `Average`, ..., `p0` to `p100` with up to ten decimals. Undefined for any other. */
export function statisticOf(name: string): Statistic | undefined {
  const named = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
  if (named !== undefined) return named;
  const percent = /^p(\d{1,3}(?:\.\d{1,10})?)$/.exec(name)?.[1];
  if (percent === undefined || Number(percent) > 100) return undefined;
  return (samples) => percentile(samples, Number(percent));
}

/** The smallest value that at least so many percent of all values do not exceed. AWS's own interpolation is on no page. */
function percentile(samples: readonly Sample[], percent: number): number {
  const ascending = [...samples].sort((a, b) => a.value - b.value);
  const rank = Math.max(1, Math.ceil((percent / 100) * sampleCount(samples)));
  let seen = 0;
  for (const { value, count } of ascending) {
    seen += count;
    if (seen >= rank) return value;
  }
  return Number.NaN;
}

function sampleCount(samples: readonly Sample[]): number {
  return samples.reduce((total, { count }) => total + count, 0);
}

function sum(samples: readonly Sample[]): number {
  return samples.reduce((total, { value, count }) => total + value * count, 0);
}
