/** Where a program of the lab says what it does. */
export interface Terminal {
  /** Aborted with an `Interrupted`. */
  readonly signal: AbortSignal;
  /** For people; silent with --json. */
  readonly lines: (lines: readonly string[]) => void;
  /** Replaces the last progress; "" takes it away. Only in a terminal. */
  readonly progress: (text: string) => void;
  /** For programs; silent without --json. */
  readonly document: (value: unknown) => void;
}

/** This process's streams. */
export function terminalFor(json: boolean, signal: AbortSignal): Terminal {
  const live = process.stderr.isTTY && process.env["TERM"] !== "dumb";
  return {
    signal,
    lines: (lines) => {
      if (!json) process.stdout.write(lines.map((line) => `${line}\n`).join(""));
    },
    progress: (text) => {
      if (live) process.stderr.write(`\r\u001b[K${text}`);
    },
    document: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
  };
}
