/** Progress with rate and, where the total is known, time left: from two seconds on, and only on a terminal. */
import { SingleBar } from "cli-progress";
import type { Sink } from "./out";

export interface Progress {
  /** How much is done, all in all; of how much, where that only becomes known on the way. */
  update(done: number, total?: number): void;
  /** Removes it from the screen. Safe to call twice. */
  end(): void;
}

export interface ProgressOptions {
  readonly label: string;
  /** Undefined when it cannot be known beforehand. */
  readonly total: number | undefined;
  readonly stream: NodeJS.WritableStream & Sink;
  /** Milliseconds. */
  readonly now: () => number;
}

/** What is over sooner needs no progress. */
const SHOWN_AFTER_MS = 2_000;
const NEVER: Progress = { update: () => undefined, end: () => undefined };

export function makeProgress({ label, total: known, stream, now }: ProgressOptions): Progress {
  if (stream.isTTY !== true) return NEVER;
  const startedAt = now();
  let bar: SingleBar | undefined;
  let hasTotal = false;
  let ended = false;
  return {
    update(done, ofTotal = known) {
      // Of nothing: what is looked at is not there, or newer than its count.
      const total = ofTotal === 0 ? undefined : ofTotal;
      const elapsedMs = now() - startedAt;
      if (ended || elapsedMs < SHOWN_AFTER_MS) return;
      const rate = done / (elapsedMs / 1000);
      const left = total === undefined || rate === 0 ? "-" : duration((total - done) / rate);
      const shown = { rate: Math.round(rate).toLocaleString("en-US"), left };
      if (bar !== undefined && hasTotal === (total !== undefined)) {
        if (total !== undefined) bar.setTotal(total);
        bar.update(done, shown);
        return;
      }
      bar?.stop();
      hasTotal = total !== undefined;
      bar = barOf(
        stream,
        total === undefined ? `${label} {value}, {rate}/s` : `${label} {bar} {value}/{total}, {rate}/s, {left} left`,
      );
      bar.start(total ?? 0, done, shown);
    },
    end() {
      ended = true;
      bar?.stop();
      bar = undefined;
    },
  };
}

export interface WaitingOptions extends Omit<ProgressOptions, "total" | "label"> {
  /** A function where it changes. */
  readonly label: string | (() => string);
  /** Calls `tick` every so many milliseconds until the function it answers is called. */
  readonly every: Every;
}

export type Every = (ms: number, tick: () => void) => () => void;

/** For what can only be waited for: how long it has been. Resolves and rejects as `work` does. */
export async function whileWaiting<T>(work: Promise<T>, { label, stream, now, every }: WaitingOptions): Promise<T> {
  if (stream.isTTY !== true) return work;
  const startedAt = now();
  let bar: SingleBar | undefined;
  const stop = every(1_000, () => {
    const elapsedMs = now() - startedAt;
    if (elapsedMs < SHOWN_AFTER_MS) return;
    const shown = { elapsed: duration(elapsedMs / 1000), label: typeof label === "string" ? label : label() };
    if (bar !== undefined) {
      bar.update(0, shown);
      return;
    }
    bar = barOf(stream, "{label}, {elapsed}");
    bar.start(0, 0, shown);
  });
  try {
    return await work;
  } finally {
    stop();
    bar?.stop();
  }
}

function barOf(stream: NodeJS.WritableStream, format: string): SingleBar {
  return new SingleBar({
    format,
    stream,
    barsize: 24,
    clearOnComplete: true,
    hideCursor: true,
    formatValue: (value, _, type) =>
      type === "value" || type === "total" ? value.toLocaleString("en-US") : `${value}`,
    // Ctrl-C is the caller's.
    gracefulExit: false,
  });
}

/** "2 h 05 min", "3 min", "12 s". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${String(minutes % 60).padStart(2, "0")} min` : `${Math.round(hours / 24)} days`;
}
