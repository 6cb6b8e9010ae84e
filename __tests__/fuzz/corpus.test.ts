/**
 * Replays every kept input of the fuzz targets, and random changes of it that fast-check draws and shrinks.
 *
 * More: `FUZZ_RUNS=100000 npx jest __tests__/fuzz`. An input that breaks something is put into corpus/TARGET/ under a name that says
 * what it is.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { type Target, TARGETS } from "./targets";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 100);
const SEED = Number(process.env["FUZZ_SEED"] ?? 20_261_123);
const CORPUS = path.join(__dirname, "corpus");
/** What coverage-guided fuzzing has found to reach more code, one input a line. */
const FOUND = path.join(__dirname, "found");
/** Large inputs are there for their size. */
const LARGE_BYTES = 2_000;

function inputsOf(name: string): readonly (readonly [string, Buffer])[] {
  const directory = path.join(CORPUS, name);
  return readdirSync(directory).map((file) => [file, readFileSync(path.join(directory, file))] as const);
}

function foundFor(name: string): readonly Buffer[] {
  const lines = readFileSync(path.join(FOUND, `${name}.txt`), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => Buffer.from(line, "base64"));
}

interface Edit {
  /** Where, as a share of what is there. */
  readonly at: number;
  /** Bytes taken out there. */
  readonly without: number;
  readonly insert: Uint8Array;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  without: fc.integer({ min: 0, max: 12 }),
  insert: fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc.constantFrom(
      ...[
        '"',
        "\\",
        "{",
        "]",
        "\u0000",
        "\r\n",
        "-1",
        "1e999",
        "<!DOCTYPE",
        "&amp;",
        "%ff",
        "__proto__",
        "null",
        "\u009b",
      ].map((text) => new TextEncoder().encode(text)),
    ),
  ),
});

function edited(input: Buffer, edits: readonly Edit[]): Buffer {
  return edits.reduce((bytes, { at, without, insert }) => {
    const from = Math.floor(at * bytes.length);
    return Buffer.concat([bytes.subarray(0, from), insert, bytes.subarray(from + without)]);
  }, input);
}

describe.each(Object.entries(TARGETS) as [string, Target][])("%s", (name, target) => {
  it("holds for all that the fuzzer has found", async () => {
    const inputs = foundFor(name);
    expect(inputs.length).toBeGreaterThan(10);
    for (const input of inputs) await target(input);
  });

  it.each(inputsOf(name))(
    "holds for %s and what is near it",
    async (_file, input) => {
      await target(input);
      const numRuns = input.length > LARGE_BYTES ? Math.ceil(RUNS / 10) : RUNS;
      await fc.assert(
        fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 5 }), async (edits) => target(edited(input, edits))),
        { numRuns, seed: SEED },
      );
    },
    30_000 + RUNS * 100,
  );
});
