/** --report: every finding as one line of JSON. The file appears whole or not at all. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { cliError } from "../shell/errors";
import type { Finding } from "./findings";

const LINES_PER_WRITE = 1_000;

/** @throws CliError when the file cannot be written */
export function writeReport(path: string, findings: Iterable<Finding>): void {
  const unfinished = `${path}.${process.pid}.tmp`;
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
    throw cliError(`The report ${path} cannot be written: ${(error as Error).message}`);
  }
}
