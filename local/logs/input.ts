/** Reads the members of a request to CloudWatch Logs. */
import { invalidParameter } from "./errors";

export type Input = Readonly<Record<string, unknown>>;

export function text(input: Input, name: string): string | undefined {
  const value = input[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function list(input: Input, name: string): readonly string[] {
  const value = input[name];
  return Array.isArray(value) ? value.map(String) : [];
}

export function flag(input: Input, name: string): boolean | undefined {
  const value = input[name];
  return typeof value === "boolean" ? value : undefined;
}

/** @throws CloudError InvalidParameterException outside `least..most` */
export function whole(input: Input, name: string, least: number, most: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
    throw invalidParameter(
      `Value ${JSON.stringify(value)} at '${name}' must be a whole number from ${least} to ${most}.`,
    );
  }
  return value;
}
