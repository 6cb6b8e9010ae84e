/** The dashboard as CloudWatch's JSON, from core/metrics.ts: a metric that is not there is not here. Pure. */
import type { MetricName } from "../core/metrics";
import type { Settings } from "../core/settings";
import { own, plainMetrics, type Series, sqs } from "./alarm-table";
import type { Names } from "./names";

interface Graph {
  readonly title: string;
  readonly series: readonly Series[];
  readonly line?: number;
}

const WIDTH = 8;
const HEIGHT = 6;
const PER_ROW = 3;

export function dashboardBody(names: Names, settings: Settings): object {
  return {
    periodOverride: "inherit",
    widgets: graphs(names, settings).map((graph, index) => ({
      type: "metric",
      x: (index % PER_ROW) * WIDTH,
      y: Math.floor(index / PER_ROW) * HEIGHT,
      width: WIDTH,
      height: HEIGHT,
      properties: {
        title: graph.title,
        region: settings.region,
        view: "timeSeries",
        period: 60,
        metrics: graph.series.map(metricRow),
        ...(graph.line === undefined
          ? {}
          : { annotations: { horizontal: [{ label: "objective", value: graph.line }] } }),
      },
    })),
  };
}

function graphs(names: Names, { lagObjectiveSeconds }: Settings): readonly Graph[] {
  const of = (stat: string, ...metrics: readonly MetricName[]): readonly Series[] =>
    metrics.map((metric) => own(names, metric, stat));
  const shown: readonly MetricName[] = [
    "SyncLagSeconds",
    "ObjectsCopied",
    "ObjectsDeleted",
    "BytesCopied",
    "SlotsInUse",
  ];
  return [
    {
      title: "Lag (seconds from event to clean check)",
      series: [...of("p50", "SyncLagSeconds"), ...of("p99", "SyncLagSeconds")],
      ...(lagObjectiveSeconds === undefined ? {} : { line: lagObjectiveSeconds }),
    },
    { title: "Objects", series: of("Sum", "ObjectsCopied", "ObjectsDeleted") },
    { title: "Bytes copied", series: of("Sum", "BytesCopied") },
    {
      title: "Queues",
      series: [
        sqs(names.queue, "ApproximateNumberOfMessagesVisible", "Maximum"),
        sqs(names.queue, "ApproximateNumberOfMessagesNotVisible", "Maximum"),
        sqs(names.deadLetterQueue, "ApproximateNumberOfMessagesVisible", "Maximum"),
      ],
    },
    { title: "Fleet", series: of("Maximum", ...plainMetrics("starter")) },
    { title: "Copy requests in flight", series: of("Maximum", "SlotsInUse") },
    { title: "Trouble", series: of("Sum", ...plainMetrics("worker").filter((metric) => !shown.includes(metric))) },
  ];
}

function metricRow({ namespace, metricName, dimensions, stat }: Series): readonly unknown[] {
  return [namespace, metricName, ...Object.entries(dimensions).flat(), { stat }];
}
