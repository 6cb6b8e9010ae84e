/** What a person sees: the story line by line, and in a terminal a few lines below it that show how things stand. */
import { presentWorkers, type Live } from "./live";
import type { WorkerView } from "./observer";
import { describe, plural, toneOf, type Moment, type Tone } from "./timeline";

export interface View {
  /** Lines that stay. */
  print(lines: readonly string[]): void;
  moment(moment: Moment, elapsedMs: number): void;
  /** Asks how things stand only if it shows that. */
  live(look: () => Live): void;
  /** Takes the live lines away and gives the cursor back. Safe to call twice. */
  close(): void;
}

/** The part of a stream that a view needs. */
export interface Screen {
  write(text: string): unknown;
  readonly columns?: number;
}

export const SILENT: View = { print: ignore, moment: ignore, live: ignore, close: ignore };

/** Only lines that stay. */
export function plainView(screen: Screen): View {
  return {
    print: (lines) => void screen.write(lines.map((line) => `${line}\n`).join("")),
    moment: (moment, elapsedMs) => void screen.write(`${clockOf(elapsedMs)}  ${describe(moment)}\n`),
    live: ignore,
    close: ignore,
  };
}

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
const COLOURS: Readonly<Record<Tone, string>> = { plain: "", good: "32", provoked: "33", bad: "31" };

/** Lines that stay, above lines that are drawn again and again. */
export function terminalView(screen: Screen, colour: boolean): View {
  let drawn = 0;
  let shown: readonly string[] = [];
  let isHidden = false;
  const paint = (text: string, tone: Tone): string =>
    colour && COLOURS[tone] !== "" ? `\u001b[${COLOURS[tone]}m${text}\u001b[0m` : text;
  const fit = (line: string): string => line.slice(0, widthOf(screen) - 1);

  /** The live lines go, what stays is written in their place, and they come back below it. */
  function draw(lines: string): void {
    const erase = drawn > 0 ? `\u001b[${drawn}A\u001b[0J` : "";
    screen.write(erase + lines + shown.map((line) => `${fit(line)}\n`).join(""));
    drawn = shown.length;
  }

  return {
    print: (lines) => draw(lines.map((line) => `${line}\n`).join("")),
    moment: (moment, elapsedMs) => draw(`${clockOf(elapsedMs)}  ${paint(describe(moment), toneOf(moment))}\n`),
    live(look) {
      if (!isHidden) screen.write(HIDE_CURSOR);
      isHidden = true;
      shown = liveLines(look());
      draw("");
    },
    close() {
      shown = [];
      draw("");
      if (isHidden) screen.write(SHOW_CURSOR);
      isHidden = false;
    },
  };
}

/** Some terminals say 0 when they do not know. */
function widthOf({ columns = 0 }: Screen): number {
  return columns > 0 ? columns : 80;
}

const BAR_WIDTH = 30;

export function liveLines(live: Live): readonly string[] {
  const { equal, total, toDelete, visible, inFlight, delayed, onTheWay } = live;
  const full = total === 0 ? 0 : Math.floor((equal / total) * BAR_WIDTH);
  const bar = "#".repeat(full) + "-".repeat(BAR_WIDTH - full);
  const present = presentWorkers(live);
  return [
    "",
    `  objects   [${bar}] ${equal} of ${total} equal${toDelete > 0 ? `, ${toDelete} to delete` : ""}`,
    `  queue     ${visible} visible, ${inFlight} in flight, ${delayed} delayed, ${plural(onTheWay, "event")} on the way`,
    `  workers   ${present.length === 0 ? "none" : present.map(workerText).join("   ")}`,
    `  done      ${plural(live.messagesDone, "event message")}, ${plural(live.copies, "copy request")}, ${plural(live.deletes, "delete")}, ` +
      `${plural(live.deadLetters, "dead letter")}, ${(live.elapsedMs / 1000).toFixed(0)} s`,
  ];
}

function workerText({ worker, capacity, state }: WorkerView): string {
  return `${worker} ${state} (${capacity})`;
}

function clockOf(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(1).padStart(5)} s`;
}

function ignore(): void {
  return undefined;
}
