/**
 * What a verb prints. For people: text and tables on stdout. With --json: exactly one document, or one per line (records), and
 * nothing else on stdout. Notes and progress go to stderr in both cases.
 */
import Table from "cli-table3";
import { createColors } from "picocolors";
import { type Every, makeProgress, type Progress, whileWaiting } from "./progress";

/** Where text goes: a stream of the process, or a buffer in tests. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type Colors = ReturnType<typeof createColors>;

export interface Out {
  readonly json: boolean;
  /** Whether a person looks at stdout as it is written. */
  readonly interactive: boolean;
  readonly colors: Colors;
  /** For what goes to stderr: it may be a terminal where stdout is none, and the other way round. */
  readonly noteColors: Colors;
  /** A line for people; nothing with --json. */
  line(text?: string): void;
  /** A table for people; nothing with --json. Numbers are set to the right. */
  table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void;
  /** The one document of --json; nothing without. */
  document(value: unknown): void;
  /** One line of --json output (NDJSON); nothing without. */
  record(value: unknown): void;
  /** For people, beside the result: on stderr. */
  note(text: string): void;
  /** Takes the screen: what follows replaces what is there (status --watch). Only when interactive. */
  redraw(text: string): void;
  /** Shown on stderr once something has taken two seconds; silent when stderr is not a terminal. */
  progress(label: string, total?: number): Progress;
  /** The same for what can only be waited for. Nothing else may be printed until `work` has settled. */
  waiting<T>(label: string | (() => string), work: Promise<T>): Promise<T>;
  /** Removes all progress from the screen: its removal would take along what was written in its line since. */
  endProgress(): void;
}

export interface OutOptions {
  readonly json: boolean;
  readonly stdout: Sink;
  readonly stderr: NodeJS.WritableStream & Sink;
  /** NO_COLOR is set, to anything but "" (no-color.org). */
  readonly noColor: boolean;
  readonly now: () => number;
  readonly every: Every;
}

const HOME_AND_CLEAR = "\u001b[H\u001b[J";

export function makeOut({ json, stdout, stderr, noColor, now, every }: OutOptions): Out {
  const interactive = stdout.isTTY === true && !json;
  const colors = createColors(interactive && !noColor);
  const shown: Progress[] = [];
  return {
    json,
    interactive,
    colors,
    noteColors: createColors(stderr.isTTY === true && !noColor),
    line(text = "") {
      if (!json) stdout.write(`${text}\n`);
    },
    table(head, rows) {
      if (!json) stdout.write(`${formatTable(head, rows, colors)}\n`);
    },
    document(value) {
      if (json) stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
    record(value) {
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
    },
    note: (text) => stderr.write(`${text}\n`),
    redraw: (text) => stdout.write(interactive ? `${HOME_AND_CLEAR}${text}\n` : `${text}\n`),
    progress(label, total) {
      const progress = makeProgress({ label, total, stream: stderr, now });
      shown.push(progress);
      return progress;
    },
    waiting: (label, work) => whileWaiting(work, { label, stream: stderr, now, every }),
    endProgress() {
      for (const progress of shown.splice(0)) progress.end();
    },
  };
}

/** Without lines between the cells: it can be read, copied and cut into columns. */
const NO_LINES = Object.fromEntries(
  [
    ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"],
    ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid"],
  ].map((name) => [name, ""]),
);

function formatTable(head: readonly string[], rows: readonly (readonly (string | number)[])[], colors: Colors): string {
  const isNumeric = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"));
  const table = new Table({
    head: head.map((name) => colors.bold(name)),
    chars: { ...NO_LINES, middle: "  " },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    colAligns: isNumeric.map((numeric) => (numeric ? "right" : "left")),
  });
  table.push(...rows.map((row) => row.map((cell) => (typeof cell === "number" ? cell.toLocaleString("en-US") : cell))));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
