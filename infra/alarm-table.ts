/** The alarms: what is watched, when it is bad, what to do. Pure; infra/alarms.ts makes them. */
import { METRICS, type MetricName, NAMESPACE } from "../core/metrics";
import type { Settings } from "../core/settings";
import type { Names } from "./names";

/** One series: a metric of AWS or of ours. */
export interface Series {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stat: string;
}

export interface AlarmRow {
  readonly id: string;
  /** For whoever gets the mail at night. */
  readonly description: string;
  /** Heading of docs/operations.md, as an anchor. */
  readonly runbook: string;
  /** One series, or an expression over several by name. */
  readonly watches: Series | { readonly expression: string; readonly series: Readonly<Record<string, Series>> };
  readonly above: number;
  readonly periodSeconds: number;
  /** So many of the last periods. */
  readonly periods: readonly [bad: number, of: number];
  /** What silence means; "notBreaching" without it. */
  readonly silence?: "breaching";
  /** Normal while the stack is paused. */
  readonly silentWhenPaused?: true;
}

export function alarmTable(names: Names, settings: Settings): readonly AlarmRow[] {
  const { lagObjectiveSeconds, canaryMinutes, verifySchedule } = settings;
  return [
    ...troubleRows(names, settings.onDemandWeight),
    ...(lagObjectiveSeconds === undefined ? [] : [lagRow(names, lagObjectiveSeconds)]),
    ...(canaryMinutes === undefined ? [] : [canaryRow(names, canaryMinutes)]),
    ...(verifySchedule === undefined ? [] : verifyRows(names)),
  ];
}

/** What CloudWatch shows and mails. */
export function alarmText({ description, runbook }: AlarmRow): string {
  return `${description} Runbook: docs/operations.md#${runbook}`;
}

/** @param onDemandWeight 0: only Spot may be used */
function troubleRows(names: Names, onDemandWeight: number): readonly AlarmRow[] {
  return [
    {
      id: "dead-letters",
      description:
        "Keys could not be synced. `s3-express-sync dlq list` groups them by reason, `dlq redrive` tries again.",
      runbook: "dead-letters-grow",
      watches: sqs(names.deadLetterQueue, "ApproximateNumberOfMessagesVisible", "Maximum"),
      above: 0,
      periodSeconds: 300,
      periods: [1, 1],
    },
    {
      id: "starter-failing",
      description: "No workers are launched. `s3-express-sync logs starter --errors` says why.",
      runbook: "messages-wait-and-no-worker-runs",
      watches: {
        namespace: "AWS/Lambda",
        metricName: "Errors",
        dimensions: { FunctionName: names.starter },
        stat: "Sum",
      },
      above: 0,
      periodSeconds: 60,
      periods: [3, 5],
    },
    {
      id: "crash-loop",
      description: "Workers die as fast as they start. `s3-express-sync logs worker --errors` has their last words.",
      runbook: "messages-wait-and-no-worker-runs",
      watches: own(names, "CrashLoop", "Maximum"),
      above: 0,
      periodSeconds: 60,
      periods: [3, 5],
    },
    {
      id: "no-progress",
      description: "Messages wait and none is finished. `s3-express-sync status` says in a sentence what is going on.",
      runbook: "messages-wait-and-no-worker-runs",
      watches: {
        expression: "IF(waiting > 0 AND FILL(finished, 0) < 1, 1, 0)",
        series: {
          waiting: sqs(names.queue, "ApproximateNumberOfMessagesVisible", "Minimum"),
          finished: sqs(names.queue, "NumberOfMessagesDeleted", "Sum"),
        },
      },
      above: 0,
      periodSeconds: 300,
      periods: [3, 3],
      silentWhenPaused: true,
    },
    {
      id: "breaker",
      description:
        "Everything failed for a worker (permissions, sessions, or S3 itself), so it stopped and probes. `s3-express-sync doctor` looks for the cause.",
      runbook: "alarms",
      watches: own(names, "BreakerOpen", "Sum"),
      above: 0,
      periodSeconds: 300,
      periods: [1, 1],
    },
    {
      id: "spot-shortage",
      description:
        onDemandWeight > 0
          ? "No Spot capacity for half an hour. Work goes on On-Demand, at about twice the price of a worker; nothing has to be done."
          : "No Spot capacity for half an hour, and nothing else is allowed, so messages wait. Raise onDemandWeight and run pulumi up.",
      runbook: "alarms",
      watches: own(names, "SpotShortage", "Maximum"),
      above: 0,
      periodSeconds: 300,
      periods: [6, 6],
    },
  ];
}

function lagRow(names: Names, objective: number): AlarmRow {
  return {
    id: "lag",
    description: `Keys reach ${names.destinationBucket} later than ${objective} s after their change. \`s3-express-sync status\` shows what it waits for.`,
    runbook: "it-is-slow",
    watches: own(names, "SyncLagSeconds", "p99"),
    above: objective,
    periodSeconds: 60,
    periods: [3, 5],
  };
}

/** Two canaries in a row that did not arrive: one may fall into the moment between two periods. */
function canaryRow(names: Names, minutes: number): AlarmRow {
  return {
    id: "canary",
    description: `The canary of ${names.sourceBucket} does not arrive: events, starter or workers are broken. \`s3-express-sync doctor --probe\` times each leg.`,
    runbook: "alarms",
    // A value at all is the good news; later than two of them apart is as bad as none.
    watches: own(names, "CanaryLagSeconds", "Maximum"),
    above: 2 * minutes * 60,
    periodSeconds: minutes * 60,
    periods: [2, 2],
    silence: "breaching",
    silentWhenPaused: true,
  };
}

/** A run tells its result once, at its end. */
function verifyRows(names: Names): readonly AlarmRow[] {
  const log = `the streams verify/ of ${names.workerLogGroup}`;
  const told = { above: 0, periodSeconds: 300, periods: [1, 1], runbook: "the-scheduled-verify" } as const;
  return [
    {
      id: "drift",
      description:
        `The buckets were not equal: verify-finished in ${log} counts and verify-finding names the keys. What workers can repair is enqueued; ` +
        "what is only at the destination waits for `verify --repair --max-delete`.",
      watches: own(names, "Drift", "Maximum"),
      ...told,
    },
    {
      id: "verify-failing",
      description: `The scheduled verify came to no result: verify-failed in ${log} says why.`,
      watches: own(names, "VerifyFailures", "Sum"),
      ...told,
    },
    {
      id: "verify-not-started",
      description: `The scheduled verify could not be started: look at the rule ${names.verifyRule} and its role.`,
      watches: {
        namespace: "AWS/Events",
        metricName: "FailedInvocations",
        dimensions: { RuleName: names.verifyRule },
        stat: "Sum",
      },
      ...told,
    },
  ];
}

/** A metric of core/metrics.ts, as worker and starter emit it. */
export function own(names: Names, metric: MetricName, stat: string): Series {
  return { namespace: NAMESPACE, metricName: metric, dimensions: { Queue: names.queue }, stat };
}

export function sqs(queue: string, metricName: string, stat: string): Series {
  return { namespace: "AWS/SQS", metricName, dimensions: { QueueName: queue }, stat };
}

/** Names of all own metrics that `from` emits under the dimension Queue alone. */
export function plainMetrics(from: "worker" | "starter"): readonly MetricName[] {
  return (Object.keys(METRICS) as MetricName[]).filter((name) => {
    const traits = METRICS[name];
    return traits.from === from && !("by" in traits);
  });
}
