/** Alarms and where they are sent; none without an address. */
import { MetricAlarm } from "@pulumi/aws/cloudwatch";
import { Topic, TopicSubscription } from "@pulumi/aws/sns";
import { type AlarmRow, alarmTable, alarmText, type Series } from "./alarm-table";
import { type Context, named, under } from "./context";
import { alarmName } from "./names";

export function createAlarms(context: Context): void {
  const { settings, names } = context;
  if (settings.alarmEmail === undefined) return;
  // Not encrypted with aws/sns: CloudWatch could not publish (SNS guide, encrypted topics). The mails hold names and numbers only.
  const topic = new Topic(named(context, "alarms"), { name: names.topic, tags: settings.tags }, under(context));
  new TopicSubscription(
    named(context, "alarms-mail"),
    { topic: topic.arn, protocol: "email", endpoint: settings.alarmEmail },
    under(context),
  );
  for (const row of alarmTable(names, settings)) createAlarm(context, row, topic);
}

function createAlarm(context: Context, row: AlarmRow, topic: Topic): void {
  const { settings } = context;
  const [bad, of] = row.periods;
  new MetricAlarm(
    named(context, `alarm-${row.id}`),
    {
      name: alarmName(settings.namePrefix, row.id),
      alarmDescription: alarmText(row),
      ...watched(row),
      comparisonOperator: "GreaterThanThreshold",
      threshold: row.above,
      datapointsToAlarm: bad,
      evaluationPeriods: of,
      // An idle system is silent, unless a canary flies.
      treatMissingData: row.silence ?? "notBreaching",
      actionsEnabled: !(settings.paused && row.silentWhenPaused === true),
      alarmActions: [topic.arn],
      okActions: [topic.arn],
      tags: settings.tags,
    },
    under(context),
  );
}

function watched({ watches, periodSeconds }: AlarmRow): object {
  if ("expression" in watches) {
    const { expression, series } = watches;
    return {
      metricQueries: [
        { id: "result", expression, label: "bad", returnData: true },
        ...Object.entries(series).map(([id, one]) => ({ id, returnData: false, metric: metricOf(one, periodSeconds) })),
      ],
    };
  }
  const { stat, ...metric } = watches;
  const statistic = /^p\d/.test(stat) ? { extendedStatistic: stat } : { statistic: stat };
  return { ...metric, ...statistic, period: periodSeconds };
}

function metricOf({ namespace, metricName, dimensions, stat }: Series, period: number): object {
  return { namespace, metricName, dimensions, stat, period };
}
