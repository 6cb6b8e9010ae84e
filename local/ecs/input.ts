/** Reads the members of an ECS request. */
import { CloudError } from "../http/service";

export type Input = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function text(input: Input, name: string): string | undefined {
  const value = input[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function records(input: Input, name: string): readonly Input[] {
  const value = input[name];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function texts(input: Input, name: string): readonly string[] {
  const value = input[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** `[{ name, value }]` as a record. */
export function nameValues(input: Input, name: string): Record<string, string> {
  return Object.fromEntries(records(input, name).map((pair) => [text(pair, "name") ?? "", text(pair, "value") ?? ""]));
}

export function invalidParameter(message: string): CloudError {
  return new CloudError(400, "InvalidParameterException", message);
}

export function clientException(message: string): CloudError {
  return new CloudError(400, "ClientException", message);
}
