/** The output of a child process: lines with their time, the last ones kept, new ones told to whoever listens. */
import type { ChildProcess } from "node:child_process";

export interface OutputLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly stream: "stdout" | "stderr";
  readonly line: string;
  /** Which of the processes that share this output wrote it, where somebody wants to know. */
  readonly source?: string;
}

export class Output {
  private readonly kept: OutputLine[] = [];

  constructor(
    private readonly now: () => number,
    private readonly tell: (line: OutputLine) => void,
    /** The oldest lines go first. */
    private readonly keep = 10_000,
  ) {}

  /** The last lines, oldest first. */
  lines(): readonly OutputLine[] {
    return this.kept.slice(-this.keep);
  }

  add(stream: "stdout" | "stderr", line: string, source?: string): void {
    const entry = { at: this.now(), stream, line, ...(source !== undefined && { source }) };
    this.kept.push(entry);
    if (this.kept.length >= 2 * this.keep) this.kept.splice(0, this.kept.length - this.keep);
    this.tell(entry);
  }

  /** Follows a process until its pipes end. */
  follow(child: ChildProcess, source?: string): void {
    for (const stream of ["stdout", "stderr"] as const) {
      let rest = "";
      child[stream]?.setEncoding("utf8").on("data", (text: string) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) this.add(stream, line, source);
      });
      child[stream]?.once("end", () => {
        if (rest !== "") this.add(stream, rest, source);
      });
    }
  }
}
