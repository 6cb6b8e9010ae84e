/** Reads the members of a request to CloudWatch. Times are seconds since the epoch in JSON. */
import { CloudError } from "../http/service";
import type { MetricId } from "./metric-store";

export type Input = Readonly<Record<string, unknown>>;

export function validationError(message: string): CloudError {
  return new CloudError(400, "ValidationError", message);
}

export function isRecord(value: unknown): value is Input {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function text(input: Input, name: string): string | undefined {
  const value = input[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** @throws CloudError ValidationError */
export function requiredText(input: Input, name: string): string {
  const value = text(input, name);
  if (value === undefined) throw validationError(`The parameter ${name} is required.`);
  return value;
}

export function records(input: Input, name: string): readonly Input[] {
  const value = input[name];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** Milliseconds. @throws CloudError ValidationError */
export function requiredTime(input: Input, name: string): number {
  const value = input[name];
  if (typeof value !== "number") throw validationError(`The parameter ${name} is required.`);
  return Math.round(value * 1000);
}

/** @throws CloudError ValidationError outside `least..most` */
export function whole(input: Input, name: string, least: number, most: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
    throw validationError(`The parameter ${name} must be a whole number from ${least} to ${most}.`);
  }
  return value;
}

/** The members Namespace, MetricName and Dimensions. @throws CloudError ValidationError */
export function metricId(input: Input): MetricId {
  return {
    namespace: requiredText(input, "Namespace"),
    name: requiredText(input, "MetricName"),
    dimensions: records(input, "Dimensions").map((one) => ({
      name: requiredText(one, "Name"),
      value: requiredText(one, "Value"),
    })),
  };
}
