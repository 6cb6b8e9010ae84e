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
  /** One series, or an expression over several by name. */
  readonly watches: Series | { readonly expression: string; readonly series: Readonly<Record<string, Series>> };
  readonly above: number;
  readonly periodSeconds: number;
  /** So many of the last periods. */
  readonly periods: readonly [bad: number, of: number];
  /** Normal while the stack is paused. */
  readonly silentWhenPaused?: true;
}

export function alarmTable(names: Names, { lagObjectiveSeconds, verifySchedule }: Settings): readonly AlarmRow[] {
  const dlq = sqs(names.deadLetterQueue, "ApproximateNumberOfMessagesVisible", "Maximum");
  return [
    {
      id: "dead-letters",
      description: `Keys could not be synced: read the messages of ${names.deadLetterQueue}, each tells its reason.`,
      watches: dlq,
      above: 0,
      periodSeconds: 300,
      periods: [1, 1],
    },
    {
      id: "starter-failing",
      description: `No workers are launched: read the log ${names.starterLogGroup}.`,
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
      description: `Workers die as fast as they start: read the log ${names.workerLogGroup}.`,
      watches: own(names, "CrashLoop", "Maximum"),
      above: 0,
      periodSeconds: 60,
      periods: [3, 5],
    },
    {
      id: "no-progress",
      description: `Messages wait in ${names.queue} and none is finished: look at the logs of starter and workers.`,
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
    ...(lagObjectiveSeconds === undefined
      ? []
      : [
          {
            id: "lag",
            description: `Keys reach ${names.destinationBucket} later than ${lagObjectiveSeconds} s after their change.`,
            watches: own(names, "SyncLagSeconds", "p99"),
            above: lagObjectiveSeconds,
            periodSeconds: 60,
            periods: [3, 5],
          } as const,
        ]),
    ...(verifySchedule === undefined ? [] : verifyRows(names)),
  ];
}

/** A run tells its result once, at its end. */
function verifyRows(names: Names): readonly AlarmRow[] {
  const log = `the streams verify/ of ${names.workerLogGroup}`;
  const told = { above: 0, periodSeconds: 300, periods: [1, 1] } as const;
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
