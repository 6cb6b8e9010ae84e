/** The command line of the demo. Pure. */
import { parseArgs } from "node:util";

export const USAGE = `usage: npm run demo -- [--seed N] [--json]

Copies a changing bucket to a directory bucket on the local cloud, with real workers, and compares the two.

  --seed N   another order of events and other objects (default 1)
  --json     nothing but one JSON object with the result on stdout
  --help     this text

Exit codes: 0 the buckets are equal, 1 they are not, or it got stuck, 2 bad usage, 130 interrupted.
`;

export interface CommandLine {
  readonly seed: number;
  readonly json: boolean;
}

/** @throws Error that says which option is wrong */
export function readCommandLine(args: readonly string[]): CommandLine | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) return "help";
  return { seed: seedOf(values.seed ?? "1"), json: values.json === true };
}

const MAX_SEED = 2 ** 31 - 1;

function seedOf(text: string): number {
  const seed = Number(text);
  if (!/^\d{1,10}$/.test(text) || seed > MAX_SEED) {
    throw new Error(`--seed must be a whole number from 0 to ${MAX_SEED}, not "${text}"`);
  }
  return seed;
}
