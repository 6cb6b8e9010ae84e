/** What happened, one line per step: the report of a failed run is the history of the key it failed on. */

export interface HistoryLine {
  readonly atMs: number;
  readonly who: string;
  /** E.g. "CopyObject sent" or "source put". */
  readonly what: string;
  /** Keys concerned; empty for steps that concern all. */
  readonly keys: readonly string[];
  readonly detail: string;
}

export class History {
  readonly lines: HistoryLine[] = [];

  constructor(private readonly now: () => number) {}

  add(who: string, what: string, keys: readonly string[] | string | undefined, detail = ""): void {
    const list = keys === undefined ? [] : typeof keys === "string" ? [keys] : keys;
    this.lines.push({ atMs: this.now(), who, what, keys: list, detail });
  }

  /** The whole story, or that of one key with what concerns all keys. */
  format(key?: string): string {
    return this.lines
      .filter((line) => key === undefined || line.keys.length === 0 || line.keys.includes(key))
      .map(formatLine)
      .join("\n");
  }
}

function formatLine({ atMs, who, what, keys, detail }: HistoryLine): string {
  const time = (atMs / 1000).toFixed(3).padStart(10);
  return `${time} s  ${who.padEnd(7)} ${what.padEnd(34)} ${keys.join(",")}  ${detail}`.trimEnd();
}
