/**
 * The embedded metric format: metrics in a line of a log. Source: CloudWatch User Guide "Specification: Embedded metric format". Read here:
 * numbers and arrays of up to 100 numbers; what the specification forbids gives no metric, as in AWS.
 */
import type { MetricId } from "./metric-store";

export interface EmbeddedValue {
  readonly id: MetricId;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
  readonly unit: string;
}

type Json = Readonly<Record<string, unknown>>;

const MAX_METRICS = 100;
const MAX_VALUES = 100;
/** API PutMetricData, Dimensions; the specification still says 9. */
const MAX_DIMENSIONS = 30;

/** Nothing for a line that is no such document. */
export function embeddedValues(line: string): EmbeddedValue[] {
  // Nearly every line is none: not worth parsing.
  if (!line.includes('"_aws"')) return [];
  let root: unknown;
  try {
    root = JSON.parse(line);
  } catch {
    return [];
  }
  if (!isObject(root) || !isObject(root["_aws"])) return [];
  const { Timestamp: at, CloudWatchMetrics: directives } = root["_aws"];
  if (typeof at !== "number" || !Number.isInteger(at) || !Array.isArray(directives)) return [];
  const members = root;
  return directives.filter(isObject).flatMap((directive) => valuesOf(directive, members, at));
}

function valuesOf(directive: Json, members: Json, at: number): EmbeddedValue[] {
  const { Namespace: namespace, Dimensions: sets, Metrics: metrics } = directive;
  if (typeof namespace !== "string" || namespace === "" || !Array.isArray(sets) || !Array.isArray(metrics)) return [];
  if (metrics.length > MAX_METRICS) return [];
  const dimensionSets = sets.map((set: unknown) => dimensionsOf(set, members)).filter((set) => set !== undefined);
  return metrics.filter(isObject).flatMap((metric) => {
    const { Name: name, Unit: unit } = metric;
    if (typeof name !== "string") return [];
    const values = numbersOf(members[name]);
    return dimensionSets.flatMap((dimensions) =>
      values.map((value) => ({
        id: { namespace, name, dimensions },
        at,
        value,
        unit: typeof unit === "string" ? unit : "None",
      })),
    );
  });
}

/** Undefined unless every name of the set is a member with text. */
function dimensionsOf(set: unknown, members: Json): MetricId["dimensions"] | undefined {
  if (!Array.isArray(set) || set.length > MAX_DIMENSIONS) return undefined;
  const dimensions = set.map((name: unknown) => ({ name: String(name), value: members[String(name)] }));
  return dimensions.every(hasText) ? dimensions : undefined;
}

function hasText(dimension: { name: string; value: unknown }): dimension is { name: string; value: string } {
  return typeof dimension.value === "string" && dimension.value !== "";
}

function numbersOf(value: unknown): readonly number[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isAllNumbers = values.every((one): one is number => typeof one === "number");
  return isAllNumbers && values.length <= MAX_VALUES ? values : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
