/** What the starter's log says of its last look and its last failure. Pure. */
import type { LogEvent } from "../../aws/operator/logs";
import type { LookRecord } from "../../core/look";
import type { StarterHistory } from "./situation";

/** @param events oldest first */
export function readStarterLog(events: readonly LogEvent[]): StarterHistory {
  let history: StarterHistory = {};
  for (const { at, message } of events) {
    const look = lookOf(message);
    if (look !== undefined) history = { ...history, lastLook: { at, look } };
    const text = look === undefined ? failureOf(message) : undefined;
    if (text !== undefined) history = { ...history, lastFailure: { at, text } };
  }
  return history;
}

/** The record in a line of the starter, undefined when it is another line. */
export function lookOf(message: string): LookRecord | undefined {
  if (!message.includes('"look"')) return undefined;
  try {
    const line = JSON.parse(message) as Partial<LookRecord>;
    return line.event === "look" ? (line as LookRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** Lambda's text log format: an error thrown by the function, or the platform's words about one that did not end by itself. */
function failureOf(message: string): string | undefined {
  const thrown = /"errorMessage":\s*("(?:[^"\\]|\\.)*")/.exec(message)?.[1];
  if (thrown !== undefined) return firstLine(JSON.parse(thrown) as string);
  const told = /(?:^|\s)(Task timed out after [\d.]+ seconds|Runtime exited.*)/.exec(message)?.[1];
  if (told !== undefined) return firstLine(told);
  const error = /^(?:Uncaught )?\w*Error: (.+)/.exec(message)?.[1];
  return error === undefined ? undefined : firstLine(error);
}

function firstLine(text: string): string {
  return text.split("\n")[0]?.trim() ?? "";
}
