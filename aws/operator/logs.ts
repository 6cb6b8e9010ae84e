/** Lines of a log group. */
import {
  type CloudWatchLogsClient,
  FilterLogEventsCommand,
  type FilteredLogEvent,
} from "@aws-sdk/client-cloudwatch-logs";

export interface LogEvent {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly stream: string;
  readonly message: string;
}

export interface LogQuery {
  readonly group: string;
  /** Filter pattern of CloudWatch Logs; undefined is all lines. */
  readonly pattern?: string | undefined;
  /** Epoch milliseconds, included. */
  readonly from: number;
  /** Epoch milliseconds, not included. */
  readonly to?: number;
}

/** Page by page, in order of time; a page may be empty although more follow (API FilterLogEvents). */
export async function* readLog(
  logs: CloudWatchLogsClient,
  { group, pattern, from, to }: LogQuery,
  signal: AbortSignal,
): AsyncGenerator<readonly LogEvent[]> {
  let token: string | undefined;
  do {
    const command = new FilterLogEventsCommand({
      logGroupName: group,
      startTime: from,
      ...(pattern === undefined ? {} : { filterPattern: pattern }),
      // CloudWatch's end is included.
      ...(to === undefined ? {} : { endTime: to - 1 }),
      ...(token === undefined ? {} : { nextToken: token }),
    });
    const page = await logs.send(command, { abortSignal: signal });
    yield (page.events ?? []).map(eventOf);
    token = page.nextToken;
  } while (token !== undefined);
}

function eventOf({ eventId, timestamp, logStreamName, message }: FilteredLogEvent): LogEvent {
  return { id: eventId ?? "", at: timestamp ?? 0, stream: logStreamName ?? "", message: message ?? "" };
}
