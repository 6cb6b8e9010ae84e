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
    // Synchronous: the last lines before an exit are the ones that matter.
    pino.destination({ dest: 1, sync: true }),
  );
  return {
    debug: (event, fields) => logger.debug(fields ?? {}, event),
    info: (event, fields) => logger.info(fields ?? {}, event),
    warn: (event, fields) => logger.warn(fields ?? {}, event),
    error: (event, fields) => logger.error(fields ?? {}, event),
  };
}
