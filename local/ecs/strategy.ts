/** Which capacity provider each task of a RunTask goes to. Source: API RunTask, API CapacityProviderStrategyItem. */
import { invalidParameter, isRecord, records, text, type Input } from "./input";

/**
 * Undefined entries: no capacity provider (`launchType`).
 * @throws CloudError InvalidParameterException: launchType beside a strategy, weights of only zero, a provider that is not attached
 */
export function placements(input: Input, count: number, attached: readonly string[]): (string | undefined)[] {
  const items = records(input, "capacityProviderStrategy");
  const launchType = text(input, "launchType");
  if (items.length === 0) {
    if (launchType !== undefined && launchType !== "FARGATE")
      throw invalidParameter(`Launch type ${launchType} is not part of this cloud.`);
    return Array.from({ length: count }, () => undefined);
  }
  if (launchType !== undefined) {
    throw invalidParameter(
      "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
    );
  }
  const strategy = items.map((item) => ({
    name: text(item, "capacityProvider") ?? "",
    weight: number(item, "weight", 1000),
    base: number(item, "base", 100_000),
  }));
  for (const { name } of strategy) {
    if (!attached.includes(name)) {
      throw invalidParameter(
        `The specified capacity provider '${name}' was not found. Specify a valid name or ARN and try again.`,
      );
    }
  }
  if (strategy.every((item) => item.weight === 0)) {
    throw invalidParameter(
      "The specified capacity provider strategy cannot contain only capacity providers with a weight of 0.",
    );
  }
  if (strategy.filter((item) => item.base > 0).length > 1) {
    throw invalidParameter("Only one capacity provider in a capacity provider strategy can have a base defined.");
  }
  return distribute(strategy, count);
}

/** The base first, then always the provider that is furthest behind its share. */
function distribute(strategy: readonly { name: string; weight: number; base: number }[], count: number): string[] {
  const chosen: string[] = [];
  for (const { name, base } of strategy)
    while (chosen.length < count && chosen.filter((one) => one === name).length < base) chosen.push(name);
  const given = new Map<string, number>();
  while (chosen.length < count) {
    const next = strategy
      .filter((item) => item.weight > 0)
      .reduce((best, item) => (load(item, given) < load(best, given) ? item : best));
    given.set(next.name, (given.get(next.name) ?? 0) + 1);
    chosen.push(next.name);
  }
  return chosen;
}

function load(item: { name: string; weight: number }, given: ReadonlyMap<string, number>): number {
  return ((given.get(item.name) ?? 0) + 1) / item.weight;
}

function number(item: Input, name: string, most: number): number {
  const value = isRecord(item) ? (item[name] ?? 0) : 0;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > most) {
    throw invalidParameter(`Invalid ${name} in the capacity provider strategy.`);
  }
  return value;
}
