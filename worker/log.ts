/** JSON lines on stdout: one event name per line, the level as text, errors as text. */
import pino from "pino";
import type { Log } from "../core/ports";

/** @param base fields of every line, e.g. the task id */
export function makeLog(level: "debug" | "info" | "warn" | "error", base: Readonly<Record<string, unknown>>): Log {
  const out = standardOutput();
  const logger = pino(
    {
      level,
      base,
      messageKey: "event",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    out.stream,
  );
  /** Trouble is told at once, and everything before it. */
  const promptly =
    (write: (fields: Readonly<Record<string, unknown>>, event: string) => void): Log["warn"] =>
    (event, fields) => {
      write(fields ?? {}, event);
      out.flush();
    };
  return {
    debug: (event, fields) => logger.debug(fields ?? {}, event),
    info: (event, fields) => logger.info(fields ?? {}, event),
    warn: promptly((fields, event) => logger.warn(fields, event)),
    error: promptly((fields, event) => logger.error(fields, event)),
  };
}

/** A busy worker writes thousands of lines a second: each would be a system call, and would wake whoever reads the log. */
const HELD_BYTES = 12 * 1024;
/** Lines that nobody waits for are held back no longer than this. */
const HELD_MS = 50;

/** Lines go out together; the rest at the latest, written synchronously, at the exit, because the last lines are the ones that matter. */
function standardOutput(): { readonly stream: pino.DestinationStream; readonly flush: () => void } {
  const out = pino.destination({ dest: 1, sync: true, minLength: HELD_BYTES });
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    out.flushSync();
  };
  process.on("exit", flush);
  const write = (line: string): void => {
    out.write(line);
    timer ??= setTimeout(flush, HELD_MS).unref();
  };
  return { stream: { write }, flush };
}
