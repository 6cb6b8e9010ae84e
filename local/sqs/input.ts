/** Reads the members of a request. Numbers may come as text (query protocol). */
import { invalidValue, missingParameter, sqsError } from "./errors";
import type { MessageAttributes, MessageAttributeValue } from "./message";

export type Input = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws CloudError MissingParameter */
export function requiredText(input: Input, name: string): string {
  const value = input[name];
  if (typeof value !== "string" || value === "") throw missingParameter(name);
  return value;
}

export function optionalText(input: Input, name: string): string | undefined {
  const value = input[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** @throws CloudError InvalidParameterValue outside `least..most` */
export function optionalNumber(input: Input, name: string, least: number, most: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < least || number > most) {
    throw invalidValue(value, name, `Must be between ${least} and ${most}, if provided.`);
  }
  return number;
}

export function texts(input: Input, name: string): string[] {
  const value = input[name];
  return Array.isArray(value) ? value.map(String) : [];
}

export function textMap(input: Input, name: string): Record<string, string> {
  const value = input[name];
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)])) : {};
}

/** @throws CloudError InvalidParameterValue for a name, type or value SQS refuses. */
export function messageAttributes(input: Input, name: string): MessageAttributes {
  const value = input[name];
  if (!isRecord(value)) return {};
  const entries = Object.entries(value);
  if (entries.length > 10)
    throw invalidValue(entries.length, name, "Number of message attributes exceeds the allowed maximum [10].");
  return Object.fromEntries(entries.map(([key, attribute]) => [key, messageAttribute(key, attribute)]));
}

function messageAttribute(name: string, value: unknown): MessageAttributeValue {
  if (!/^[A-Za-z0-9_.-]{1,256}$/.test(name) || /^(aws|amazon)\./i.test(name)) {
    throw sqsError("InvalidParameterValue", `The message attribute name '${name}' is invalid.`);
  }
  const { DataType, StringValue, BinaryValue } = isRecord(value) ? value : {};
  const type = typeof DataType === "string" ? DataType : "";
  if (!/^(String|Number|Binary)(\..+)?$/.test(type)) {
    throw sqsError(
      "InvalidParameterValue",
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  const isBinary = type.startsWith("Binary");
  const content = isBinary ? BinaryValue : StringValue;
  if (typeof content !== "string" || content === "") {
    throw sqsError(
      "InvalidParameterValue",
      `The message attribute '${name}' must contain a non-empty value of type ${type}.`,
    );
  }
  if (type.startsWith("Number") && Number.isNaN(Number(content))) {
    throw sqsError("InvalidParameterValue", `Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
  return isBinary ? { DataType: type, BinaryValue: content } : { DataType: type, StringValue: content };
}
