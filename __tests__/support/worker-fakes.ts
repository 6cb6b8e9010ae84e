/** Small stand-ins shared by the worker's tests: scripted functions, errors, a recording log, signals that count listeners. */
import { getEventListeners } from "node:events";
import { type Effect, type ErrorCode, syncError, type SyncError } from "../../core/errors";
import type { Log, QueueMessage } from "../../core/ports";

export function failure(code: ErrorCode, effect: Effect = "none", operation = "Test"): SyncError {
  return syncError({ code, operation, effect, message: `scripted ${code}` });
}

/** A function that records its calls and answers from a script, then from its fallback. */
export interface Scripted<A extends readonly unknown[], R> {
  (...args: A): Promise<R>;
  readonly calls: A[];
  /** The next unanswered call gets this answer. */
  once(answer: (...args: A) => R | Promise<R>): void;
}

export function scripted<A extends readonly unknown[], R>(fallback: (...args: A) => R | Promise<R>): Scripted<A, R> {
  const script: ((...args: A) => R | Promise<R>)[] = [];
  const calls: A[] = [];
  const run = async (...args: A): Promise<R> => {
    calls.push(args);
    return (script.shift() ?? fallback)(...args);
  };
  return Object.assign(run, { calls, once: (answer: (...args: A) => R | Promise<R>) => void script.push(answer) });
}

export function raise(error: Error): never {
  throw error;
}

/** Never answers. */
export function hang<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

export function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface RecordedLog extends Log {
  readonly lines: LogLine[];
  /** The fields of every line with this event name. */
  of(event: string): Readonly<Record<string, unknown>>[];
}

export function makeRecordedLog(): RecordedLog {
  const lines: LogLine[] = [];
  const at =
    (level: LogLine["level"]) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      void lines.push({ level, event, fields });
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    lines,
    of: (event) => lines.filter((line) => line.event === event).map((line) => line.fields),
  };
}

export function message(id: string, overrides: Partial<QueueMessage> = {}): QueueMessage {
  return { messageId: id, receiptHandle: `receipt-${id}`, body: "", receiveCount: 1, sentAt: 0, ...overrides };
}

/** Counts the abort listeners that a piece of code leaves behind. */
export function countingController(): { readonly controller: AbortController; readonly listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  return { controller, listeners: () => getEventListeners(signal, "abort").length };
}

/** Whether and how a promise has settled so far; look after `clock.settle()`. */
export function watch<T>(promise: Promise<T>): { readonly state: "pending" | "resolved" | "rejected"; value?: T } {
  const seen: { state: "pending" | "resolved" | "rejected"; value?: T } = { state: "pending" };
  promise.then(
    (value) => {
      seen.state = "resolved";
      seen.value = value;
    },
    () => {
      seen.state = "rejected";
    },
  );
  return seen;
}

/** Metrics that go nowhere, for tests of other things. */
export const NO_METRICS = {
  lag: () => undefined,
  canaryLag: () => undefined,
  skipped: () => undefined,
  failed: () => undefined,
};
