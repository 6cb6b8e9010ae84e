/** A list of any length in bounded memory: what is beyond the first entries is JSON in a spill file. */
import { StringDecoder } from "node:string_decoder";
import type { Spill, SpillFile } from "./spill";

export interface OverflowList<T> {
  readonly length: number;
  add(entry: T): void;
  /** Every entry in the order of adding, as often as wanted once all are added. */
  entries(): Generator<T>;
}

/** @param inMemory entries that are kept without touching the disk */
export function makeOverflowList<T>(spill: Pick<Spill, "file">, inMemory: number): OverflowList<T> {
  const first: T[] = [];
  let file: SpillFile | undefined;
  let length = 0;
  return {
    get length() {
      return length;
    },
    add(entry) {
      length++;
      if (first.length < inMemory) {
        first.push(entry);
        return;
      }
      file ??= spill.file();
      const line = Buffer.from(`${JSON.stringify(entry)}\n`);
      file.append(line, 0, line.length);
    },
    *entries() {
      yield* first;
      if (file !== undefined) for (const line of linesOf(file)) yield JSON.parse(line) as T;
    },
  };
}

function* linesOf(file: SpillFile): Generator<string> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for (const chunk of file.chunks()) {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
