/** The dashboard as CloudWatch's JSON, from core/metrics.ts: a metric that is not there is not here. Pure. */
import type { MetricName } from "../core/metrics";
import type { Settings } from "../core/settings";
import { own, plainMetrics, type Series, sqs } from "./alarm-table";
import { dollarRows, type MetricRow, PRICES_OF } from "./dashboard-dollars";
import type { Names } from "./names";

interface Graph {
  readonly title: string;
  readonly rows: readonly MetricRow[];
  readonly line?: number;
  /** Large figures instead of a curve: the newest value, or one of all the time that is shown. */
  readonly figures?: "newest" | "whole";
  readonly stacked?: true;
  readonly periodSeconds?: number;
  readonly width?: number;
}

const HOUR = 3600;
const COLUMNS = 24;
const TEXT_HEIGHT = 4;
const NOW = { width: 5, height: 4 };
const CURVE = { width: 8, height: 6 };

/** Top to bottom: what to do, how it is now, how it went. It opens on one day, as far as `cost --last-run` looks back. */
export function dashboardBody(names: Names, settings: Settings): object {
  const text = {
    type: "text",
    x: 0,
    y: 0,
    width: COLUMNS,
    height: TEXT_HEIGHT,
    properties: { markdown: words(names) },
  };
  const current = laid(atAGlance(names, settings), NOW, TEXT_HEIGHT, settings.region);
  const curves = laid(graphs(names, settings), CURVE, TEXT_HEIGHT + NOW.height, settings.region);
  return { start: "-PT24H", periodOverride: "inherit", widgets: [text, ...current, ...curves] };
}

/** Side by side, row after row, from `top` on. */
function laid(graphs: readonly Graph[], usual: typeof NOW, top: number, region: string): readonly object[] {
  let [x, y] = [0, top];
  return graphs.map((graph) => {
    const { height } = usual;
    const width = graph.width ?? usual.width;
    if (x + width > COLUMNS) [x, y] = [0, y + height];
    const widget = { type: "metric", x, y, width, height, properties: propertiesOf(graph, region) };
    x += width;
    return widget;
  });
}

function propertiesOf({ title, rows, line, figures, stacked, periodSeconds = 60 }: Graph, region: string): object {
  return {
    title,
    region,
    view: figures === undefined ? "timeSeries" : "singleValue",
    period: periodSeconds,
    metrics: rows,
    ...(figures === "whole" ? { setPeriodToTimeRange: true } : {}),
    ...(stacked === true ? { stacked } : {}),
    ...(line === undefined ? {} : { annotations: { horizontal: [{ label: "objective", value: line }] } }),
  };
}

function words({ sourceBucket, destinationBucket }: Names): string {
  return [
    `**${sourceBucket}** to **${destinationBucket}**. In sync when nothing waits and no letter is dead; curves without a value mean that nothing happened.`,
    "",
    "`s3-express-sync status` says it in a sentence, `verify --deep` proves it. Symptoms and what to do: docs/operations.md.",
    "",
    `Dollars are what the work costs at ${PRICES_OF}: without storage, the standing cost of an idle stack, taxes and discounts. \`cost --last-run\` has every item, also at other prices.`,
  ].join("\n");
}

function atAGlance(names: Names, settings: Settings): readonly Graph[] {
  return [
    {
      title: "Lag now: p50, p99, max (seconds)",
      rows: rowsOf(["p50", "p99", "Maximum"].map((stat) => own(names, "SyncLagSeconds", stat))),
      figures: "newest",
      periodSeconds: 300,
    },
    {
      title: "Waiting now: visible, in flight",
      rows: rowsOf([
        sqs(names.queue, "ApproximateNumberOfMessagesVisible", "Maximum"),
        sqs(names.queue, "ApproximateNumberOfMessagesNotVisible", "Maximum"),
      ]),
      figures: "newest",
    },
    { title: "Workers now", rows: rowsOf([own(names, "Running", "Maximum")]), figures: "newest", width: 4 },
    {
      title: "Failed: dead letters now",
      rows: rowsOf([sqs(names.deadLetterQueue, "ApproximateNumberOfMessagesVisible", "Maximum")]),
      figures: "newest",
    },
    { title: "Dollars in the time shown", rows: dollarRows(names, settings, "total"), figures: "whole" },
  ];
}

function graphs(names: Names, settings: Settings): readonly Graph[] {
  const { lagObjectiveSeconds } = settings;
  const of = (stat: string, ...metrics: readonly MetricName[]): readonly MetricRow[] =>
    rowsOf(metrics.map((metric) => own(names, metric, stat)));
  const shown: readonly MetricName[] = [
    ...(["SyncLagSeconds", "CanaryLagSeconds"] as const),
    ...(["ObjectsCopied", "ObjectsDeleted", "BytesCopied", "SlotsInUse"] as const),
  ];
  return [
    {
      title: "Lag (seconds from event to clean check)",
      rows: [
        ...of("p50", "SyncLagSeconds"),
        ...of("p99", "SyncLagSeconds"),
        ...of("Maximum", "SyncLagSeconds", "CanaryLagSeconds"),
      ],
      ...(lagObjectiveSeconds === undefined ? {} : { line: lagObjectiveSeconds }),
    },
    { title: "Objects", rows: of("Sum", "ObjectsCopied", "ObjectsDeleted") },
    {
      title: "Queues",
      rows: rowsOf([
        sqs(names.queue, "ApproximateNumberOfMessagesVisible", "Maximum"),
        sqs(names.queue, "ApproximateNumberOfMessagesNotVisible", "Maximum"),
        sqs(names.deadLetterQueue, "ApproximateNumberOfMessagesVisible", "Maximum"),
      ]),
    },
    { title: "Fleet", rows: of("Maximum", ...plainMetrics("starter")) },
    { title: "Copy requests in flight", rows: of("Maximum", "SlotsInUse") },
    { title: "Trouble", rows: of("Sum", ...plainMetrics("worker").filter((metric) => !shown.includes(metric))) },
    { title: "Bytes copied an hour", rows: of("Sum", "BytesCopied"), periodSeconds: HOUR },
    {
      title: `Dollars an hour (${PRICES_OF})`,
      rows: dollarRows(names, settings, "parts"),
      periodSeconds: HOUR,
      stacked: true,
    },
    { title: `Dollars a day, UTC (${PRICES_OF})`, rows: dollarRows(names, settings, "all"), periodSeconds: 24 * HOUR },
  ];
}

function rowsOf(series: readonly Series[]): readonly MetricRow[] {
  return series.map(metricRow);
}

function metricRow({ namespace, metricName, dimensions, stat }: Series): MetricRow {
  return [namespace, metricName, ...Object.entries(dimensions).flat(), { stat }];
}
