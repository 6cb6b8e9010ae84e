/** The text of an answer's head, as Node's HTTP server writes it. */
import { STATUS_CODES, validateHeaderName, validateHeaderValue } from "node:http";
import type { Reply } from "./service";

/** Seconds a connection is kept without a request. */
export const KEEP_ALIVE_SECONDS = 60;

let date = { second: Number.NaN, line: "" };

/**
 * @param nowMs milliseconds since the epoch
 * @param length of the payload, for `content-length`; undefined = the headers say it, or there is none
 * @throws TypeError for what cannot be a header
 */
export function answerHead(
  { status, reason, headers = {} }: Reply,
  more: Readonly<Record<string, string>>,
  length: number | undefined,
  nowMs: number,
): string {
  let text = `HTTP/1.1 ${status} ${reason ?? STATUS_CODES[status] ?? "unknown"}\r\n`;
  for (const name in more) if (headers[name] === undefined) text += line(name, more[name] ?? "");
  for (const name in headers) text += line(name, headers[name] ?? "");
  if (length !== undefined && headers["content-length"] === undefined && status !== 204 && status !== 304)
    text += `content-length: ${length}\r\n`;
  return `${text}${dateLine(nowMs)}Connection: keep-alive\r\nKeep-Alive: timeout=${KEEP_ALIVE_SECONDS}\r\n\r\n`;
}

function line(name: string, value: string): string {
  validateHeaderName(name);
  validateHeaderValue(name, value);
  return `${name}: ${value}\r\n`;
}

function dateLine(nowMs: number): string {
  const second = Math.floor(nowMs / 1000);
  if (second !== date.second) date = { second, line: `Date: ${new Date(nowMs).toUTCString()}\r\n` };
  return date.line;
}
