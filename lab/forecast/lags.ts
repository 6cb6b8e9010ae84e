/** Percentiles of values with weights: a lot of a thousand objects counts a thousand times. */
export interface Lags {
  add(value: number, weight: number): void;
  summary(): LagSummary;
}

/** Seconds. */
export interface LagSummary {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export function makeLags(): Lags {
  const samples: { value: number; weight: number }[] = [];
  return {
    add: (value, weight) => void samples.push({ value, weight }),
    summary() {
      samples.sort((a, b) => a.value - b.value);
      const [p50 = 0, p90 = 0, p99 = 0] = percentiles(samples, [0.5, 0.9, 0.99]);
      return { p50, p90, p99, max: samples.at(-1)?.value ?? 0 };
    },
  };
}

/** Nearest rank. @param samples ascending by value @param shares ascending */
function percentiles(samples: readonly { value: number; weight: number }[], shares: readonly number[]): number[] {
  const total = samples.reduce((sum, { weight }) => sum + weight, 0);
  const found: number[] = [];
  let below = 0;
  for (const { value, weight } of samples) {
    below += weight;
    // A sum of many weights may miss its total by rounding.
    while (found.length < shares.length && below >= (shares[found.length] ?? 1) * total * (1 - 1e-9)) found.push(value);
  }
  return found;
}
