/** Samples of metrics in order of time, to the second, the finest period CloudWatch knows. Bounded: each metric keeps its last samples. */

export interface Dimension {
  readonly name: string;
  readonly value: string;
}

/** Source: CloudWatch User Guide "Metrics concepts": a metric is its namespace, its name and its dimensions. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

/** One value, `count` times. */
export interface Sample {
  /** Whole seconds, in milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
  readonly unit: string;
  count: number;
}

interface Series {
  readonly id: MetricId;
  readonly samples: Sample[];
}

export class MetricStore {
  private readonly series = new Map<string, Series>();

  /** @param keep samples per metric; equal values of one second that follow each other are one sample */
  constructor(private readonly keep = 100_000) {}

  put(id: MetricId, at: number, value: number, unit: string): void {
    const key = keyOf(id);
    let series = this.series.get(key);
    if (series === undefined) this.series.set(key, (series = { id: sorted(id), samples: [] }));
    const { samples } = series;
    const second = Math.floor(at / 1000) * 1000;
    const last = samples.at(-1);
    if (last?.at === second && last.value === value && last.unit === unit) {
      last.count += 1;
      return;
    }
    samples.splice(firstFrom(samples, second + 1), 0, { at: second, value, unit, count: 1 });
    if (samples.length >= 2 * this.keep) samples.splice(0, samples.length - this.keep);
  }

  /** Those with `from` <= time < `to`. */
  samples(id: MetricId, from: number, to: number): readonly Sample[] {
    const samples = this.series.get(keyOf(id))?.samples ?? [];
    return samples.slice(firstFrom(samples, from), firstFrom(samples, to));
  }

  /** All metrics with the time of their last sample, in order of namespace, name and dimensions. */
  metrics(): { readonly id: MetricId; readonly lastAt: number }[] {
    return [...this.series]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { id, samples }]) => ({ id, lastAt: samples.at(-1)?.at ?? 0 }));
  }
}

function firstFrom(samples: readonly Sample[], at: number): number {
  let [low, high] = [0, samples.length];
  // Nearly every sample is the latest.
  if ((samples.at(-1)?.at ?? -Infinity) < at) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((samples[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sorted(id: MetricId): MetricId {
  return { ...id, dimensions: [...id.dimensions].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

function keyOf(id: MetricId): string {
  const { namespace, name, dimensions } = sorted(id);
  return JSON.stringify([namespace, name, ...dimensions.map((one) => [one.name, one.value])]);
}
