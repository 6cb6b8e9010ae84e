/** One line of a log: what it is, whether it is wanted, how it is shown to people. Pure. */
import type { LogEvent } from "../../aws/operator/logs";
import type { Colors } from "../shell/out";
import { describeLook, type LookRecord } from "../../core/look";
import type { Wanted } from "./pattern";

export type Level = "debug" | "info" | "warn" | "error";

export interface Line {
  readonly at: number;
  /** Id of the task, or what else tells one process from another. */
  readonly who: string;
  readonly level: Level;
  /** Undefined for a line that is no JSON of ours. */
  readonly event: string | undefined;
  readonly key: string | undefined;
  /** What is left: the other fields, or the text. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly isMetrics: boolean;
}

const LEVELS: readonly Level[] = ["debug", "info", "warn", "error"];
/** What Lambda writes around every invocation. */
const PLATFORM = /^(INIT_START|START|END|REPORT) /;
/** Shown elsewhere in the line, or to machines only. */
const NOT_FIELDS = new Set(["level", "time", "worker", "event", "key", "_aws"]);

export function readLine({ at, stream, message }: LogEvent): Line {
  const text = message.replace(/\n+$/, "");
  const json = objectOf(text);
  const streamName = stream.slice(stream.lastIndexOf("/") + 1).replace(/^.*\]/, "");
  if (typeof json?.["event"] !== "string") {
    return {
      at,
      who: streamName,
      level: PLATFORM.test(text) ? "info" : "error",
      event: undefined,
      key: undefined,
      fields: {},
      text,
      isMetrics: json?.["_aws"] !== undefined,
    };
  }
  return {
    at,
    who: typeof json["worker"] === "string" ? json["worker"] : streamName,
    level: LEVELS.find((level) => level === json["level"]) ?? "info",
    event: json["event"],
    key: typeof json["key"] === "string" ? json["key"] : undefined,
    fields: Object.fromEntries(Object.entries(json).filter(([name]) => !NOT_FIELDS.has(name))),
    text,
    // A look carries its own metrics, and is shown.
    isMetrics: json["event"] === "metrics",
  };
}

export function isWanted(line: Line, { errors, key }: Wanted): boolean {
  return (!errors || line.level === "error" || line.level === "warn") && (key === undefined || line.key === key);
}

/**
 * As it was written, with the time of the log where the line has none of its own, and what wrote it where it names no worker; text that is
 * no JSON in a document of its own.
 */
export function recordOf(line: Line): object {
  const time = new Date(line.at).toISOString();
  const written = objectOf(line.text);
  if (written === undefined) return { time, process: line.who, text: line.text };
  return { time, ...(written["worker"] === undefined ? { process: line.who } : {}), ...written };
}

/** Time (UTC), process, level, event, key, then the fields. @param withDate for lines of more than one day */
export function formatLine(line: Line, colors: Colors, withDate = false): string {
  const time = new Date(line.at)
    .toISOString()
    .slice(withDate ? 0 : 11, 23)
    .replace("T", " ");
  const who = colors.dim(line.who.slice(0, 8).padEnd(8));
  const paint = line.level === "error" ? colors.red : line.level === "warn" ? colors.yellow : (text: string) => text;
  const level = paint(line.level.padEnd(5));
  if (line.event === undefined) return `${time} ${who} ${level} ${line.text}`;
  const rest = line.event === "look" ? lookText(line.fields) : fieldsText(line.fields);
  const key = line.key === undefined ? "" : ` ${colors.cyan(JSON.stringify(line.key))}`;
  return `${time} ${who} ${level} ${paint(line.event)}${key}${rest === "" ? "" : ` ${rest}`}`;
}

function lookText(fields: Line["fields"]): string {
  const look = fields as unknown as LookRecord;
  return [describeLook(look), ...look.problems.map((problem) => `problem: ${problem}`)].join("; ");
}

function fieldsText(fields: Line["fields"]): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(
      ([name, value]) =>
        `${name}=${typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`,
    )
    .join(" ");
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
