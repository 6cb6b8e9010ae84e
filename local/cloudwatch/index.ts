/** CloudWatch of the local cloud: metrics that processes embed in their output, and those of its queues. No alarms. */
import type { Clock } from "../http/clock";
import { makeJsonService } from "../http/json-service";
import type { Service } from "../http/service";
import type { Logs } from "../logs";
import type { Sqs } from "../sqs";
import { embeddedValues } from "./emf";
import { getMetricData } from "./get-metric-data";
import { isRecord, text, type Input } from "./input";
import { listMetrics } from "./list-metrics";
import { MetricStore, type Dimension } from "./metric-store";
import { watchQueues } from "./queue-metrics";

export interface CloudWatchOptions {
  readonly clock: Clock;
  readonly logs: Logs;
  readonly sqs: Sqs;
}

export interface CloudWatch {
  /** @internal Where requests for it go. */
  readonly service: Service;
  /** As PutMetricData would: one value, at `at` (ms since the epoch) or now. */
  put(metric: {
    readonly namespace: string;
    readonly name: string;
    readonly value: number;
    readonly dimensions?: readonly Dimension[];
    readonly unit?: string;
    readonly at?: number;
  }): void;
}

export function makeCloudWatch({ clock, logs, sqs }: CloudWatchOptions): CloudWatch {
  const store = new MetricStore();
  const sampleQueues = watchQueues(sqs, store, clock);
  logs.onLine(({ message }) => {
    for (const { id, at, value, unit } of embeddedValues(message)) store.put(id, at, value, unit);
  });
  const operations: Readonly<Record<string, (input: Input) => Input>> = {
    GetMetricData: (input) => {
      sampleQueues();
      return getMetricData(store, input);
    },
    ListMetrics: (input) => {
      sampleQueues();
      return listMetrics(store, input, clock.now());
    },
    DescribeAlarms: () => ({ MetricAlarms: [], CompositeAlarms: [] }),
  };
  return {
    service: makeJsonService({
      name: "monitoring",
      target: "GraniteServiceVersion20100801.",
      version: "1.0",
      hasQueryErrors: true,
      operations: Object.keys(operations),
      resourceOf: (_operation, input) => namespaceOf(input),
      call: (operation, input) => operations[operation]?.(input),
    }),
    put: ({ namespace, name, value, dimensions = [], unit = "None", at = clock.now() }) =>
      store.put({ namespace, name, dimensions }, at, value, unit),
  };
}

/** Of the request, or of its first query. */
function namespaceOf(input: Input): string | undefined {
  const [query] = Array.isArray(input["MetricDataQueries"]) ? (input["MetricDataQueries"] as readonly unknown[]) : [];
  const stat = isRecord(query) ? query["MetricStat"] : undefined;
  const metric = isRecord(stat) ? stat["Metric"] : undefined;
  return text(input, "Namespace") ?? (isRecord(metric) ? text(metric, "Namespace") : undefined);
}
