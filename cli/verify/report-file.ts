/** --report: every finding as one line of JSON. The file appears whole or not at all. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { cliError } from "../shell/errors";
import type { Finding } from "./findings";

const LINES_PER_WRITE = 1_000;

/**
 * Before hours of listing: whether the file could be written where it is to be.
 * @throws CliError when it could not
 */
export function checkReport(path: string): void {
  const unfinished = unfinishedOf(path);
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw new Error("it is a folder");
    closeSync(openSync(unfinished, "w"));
  } catch (error) {
    throw notWritten(path, error);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** @throws CliError when the file cannot be written */
export function writeReport(path: string, findings: Iterable<Finding>): void {
  const unfinished = unfinishedOf(path);
  try {
    const fd = openSync(unfinished, "w");
    try {
      let lines: string[] = [];
      for (const finding of findings) {
        lines.push(`${JSON.stringify(finding)}\n`);
        if (lines.length === LINES_PER_WRITE) writeSync(fd, lines.splice(0).join(""));
      }
      writeSync(fd, lines.join(""));
      lines = [];
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw notWritten(path, error);
  }
}

function unfinishedOf(path: string): string {
  return `${path}.${process.pid}.tmp`;
}

function notWritten(path: string, error: unknown): Error {
  return cliError(`The report ${path} cannot be written: ${(error as Error).message}`);
}
