/** Attributes of a queue: names, ranges, defaults. Source: API SetQueueAttributes. */
import { invalidValue, sqsError } from "./errors";

const DAY = 24 * 3600;

/** Numeric attribute -> [default, least, most]. */
const NUMBERS = {
  DelaySeconds: [0, 0, 900],
  MaximumMessageSize: [1_048_576, 1024, 1_048_576],
  MessageRetentionPeriod: [4 * DAY, 60, 14 * DAY],
  ReceiveMessageWaitTimeSeconds: [0, 0, 20],
  VisibilityTimeout: [30, 0, 12 * 3600],
} as const;
/** Kept and given back, with no effect here. */
const KEPT = ["Policy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled"];
const NUMBER_NAMES = Object.keys(NUMBERS) as (keyof typeof NUMBERS)[];

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

export interface RedriveAllowPolicy {
  readonly redrivePermission: "allowAll" | "denyAll" | "byQueue";
  readonly sourceQueueArns?: readonly string[];
}

/** The settable attributes of one queue, as text the way the API carries them, and parsed. */
export class QueueSettings {
  private readonly texts = new Map<string, string>();
  redrive: RedrivePolicy | undefined;
  redriveAllow: RedriveAllowPolicy = { redrivePermission: "allowAll" };
  private numbers: Record<keyof typeof NUMBERS, number>;

  constructor(attributes: Readonly<Record<string, string>>) {
    this.numbers = Object.fromEntries(NUMBER_NAMES.map((name) => [name, NUMBERS[name][0]])) as typeof this.numbers;
    this.set(attributes);
  }

  number(name: keyof typeof NUMBERS): number {
    return this.numbers[name];
  }

  /**
   * All or nothing.
   * @throws CloudError InvalidAttributeName, InvalidAttributeValue
   */
  set(attributes: Readonly<Record<string, string>>): void {
    const numbers = { ...this.numbers };
    let { redrive, redriveAllow } = this;
    for (const [name, text] of Object.entries(attributes)) {
      const numeric = NUMBER_NAMES.find((known) => known === name);
      if (numeric !== undefined) numbers[numeric] = parseNumber(numeric, text);
      else if (name === "RedrivePolicy") redrive = parseRedrive(text);
      else if (name === "RedriveAllowPolicy") redriveAllow = parseRedriveAllow(text);
      else if (!KEPT.includes(name)) throw sqsError("InvalidAttributeName", `Unknown Attribute ${name}.`);
    }
    Object.assign(this, { numbers, redrive, redriveAllow });
    for (const [name, text] of Object.entries(attributes)) {
      if (text === "") this.texts.delete(name);
      else this.texts.set(name, text);
    }
  }

  /** Everything that GetQueueAttributes shows of the settings. */
  shown(): Record<string, string> {
    const numbers = Object.entries(this.numbers).map(([name, value]) => [name, String(value)]);
    const sse = this.texts.has("KmsMasterKeyId") ? [] : [["SqsManagedSseEnabled", "true"]];
    return Object.fromEntries([...sse, ...this.texts, ...numbers]) as Record<string, string>;
  }

  /** Whether CreateQueue with these attributes means this very queue. */
  agreesWith(attributes: Readonly<Record<string, string>>): boolean {
    const shown = this.shown();
    return Object.entries(attributes).every(([name, value]) => shown[name] === value);
  }
}

function parseNumber(name: keyof typeof NUMBERS, text: string): number {
  const [, least, most] = NUMBERS[name];
  const value = Number(text);
  if (text === "" || !Number.isInteger(value) || value < least || value > most) {
    throw sqsError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`);
  }
  return value;
}

function parseRedrive(text: string): RedrivePolicy | undefined {
  if (text === "") return undefined;
  const policy = parseJson(text, "RedrivePolicy");
  const count = Number(policy["maxReceiveCount"]);
  const target = policy["deadLetterTargetArn"];
  if (typeof target !== "string" || !Number.isInteger(count) || count < 1 || count > 1000) {
    throw invalidValue(
      text,
      "RedrivePolicy",
      "Redrive policy needs deadLetterTargetArn, and maxReceiveCount from 1 to 1000.",
    );
  }
  return { deadLetterTargetArn: target, maxReceiveCount: count };
}

function parseRedriveAllow(text: string): RedriveAllowPolicy {
  if (text === "") return { redrivePermission: "allowAll" };
  const policy = parseJson(text, "RedriveAllowPolicy");
  const permission = policy["redrivePermission"];
  if (permission !== "allowAll" && permission !== "denyAll" && permission !== "byQueue") {
    throw invalidValue(text, "RedriveAllowPolicy", "redrivePermission must be allowAll, denyAll or byQueue.");
  }
  const arns = policy["sourceQueueArns"];
  return { redrivePermission: permission, ...(Array.isArray(arns) && { sourceQueueArns: arns.map(String) }) };
}

function parseJson(text: string, name: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw invalidValue(text, name, `${name} is not valid JSON.`);
  }
}
