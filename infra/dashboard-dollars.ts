/**
 * Dollars on the dashboard: the command line's `cost --last-run` as CloudWatch metric math over the same metrics, so no metric is made for it. Pure.
 * Functions and rules of missing values: CloudWatch User Guide, "Using math expressions with CloudWatch metrics".
 */
import {
  DAYS_PER_MONTH,
  HEADS_PER_EVENT,
  HOURS_PER_MONTH,
  LIST_PRICES,
  LOG_BYTES_PER_OBJECT,
  METRICS_WHEN_WORKING,
  POLLS_PER_WORKER,
  QUEUE_REQUESTS_PER_EVENT,
} from "../core/cost";
import type { MetricName } from "../core/metrics";
import { GIB, MIB } from "../core/parts";
import type { Settings } from "../core/settings";
import { own } from "./alarm-table";
import type { Names } from "./names";

/** A row of a metric widget's `metrics`. */
export type MetricRow = readonly unknown[];

const { dollars: PRICE } = LIST_PRICES;

/** Whose prices, for titles and texts. */
export const PRICES_OF = `list prices of ${LIST_PRICES.region}, ${LIST_PRICES.dated}`;

/** What is read, each as a sum over the widget's period: all are counted by look or by minute. */
const INPUTS = {
  copied: "ObjectsCopied",
  bytes: "BytesCopied",
  deleted: "ObjectsDeleted",
  retries: "Retries",
  running: "Running",
  launched: "Launched",
} as const satisfies Record<string, MetricName>;

/** The rows of a widget: what is not shown, and the total alone or its parts as well. */
export function dollarRows(names: Names, settings: Settings, shown: "total" | "parts" | "all"): readonly MetricRow[] {
  const parts = Object.entries(partsOf(settings));
  const total = parts.map(([id]) => id).join(" + ");
  return [
    ...Object.entries(INPUTS).map(([id, metric]) => {
      const { namespace, metricName, dimensions, stat } = own(names, metric, "Sum");
      return [namespace, metricName, ...Object.entries(dimensions).flat(), { id: `m_${id}`, stat, visible: false }];
    }),
    // Without the first summand a metric that never had a value has none here either, and an idle day would show nothing instead of 0.
    ...Object.keys(INPUTS).map((id) => expressionRow(id, `TIME_SERIES(0) + FILL(m_${id}, 0)`)),
    ...Object.entries(stepsOf(settings)).map(([id, expression]) => expressionRow(id, expression)),
    ...parts.map(([id, { label, expression }]) => expressionRow(id, expression, shown === "total" ? undefined : label)),
    ...(shown === "parts" ? [] : [expressionRow("total", total, "total")]),
  ];
}

function expressionRow(id: string, expression: string, label?: string): MetricRow {
  return [{ id, expression, ...(label === undefined ? { visible: false } : { label }) }];
}

/** What the parts of the bill are made of. */
function stepsOf({ pollIntervalSeconds, multipartThresholdMiB, partSizeMiB }: Settings): Record<string, string> {
  return {
    // One request, or one per part and two more; the sizes are not in the metrics, so all objects of a period count as one size.
    copies:
      `IF(bytes > copied * ${decimal(multipartThresholdMiB * MIB)}, ` +
      `copied * (CEIL(bytes / copied / ${decimal(partSizeMiB * MIB)}) + 2), copied)`,
    // A look counts the workers it finds and those it launches: they live at least until the next one.
    hours: `(running + launched) * ${decimal(pollIntervalSeconds)} / 3600`,
  };
}

/** The parts of the bill: label and expression by id. */
function partsOf(settings: Settings): Record<string, { readonly label: string; readonly expression: string }> {
  const { longPollSeconds, logRetentionDays } = settings;
  const pollsPerHour = (POLLS_PER_WORKER * 3600) / longPollSeconds;
  const keptMonths = logRetentionDays / DAYS_PER_MONTH;
  const perLogGb = decimal(PRICE.logsWritten + PRICE.logsKept * keptMonths);
  const queueRequests = `(copied + deleted) * ${QUEUE_REQUESTS_PER_EVENT} + hours * ${decimal(pollsPerHour)}`;
  return {
    upload: { label: "bytes written", expression: `bytes / ${GIB} * ${decimal(PRICE.expressUpload)}` },
    writes: { label: "copy requests", expression: `(copies + retries) / 1000 * ${decimal(PRICE.expressWrites)}` },
    others: {
      label: "other requests",
      expression:
        `(copied + deleted) * ${HEADS_PER_EVENT} / 1000 * ${decimal(PRICE.sourceReads)}` +
        ` + deleted / 1000 * ${decimal(PRICE.expressDeletes)}` +
        ` + (${queueRequests}) / 1000000 * ${decimal(PRICE.queueRequests)}`,
    },
    workers: { label: "workers", expression: `hours * ${decimal(workerHour(settings))}` },
    watching: {
      label: "logs and metrics",
      expression:
        `(copied + deleted) * ${LOG_BYTES_PER_OBJECT} / ${GIB} * ${perLogGb}` +
        ` + (hours + launched) * ${METRICS_WHEN_WORKING.length} / ${HOURS_PER_MONTH} * ${decimal(PRICE.metrics)}`,
    },
  };
}

/** Dollars an hour of one worker, in the mixture of Spot and On-Demand that is aimed at. */
function workerHour({ taskCpu, taskMemory, spotWeight, onDemandWeight, assignPublicIp }: Settings): number {
  const [vcpu, gb] = [taskCpu / 1024, taskMemory / 1024];
  const spot = spotWeight / (spotWeight + onDemandWeight);
  return (
    spot * (vcpu * PRICE.spotCpu + gb * PRICE.spotMemory) +
    (1 - spot) * (vcpu * PRICE.onDemandCpu + gb * PRICE.onDemandMemory) +
    (assignPublicIp ? PRICE.publicAddress : 0)
  );
}

/** Without an exponent, which the guide does not mention. */
function decimal(value: number): string {
  return value.toFixed(12).replace(/\.?0+$/, "");
}
