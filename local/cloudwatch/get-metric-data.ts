/** GetMetricData for metrics; expressions are refused. Source: API GetMetricData, MetricDataQuery, MetricStat. */
import { CloudError } from "../http/service";
import {
  isRecord,
  metricId,
  records,
  requiredText,
  requiredTime,
  text,
  validationError,
  whole,
  type Input,
} from "./input";
import type { MetricId, MetricStore, Sample } from "./metric-store";
import { statisticOf, type Statistic } from "./statistics";

const MAX_QUERIES = 500;
const MAX_DATAPOINTS = 100_800;

interface Query {
  readonly id: string;
  readonly label: string;
  readonly metric: MetricId;
  readonly periodMs: number;
  readonly statistic: Statistic;
  readonly unit: string | undefined;
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly ascending: boolean;
}

interface Point {
  readonly at: number;
  readonly value: number;
}

/** Which query a page goes on with, and the time of the last point the page before it had of that query. */
interface Place {
  readonly query: number;
  readonly after: number | undefined;
}

/** @throws CloudError ValidationError with every problem of the queries, InvalidNextToken */
export function getMetricData(store: MetricStore, input: Input): Input {
  const queries = readQueries(input);
  const [start, end] = [requiredTime(input, "StartTime"), requiredTime(input, "EndTime")];
  if (start >= end) throw validationError("The parameter StartTime must be less than the parameter EndTime.");
  const ascending = text(input, "ScanBy") === "TimestampAscending";
  const place = readToken(text(input, "NextToken"));
  let room = whole(input, "MaxDatapoints", 1, MAX_DATAPOINTS) ?? MAX_DATAPOINTS;
  let next: Place | undefined;
  const results = queries.slice(place.query).map((query, i) => {
    const all = pointsOf(store, query, { start, end, ascending });
    const after = i === 0 ? place.after : undefined;
    const left = after === undefined ? all : all.filter(({ at }) => (ascending ? at > after : at < after));
    const shown = left.slice(0, room);
    room -= shown.length;
    const isWhole = shown.length === left.length;
    if (!isWhole) next ??= { query: place.query + i, after: shown.at(-1)?.at ?? after };
    return {
      Id: query.id,
      Label: query.label,
      Timestamps: shown.map(({ at }) => at / 1000),
      Values: shown.map(({ value }) => value),
      StatusCode: isWhole ? "Complete" : "PartialData",
    };
  });
  return { MetricDataResults: results, Messages: [], ...(next !== undefined && { NextToken: writeToken(next) }) };
}

/** One point per period that has samples, at the period's start. */
function pointsOf(store: MetricStore, query: Query, range: Range): Point[] {
  const { metric, periodMs, statistic, unit } = query;
  // The start is rounded down: to the minute, or to a shorter period's own division of it. API GetMetricData, StartTime.
  const grid = Math.min(periodMs, 60_000);
  const samples = store.samples(metric, Math.floor(range.start / grid) * grid, range.end);
  const byPeriod = new Map<number, Sample[]>();
  for (const sample of samples) {
    if (unit !== undefined && sample.unit !== unit) continue;
    const at = Math.floor(sample.at / periodMs) * periodMs;
    const period = byPeriod.get(at);
    if (period === undefined) byPeriod.set(at, [sample]);
    else period.push(sample);
  }
  const points = [...byPeriod].map(([at, inPeriod]) => ({ at, value: statistic(inPeriod) }));
  return points.sort((a, b) => (range.ascending ? a.at - b.at : b.at - a.at));
}

function readQueries(input: Input): Query[] {
  const given = records(input, "MetricDataQueries");
  if (given.length === 0) throw validationError("The parameter MetricDataQueries is required.");
  if (given.length > MAX_QUERIES) throw validationError(`At most ${MAX_QUERIES} MetricDataQueries can be given.`);
  const problems: string[] = [];
  const queries: Query[] = [];
  for (const one of given) {
    try {
      const query = readQuery(one);
      if (queries.some(({ id }) => id === query.id)) problems.push(`Id ${query.id} is used twice`);
      if (one["ReturnData"] !== false) queries.push(query);
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw validationError(problems.join("; "));
  return queries;
}

function readQuery(input: Input): Query {
  const id = requiredText(input, "Id");
  if (!/^[a-z][a-zA-Z0-9_]*$/.test(id)) throw validationError(`Id ${id} must begin with a lower-case letter`);
  if (input["Expression"] !== undefined) {
    throw validationError(`Id ${id}: the local cloud evaluates no expressions, only MetricStat`);
  }
  const stat = input["MetricStat"];
  if (!isRecord(stat) || !isRecord(stat["Metric"])) throw validationError(`Id ${id}: MetricStat.Metric is required`);
  const metric = metricId(stat["Metric"]);
  const period = whole(stat, "Period", 1, 86_400);
  if (period === undefined || !(period % 60 === 0 || [1, 5, 10, 20, 30].includes(period))) {
    throw validationError(`Id ${id}: Period must be 1, 5, 10, 20, 30 or a multiple of 60`);
  }
  const name = requiredText(stat, "Stat");
  const statistic = statisticOf(name);
  if (statistic === undefined) {
    throw validationError(
      `Id ${id}: the local cloud has no statistic ${name}, only Sum, Average, Minimum, Maximum, SampleCount and pNN`,
    );
  }
  const label = text(input, "Label") ?? metric.name;
  return { id, label, metric, periodMs: period * 1000, statistic, unit: text(stat, "Unit") };
}

function writeToken({ query, after }: Place): string {
  return Buffer.from(JSON.stringify([query, after ?? null])).toString("base64url");
}

/** @throws CloudError InvalidNextToken */
function readToken(token: string | undefined): Place {
  if (token === undefined) return { query: 0, after: undefined };
  try {
    const read = JSON.parse(Buffer.from(token, "base64url").toString()) as unknown;
    if (Array.isArray(read)) {
      const [query, after] = read as readonly unknown[];
      if (typeof query === "number") return { query, after: typeof after === "number" ? after : undefined };
    }
  } catch {
    // Said below.
  }
  throw new CloudError(400, "InvalidNextToken", "The next token specified is invalid.");
}
