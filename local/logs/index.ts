/** CloudWatch Logs of the local cloud: what its processes really wrote, in groups and streams as AWS names them. */
import type { Clock } from "../http/clock";
import { makeJsonService } from "../http/json-service";
import { CloudError, type Service } from "../http/service";
import { describeLogGroups, describeLogStreams } from "./describe";
import { invalidParameter, notFound } from "./errors";
import { filterLogEvents } from "./filter-log-events";
import { text, type Input } from "./input";
import { LogGroup } from "./log-group";

export interface LogsOptions {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  /** Each group keeps so many bytes (messages and 26 each); the oldest events go first. Default 64 MiB. */
  readonly keepBytesPerGroup?: number;
  /** One FilterLogEvents call looks at so many events, then answers a token. Default 10,000. */
  readonly scanPerCall?: number;
}

export interface LoggedLine {
  readonly group: string;
  readonly stream: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly message: string;
}

export interface Logs {
  /** @internal Where requests for it go. */
  readonly service: Service;
  /** Nothing if it exists already. Retention is shown and never expires anything. */
  createGroup(name: string, options?: { readonly retentionInDays?: number }): void;
  /** @throws CloudError ResourceNotFoundException for an unknown group */
  openStream(group: string, stream: string): void;
  /** Group and stream are made if they are new. */
  put(line: LoggedLine): void;
  /** Called for each line of any group; the answer ends that. */
  onLine(listener: (line: LoggedLine) => void): () => void;
}

const MIB = 1024 * 1024;

export function makeLogs(options: LogsOptions): Logs {
  const { region, accountId, clock, keepBytesPerGroup = 64 * MIB, scanPerCall = 10_000 } = options;
  const groups = new Map<string, LogGroup>();
  const listeners = new Set<(line: LoggedLine) => void>();
  const arnOf = (name: string) => `arn:aws:logs:${region}:${accountId}:log-group:${name}`;
  const make = (name: string, retentionInDays?: number): LogGroup => {
    const known = groups.get(name);
    if (known !== undefined) return known;
    const made = new LogGroup(name, clock.now(), retentionInDays, keepBytesPerGroup);
    groups.set(name, made);
    return made;
  };
  const find = (name: string | undefined): LogGroup => {
    const group = groups.get(name ?? "");
    if (group === undefined) throw notFound("log group");
    return group;
  };
  const operations: Readonly<Record<string, (input: Input) => Input>> = {
    FilterLogEvents: (input) => filterLogEvents(find(groupName(input)), input, scanPerCall),
    DescribeLogGroups: (input) => describeLogGroups([...groups.values()], input, arnOf),
    DescribeLogStreams: (input) => {
      const group = find(groupName(input));
      return describeLogStreams(group, input, arnOf(group.name));
    },
    CreateLogGroup: (input) => {
      const name = text(input, "logGroupName") ?? "";
      if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name)) throw invalidParameter(`'${name}' is no name for a log group.`);
      if (groups.has(name)) {
        throw new CloudError(400, "ResourceAlreadyExistsException", "The specified log group already exists");
      }
      make(name);
      return {};
    },
  };
  return {
    service: makeJsonService({
      name: "logs",
      target: "Logs_20140328.",
      version: "1.1",
      operations: Object.keys(operations),
      resourceOf: (_operation, input) => nameOf(input),
      call: (operation, input) => operations[operation]?.(input),
    }),
    createGroup: (name, { retentionInDays } = {}) => void make(name, retentionInDays),
    openStream: (group, stream) => void find(group).openStream(stream, clock.now()),
    put(line) {
      // Source: API InputLogEvent, message: at least one character.
      if (line.message === "") return;
      make(line.group).put(line.stream, line.at, line.message, clock.now());
      for (const listener of listeners) listener(line);
    },
    onLine(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** @throws CloudError InvalidParameterException unless exactly one of logGroupName and logGroupIdentifier is there */
function groupName(input: Input): string | undefined {
  const given = [text(input, "logGroupName"), text(input, "logGroupIdentifier")].filter((one) => one !== undefined);
  if (given.length !== 1) throw invalidParameter("Exactly one of logGroupName and logGroupIdentifier must be given.");
  return nameOf(input);
}

/** A name, or an ARN with or without `:*`. */
function nameOf(input: Input): string | undefined {
  const given = text(input, "logGroupName") ?? text(input, "logGroupIdentifier");
  return given?.replace(/^arn:aws:logs:[^:]*:[^:]*:log-group:/, "").replace(/:\*$/, "");
}
