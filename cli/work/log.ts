/** A worker's log for the person in front of it: what was done, line by line, and what is wrong. */
import type { Log } from "../../core/ports";
import { bytes, count } from "../shell/words";
import type { Out } from "../shell/out";

type Fields = Readonly<Record<string, unknown>>;

/** What a worker says before it does not begin; the verb says it, too. */
const SET_UP = "set-up-problems";

/** Warnings and errors go to stderr. Silent about what only a machine wants to know. */
export function makePeoplesLog(out: Pick<Out, "line" | "note" | "noteColors">): Log {
  const said = (event: string, fields: Fields = {}): void => {
    const text = lineOf(event, fields);
    if (text !== undefined) out.line(text);
  };
  const complained =
    (paint: (text: string) => string) =>
    (event: string, fields: Fields = {}) => {
      if (event !== SET_UP) out.note(paint(complaintOf(event, fields)));
    };
  return {
    debug: () => undefined,
    info: said,
    warn: complained(out.noteColors.yellow),
    error: complained(out.noteColors.red),
  };
}

/** Undefined: nothing to tell. */
export function lineOf(event: string, fields: Fields): string | undefined {
  const key = textOf(fields["key"]);
  switch (event) {
    case "worker-started":
      return `Worker for s3://${textOf(fields["source"])}/${textOf(fields["prefix"])} -> ${textOf(fields["destination"])}. Ctrl-C: it finishes what it began and hands back the rest.`;
    case "synced":
      return syncedLine(key, fields);
    case "copy-started":
      return `copying   ${key}  ${numberOf(fields["mib"])} MiB in ${count(numberOf(fields["parts"]), "part")}`;
    case "copy-progress":
      return `copying   ${key}  ${numberOf(fields["mibDone"])} of ${numberOf(fields["mib"])} MiB`;
    case "range-listed":
      return `listed    ${textOf(fields["range"])}: ${count(numberOf(fields["listed"]), "key")}, ${numberOf(fields["enqueued"]).toLocaleString("en-US")} queued`;
    case "handed-off":
      return `handed on ${key}`;
    case "stopping":
      return "Stopping: finishing what is in flight.";
    case "worker-finished":
      return finishedLine(fields);
    default:
      return undefined;
  }
}

function syncedLine(key: string, fields: Fields): string {
  const size = typeof fields["bytes"] === "number" ? `  ${bytes(fields["bytes"])}` : "";
  switch (fields["action"]) {
    case "copy":
      return `copied    ${key}${size}`;
    case "delete":
      return `deleted   ${key}`;
    default:
      return `in sync   ${key}`;
  }
}

function finishedLine(fields: Fields): string {
  const n = (name: string): number => numberOf(fields[name]);
  const listed = n("listed") > 0 ? `, ${count(n("listed"), "key")} listed` : "";
  const dead = n("deadLetters") > 0 ? `, ${count(n("deadLetters"), "dead letter")}` : "";
  const why = WHY[textOf(fields["reason"])] ?? textOf(fields["reason"]);
  return `${why} ${count(n("copies"), "object")} copied (${bytes(n("bytesCopied"))}), ${n("deletes")} deleted, ${n("inSync")} in sync${listed}${dead}.`;
}

const WHY: Readonly<Record<string, string>> = {
  idle: "Nothing left to do.",
  stopped: "Stopped.",
  "queue-gone": "The queue is gone.",
  breaker: "Given up: see the errors above.",
  "receive-failed": "Given up: the queue cannot be read.",
};

function complaintOf(event: string, fields: Fields): string {
  const about = ["key", "range", "messageId", "error", "problem", "why", "advice"]
    .map((name) => fields[name])
    .filter((one): one is string => typeof one === "string");
  const problems = Array.isArray(fields["problems"]) ? fields["problems"].map(String) : [];
  return [`${event}:`, ...about, ...problems].join(" ");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
