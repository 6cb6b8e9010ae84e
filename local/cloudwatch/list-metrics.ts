/** ListMetrics. Source: API ListMetrics, DimensionFilter. */
import { CloudError } from "../http/service";
import { records, requiredText, text, validationError, type Input } from "./input";
import type { MetricStore } from "./metric-store";

const PAGE = 500;
const RECENT_MS = 3 * 3600 * 1000;

/** @throws CloudError ValidationError, InvalidNextToken */
export function listMetrics(store: MetricStore, input: Input, now: number): Input {
  const [namespace, name, recently] = [
    text(input, "Namespace"),
    text(input, "MetricName"),
    text(input, "RecentlyActive"),
  ];
  if (recently !== undefined && recently !== "PT3H") throw validationError("RecentlyActive can only be PT3H.");
  const wanted = records(input, "Dimensions").map((one) => ({
    name: requiredText(one, "Name"),
    value: text(one, "Value"),
  }));
  const found = store
    .metrics()
    .filter(({ id, lastAt }) => {
      if (namespace !== undefined && id.namespace !== namespace) return false;
      if (name !== undefined && id.name !== name) return false;
      if (recently !== undefined && now - lastAt > RECENT_MS) return false;
      return wanted.every((filter) =>
        id.dimensions.some((one) => one.name === filter.name && (filter.value ?? one.value) === one.value),
      );
    })
    .map(({ id }) => ({
      Namespace: id.namespace,
      MetricName: id.name,
      Dimensions: id.dimensions.map((one) => ({ Name: one.name, Value: one.value })),
    }));
  const token = text(input, "NextToken") ?? "0";
  if (!/^\d+$/.test(token)) throw new CloudError(400, "InvalidNextToken", "The next token specified is invalid.");
  const end = Number(token) + PAGE;
  return {
    Metrics: found.slice(Number(token), end),
    ...(end < found.length && { NextToken: String(end) }),
  };
}
