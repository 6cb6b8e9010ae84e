/** Numbers of CloudWatch over a span of time. */
import { type CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";

export interface MetricQuery {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** "Sum", "Average", "Maximum", "p99", ... */
  readonly stat: string;
  /** A multiple of 60. */
  readonly periodSeconds: number;
}

export interface Point {
  /** Start of the period, epoch milliseconds. */
  readonly at: number;
  readonly value: number;
}

/** Epoch milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Each query's points, oldest first. A period without a sample has no point: nothing is ever filled in.
 * @param queries by name; at most 500 (API GetMetricData)
 */
export async function readMetrics<K extends string>(
  cloudWatch: CloudWatchClient,
  queries: Readonly<Record<K, MetricQuery>>,
  { from, to }: Span,
  signal: AbortSignal,
): Promise<Readonly<Record<K, readonly Point[]>>> {
  const names = Object.keys(queries) as K[];
  const points = new Map<K, Point[]>(names.map((name) => [name, []]));
  let token: string | undefined;
  do {
    const command = new GetMetricDataCommand({
      MetricDataQueries: names.map((name, index) => queryOf(`m${index}`, queries[name])),
      StartTime: new Date(from),
      EndTime: new Date(to),
      ScanBy: "TimestampAscending",
      ...(token === undefined ? {} : { NextToken: token }),
    });
    const answer = await cloudWatch.send(command, { abortSignal: signal });
    for (const { Id: id, Timestamps: times = [], Values: values = [] } of answer.MetricDataResults ?? []) {
      const name = names[Number(id?.slice(1))];
      const known = name === undefined ? undefined : points.get(name);
      known?.push(...times.map((time, index) => ({ at: time.getTime(), value: values[index] ?? 0 })));
    }
    token = answer.NextToken;
  } while (token !== undefined);
  return Object.fromEntries(points) as Record<K, Point[]>;
}

function queryOf(id: string, { namespace, metric, dimensions, stat, periodSeconds }: MetricQuery): MetricDataQuery {
  const named = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return {
    Id: id,
    MetricStat: {
      Metric: { Namespace: namespace, MetricName: metric, Dimensions: named },
      Period: periodSeconds,
      Stat: stat,
    },
  };
}
