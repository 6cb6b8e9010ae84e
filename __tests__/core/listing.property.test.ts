/** Ranges: however they are cut, every key is in exactly one piece; and the order is the one S3 lists in. */
import fc from "fast-check";
import { compareKeys, cutRange, isInRange } from "../../core/listing";
import { between, commonPrefix, directoryBoundaries, levelsOf, MAX_PIECES } from "../../core/listing-split";

/** Keys with much in common, with slashes, and with characters that UTF-8 and UTF-16 order differently. */
const key = fc
  .array(fc.constantFrom("a", "b", "/", "0", "9", " ", "\u{ffee}", "\u{1f600}", "é", "\ud7ff"), { maxLength: 8 })
  .map((parts) => parts.join(""));
const range = fc.record(
  { prefix: fc.constantFrom("", "a", "a/", "b"), after: key, until: key },
  { requiredKeys: ["prefix"], noNullPrototype: true },
);

it("the order is that of UTF-8 bytes", () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

it("the pieces of a range hold each of its keys once, and no other", () => {
  fc.assert(
    fc.property(range, fc.array(key), fc.array(key), (whole, boundaries, keys) => {
      const pieces = cutRange(whole, boundaries);
      for (const one of keys) {
        const holders = pieces.filter((piece) => isInRange(one, piece)).length;
        expect(holders).toBe(isInRange(one, whole) ? 1 : 0);
      }
    }),
  );
});

it("a guessed boundary lies strictly between, and begins as told", () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      fc.pre(a !== b);
      const [low, high] = compareKeys(a, b) < 0 ? [a, b] : [b, a];
      const floor = commonPrefix(low, high);
      const middle = between(floor, low, high);
      if (middle === undefined) return;
      expect(middle.startsWith(floor)).toBe(true);
      expect([compareKeys(low, middle) < 0, compareKeys(middle, high) < 0]).toEqual([true, true]);
    }),
  );
});

it.each([
  ["no end", "file-", "file-0042", undefined, "file-W"],
  ["an end further on", "file-", "file-0042", "file-8", "file-4"],
  ["neighbours: one character further down", "file-", "file-7x", "file-8", "file-7{"],
  ["nothing in between", "a", "a", "a\u0020", undefined],
])("halving a range with %s", (_, floor, low, high, expected) => {
  expect(between(floor, low, high)).toBe(expected);
});

it("directories are asked from the widest that holds the range to the one it begins in", () => {
  expect(levelsOf({ prefix: "", after: "a/b/c/k" })).toEqual(["", "a/", "a/b/", "a/b/c/"]);
  expect(levelsOf({ prefix: "", after: "a/b/c/k", until: "a/x" })).toEqual(["a/", "a/b/", "a/b/c/"]);
  expect(levelsOf({ prefix: "a/b", after: "a/b/c/k" })).toEqual(["a/b", "a/b/", "a/b/c/"]);
});

it("many small directories share a piece, large ones get one each, and the last is always a boundary", () => {
  const directories = Array.from({ length: 1_000 }, (_, n) => `d${String(n).padStart(4, "0")}/`);
  expect(directoryBoundaries(directories, 3, 10_000)).toEqual(["d0499/", "d0999/"]);
  expect(directoryBoundaries(directories, 10_000, 10_000)).toHaveLength(MAX_PIECES);
  expect(directoryBoundaries(directories, 10_000, 10_000).at(-1)).toBe("d0999/");
  expect(directoryBoundaries(["x/"], 10_000, 10_000)).toEqual(["x/"]);
});
