/** FilterLogEvents: events of many streams in order of time, page by page. Source: API FilterLogEvents. */
import { invalidParameter, notFound } from "./errors";
import { filterPattern } from "./filter-pattern";
import { flag, list, text, whole, type Input } from "./input";
import { sizeOf, type LogEvent, type LogGroup, type Position } from "./log-group";

const MAX_EVENTS = 10_000;
const MAX_PAGE_BYTES = 1024 * 1024;
/** API FilterLogEvents, startFromHead: false only from this start time on. */
const FIRST_START_FROM_TAIL = Date.UTC(2024, 0, 1);

interface Query {
  readonly matches: (event: LogEvent) => boolean;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  /** Where the last page ended. */
  readonly resume: Position | undefined;
  readonly fromHead: boolean;
}

/**
 * @param scanPerCall how many events one call looks at: AWS may answer a page without events and with a token, and so does this
 * @throws CloudError InvalidParameterException; ResourceNotFoundException for a stream that is named and does not exist
 */
export function filterLogEvents(group: LogGroup, input: Input, scanPerCall: number): Input {
  const query = readQuery(group, input);
  const step = query.fromHead ? 1 : -1;
  const events: LogEvent[] = [];
  let bytes = 0;
  let index = startIndex(group, query);
  let examined = 0;
  let event = group.event(index);
  for (; event !== undefined && isInRange(event, query); event = group.event(index)) {
    if (events.length === query.limit || examined === scanPerCall) break;
    if (query.matches(event)) {
      if (bytes + sizeOf(event) > MAX_PAGE_BYTES && events.length > 0) break;
      bytes += sizeOf(event);
      events.push(event);
    }
    examined += 1;
    index += step;
  }
  const hasMore = event !== undefined && isInRange(event, query);
  return {
    events: events.map(shown),
    searchedLogStreams: [],
    ...(hasMore && event !== undefined && { nextToken: writeToken(event, query.fromHead) }),
  };
}

function readQuery(group: LogGroup, input: Input): Query {
  const names = list(input, "logStreamNames");
  const prefix = text(input, "logStreamNamePrefix");
  if (names.length > 0 && prefix !== undefined) {
    throw invalidParameter("Only one of the parameters logStreamNames and logStreamNamePrefix can be given.");
  }
  if (names.some((name) => group.stream(name) === undefined)) throw notFound("log stream");
  const wanted = new Set(names);
  const isWanted = (stream: string) => (names.length === 0 ? stream.startsWith(prefix ?? "") : wanted.has(stream));
  const matches = filterPattern(text(input, "filterPattern") ?? "");
  const from = whole(input, "startTime", 0, Number.MAX_SAFE_INTEGER);
  const token = text(input, "nextToken");
  const resume = token === undefined ? undefined : readToken(token);
  const fromHead = resume?.fromHead ?? flag(input, "startFromHead") ?? true;
  if (!fromHead && (from ?? 0) < FIRST_START_FROM_TAIL) {
    throw invalidParameter("startFromHead can be false only with a startTime on or after 2024-01-01T00:00:00Z.");
  }
  return {
    matches: (event) => isWanted(event.stream) && matches(event.message),
    from: from ?? 0,
    to: whole(input, "endTime", 0, Number.MAX_SAFE_INTEGER) ?? Number.MAX_SAFE_INTEGER,
    limit: whole(input, "limit", 1, MAX_EVENTS) ?? MAX_EVENTS,
    resume,
    fromHead,
  };
}

function startIndex(group: LogGroup, { resume, from, to, fromHead }: Query): number {
  if (fromHead) return group.indexOf(resume ?? { at: from, sequence: 0 });
  // The event a page ended at may have been dropped: then the one before its place.
  const index = group.indexOf(resume ?? { at: to + 1, sequence: 0 });
  const isThere = resume !== undefined && group.event(index)?.sequence === resume.sequence;
  return isThere ? index : index - 1;
}

/** Both ends belong to the range. */
function isInRange(event: LogEvent, { from, to }: Query): boolean {
  return event.at >= from && event.at <= to;
}

function shown({ at, ingestedAt, message, sequence, stream }: LogEvent): Input {
  return {
    logStreamName: stream,
    timestamp: at,
    message,
    ingestionTime: ingestedAt,
    // AWS: 56 digits that begin with the time.
    eventId: `${String(at).padStart(16, "0")}${String(sequence).padStart(40, "0")}`,
  };
}

function writeToken({ at, sequence }: Position, fromHead: boolean): string {
  return Buffer.from(JSON.stringify([at, sequence, fromHead])).toString("base64url");
}

/** @throws CloudError InvalidParameterException */
function readToken(token: string): Position & { readonly fromHead: boolean } {
  try {
    const read = JSON.parse(Buffer.from(token, "base64url").toString()) as unknown;
    if (Array.isArray(read)) {
      const [at, sequence, fromHead] = read as readonly unknown[];
      if (typeof at === "number" && typeof sequence === "number" && typeof fromHead === "boolean") {
        return { at, sequence, fromHead };
      }
    }
  } catch {
    // Said below.
  }
  throw invalidParameter("The specified nextToken is invalid.");
}
