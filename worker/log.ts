/** JSON lines on stdout: one event name per line, the level as text, errors as text. */
import pino from "pino";
import type { Log } from "../core/ports";

/** @param base fields of every line, e.g. the task id */
export function makeLog(level: "debug" | "info" | "warn" | "error", base: Readonly<Record<string, unknown>>): Log {
  const logger = pino(
    {
      level,
      base,
      messageKey: "event",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    standardOutput(),
  );
  return {
    debug: (event, fields) => logger.debug(fields ?? {}, event),
    info: (event, fields) => logger.info(fields ?? {}, event),
    warn: (event, fields) => logger.warn(fields ?? {}, event),
    error: (event, fields) => logger.error(fields ?? {}, event),
  };
}

/** Held back until what is going on right now has been done: many lines for one write. */
const HELD_BYTES = 8 * 1024;

/**
 * Lines go out together once per turn of the event loop, for a busy worker writes thousands a second; and at the latest, written
 * synchronously, at the exit, because the last lines are the ones that matter.
 */
function standardOutput(): pino.DestinationStream {
  const out = pino.destination({ dest: 1, sync: true, minLength: HELD_BYTES });
  let waiting = false;
  const flush = (): void => {
    waiting = false;
    out.flushSync();
  };
  process.on("exit", flush);
  return {
    write(line) {
      out.write(line);
      if (waiting) return;
      waiting = true;
      setImmediate(flush);
    },
  };
}
