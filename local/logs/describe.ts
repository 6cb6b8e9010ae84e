/** DescribeLogGroups and DescribeLogStreams. Source: the API pages of the same names. */
import { invalidParameter } from "./errors";
import { flag, text, whole, type Input } from "./input";
import type { LogGroup, LogStream } from "./log-group";

const MAX_LISTED = 50;

/** In order of their names. @throws CloudError InvalidParameterException */
export function describeLogGroups(groups: readonly LogGroup[], input: Input, arnOf: (group: string) => string): Input {
  const [prefix, pattern] = [text(input, "logGroupNamePrefix"), text(input, "logGroupNamePattern")];
  if (prefix !== undefined && pattern !== undefined) {
    throw invalidParameter("Only one of the parameters logGroupNamePrefix and logGroupNamePattern can be given.");
  }
  const found = groups
    .filter(({ name }) => name.startsWith(prefix ?? "") && name.toLowerCase().includes((pattern ?? "").toLowerCase()))
    .sort(byName);
  return page(found, input, "logGroups", (group) => ({
    logGroupName: group.name,
    creationTime: group.createdAt,
    ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
    metricFilterCount: 0,
    arn: `${arnOf(group.name)}:*`,
    logGroupArn: arnOf(group.name),
    logGroupClass: "STANDARD",
    storedBytes: group.storedBytes,
  }));
}

/** @throws CloudError InvalidParameterException */
export function describeLogStreams(group: LogGroup, input: Input, groupArn: string): Input {
  const prefix = text(input, "logStreamNamePrefix");
  const isByTime = text(input, "orderBy") === "LastEventTime";
  if (isByTime && prefix !== undefined) {
    throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
  }
  const found = group
    .streams()
    .filter(({ name }) => name.startsWith(prefix ?? ""))
    .sort(isByTime ? (a, b) => (a.lastEventAt ?? 0) - (b.lastEventAt ?? 0) || byName(a, b) : byName);
  if (flag(input, "descending") === true) found.reverse();
  return page(found, input, "logStreams", (stream) => shownStream(stream, groupArn));
}

function shownStream(stream: LogStream, groupArn: string): Input {
  const { name, createdAt, firstEventAt, lastEventAt, lastIngestedAt } = stream;
  return {
    logStreamName: name,
    creationTime: createdAt,
    ...(firstEventAt !== undefined && { firstEventTimestamp: firstEventAt }),
    ...(lastEventAt !== undefined && { lastEventTimestamp: lastEventAt }),
    ...(lastIngestedAt !== undefined && { lastIngestionTime: lastIngestedAt }),
    arn: `${groupArn}:log-stream:${name}`,
    // Since June 2019 AWS says 0 for every stream.
    storedBytes: 0,
  };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function page<T>(found: readonly T[], input: Input, member: string, show: (one: T) => Input): Input {
  const size = whole(input, "limit", 1, MAX_LISTED) ?? MAX_LISTED;
  const token = text(input, "nextToken") ?? "0";
  if (!/^\d+$/.test(token)) throw invalidParameter("The specified nextToken is invalid.");
  const end = Number(token) + size;
  return {
    [member]: found.slice(Number(token), end).map(show),
    ...(end < found.length && { nextToken: String(end) }),
  };
}
