/** The dashboard as CloudWatch's JSON, from core/metrics.ts: a metric that is not there is not here. Pure. */
import type { MetricName } from "../core/metrics";
import type { Settings } from "../core/settings";
import { own, plainMetrics, type Series, sqs } from "./alarm-table";
import type { Names } from "./names";

interface Graph {
  readonly title: string;
  readonly series: readonly Series[];
  readonly line?: number;
  /** The newest value in large figures, instead of a curve. */
  readonly now?: true;
  readonly periodSeconds?: number;
}

const COLUMNS = 24;
const TEXT_HEIGHT = 3;
const NOW = { width: 6, height: 4 };
const CURVE = { width: 8, height: 6 };

/** Top to bottom: what to do, how it is now, how it went. */
export function dashboardBody(names: Names, settings: Settings): object {
  const text = {
    type: "text",
    x: 0,
    y: 0,
    width: COLUMNS,
    height: TEXT_HEIGHT,
    properties: { markdown: words(names) },
  };
  const current = laid(atAGlance(names), NOW, TEXT_HEIGHT, settings.region);
  const curves = laid(graphs(names, settings), CURVE, TEXT_HEIGHT + NOW.height, settings.region);
  return { periodOverride: "inherit", widgets: [text, ...current, ...curves] };
}

/** Side by side, row after row, from `top` on. */
function laid(graphs: readonly Graph[], { width, height }: typeof NOW, top: number, region: string): readonly object[] {
  const perRow = COLUMNS / width;
  return graphs.map((graph, index) => ({
    type: "metric",
    x: (index % perRow) * width,
    y: top + Math.floor(index / perRow) * height,
    width,
    height,
    properties: {
      title: graph.title,
      region,
      view: graph.now === true ? "singleValue" : "timeSeries",
      period: graph.periodSeconds ?? 60,
      metrics: graph.series.map(metricRow),
      ...(graph.line === undefined ? {} : { annotations: { horizontal: [{ label: "objective", value: graph.line }] } }),
    },
  }));
}

function words({ sourceBucket, destinationBucket }: Names): string {
  return [
    `**${sourceBucket}** to **${destinationBucket}**. In sync when nothing waits and no letter is dead; curves without a value mean that nothing happened.`,
    "",
    "`s3-express-sync status` says it in a sentence, `verify --deep` proves it, `cost --last-run` makes dollars of it. Symptoms and what to do: docs/operations.md.",
  ].join("\n");
}

function atAGlance(names: Names): readonly Graph[] {
  return [
    {
      title: "Lag now: p50, p99, max (seconds)",
      series: ["p50", "p99", "Maximum"].map((stat) => own(names, "SyncLagSeconds", stat)),
      now: true,
      periodSeconds: 300,
    },
    {
      title: "Waiting now: visible, in flight",
      series: [
        sqs(names.queue, "ApproximateNumberOfMessagesVisible", "Maximum"),
        sqs(names.queue, "ApproximateNumberOfMessagesNotVisible", "Maximum"),
      ],
      now: true,
    },
    { title: "Workers now", series: [own(names, "Running", "Maximum")], now: true },
    {
      title: "Failed: dead letters now",
      series: [sqs(names.deadLetterQueue, "ApproximateNumberOfMessagesVisible", "Maximum")],
      now: true,
    },
  ];
}

function graphs(names: Names, { lagObjectiveSeconds }: Settings): readonly Graph[] {
  const of = (stat: string, ...metrics: readonly MetricName[]): readonly Series[] =>
    metrics.map((metric) => own(names, metric, stat));
  const shown: readonly MetricName[] = [
    ...(["SyncLagSeconds", "CanaryLagSeconds"] as const),
    ...(["ObjectsCopied", "ObjectsDeleted", "BytesCopied", "SlotsInUse"] as const),
  ];
  return [
    {
      title: "Lag (seconds from event to clean check)",
      series: [
        ...of("p50", "SyncLagSeconds"),
        ...of("p99", "SyncLagSeconds"),
        ...of("Maximum", "SyncLagSeconds", "CanaryLagSeconds"),
      ],
      ...(lagObjectiveSeconds === undefined ? {} : { line: lagObjectiveSeconds }),
    },
    { title: "Objects", series: of("Sum", "ObjectsCopied", "ObjectsDeleted") },
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
    // What a bill is made of: S3 charges bytes written, Fargate the time of workers.
    { title: "What drives the bill: bytes copied an hour", series: of("Sum", "BytesCopied"), periodSeconds: 3600 },
    {
      title: "What drives the bill: workers, average of an hour",
      series: of("Average", "Running"),
      periodSeconds: 3600,
    },
  ];
}

function metricRow({ namespace, metricName, dimensions, stat }: Series): readonly unknown[] {
  return [namespace, metricName, ...Object.entries(dimensions).flat(), { stat }];
}
