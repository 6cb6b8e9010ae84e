/** Progress with rate and, where the total is known, time left: from two seconds on, and only on a terminal. */
import { SingleBar } from "cli-progress";
import type { Sink } from "./out";

export interface Progress {
  /** How much is done, all in all. */
  update(done: number): void;
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

export function makeProgress({ label, total, stream, now }: ProgressOptions): Progress {
  if (stream.isTTY !== true) return NEVER;
  const startedAt = now();
  let bar: SingleBar | undefined;
  let ended = false;
  return {
    update(done) {
      const elapsedMs = now() - startedAt;
      if (ended || elapsedMs < SHOWN_AFTER_MS) return;
      const rate = done / (elapsedMs / 1000);
      const left = total === undefined || rate === 0 ? "-" : duration((total - done) / rate);
      const shown = { rate: Math.round(rate).toLocaleString("en-US"), left };
      if (bar !== undefined) {
        bar.update(done, shown);
        return;
      }
      bar = new SingleBar({
        format:
          total === undefined ? `${label} {value}, {rate}/s` : `${label} {bar} {value}/{total}, {rate}/s, {left} left`,
        stream,
        barsize: 24,
        clearOnComplete: true,
        hideCursor: true,
        // Ctrl-C is the caller's.
        gracefulExit: false,
      });
      bar.start(total ?? 0, done, shown);
    },
    end() {
      ended = true;
      bar?.stop();
      bar = undefined;
    },
  };
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
