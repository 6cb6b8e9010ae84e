/** Filter patterns find all that is wanted, whatever the key holds. */
import fc from "fast-check";
import { patternsFor } from "../../../cli/logs/pattern";
import { needsDate, readSpan, startOf } from "../../../cli/logs/since";
import { filterPattern } from "../../../local/logs/filter-pattern";

it.each([
  [{ errors: false, key: undefined }, [undefined]],
  [{ errors: true, key: undefined }, ['{ ($.level = "error" || $.level = "warn") }', "-level"]],
  [{ errors: false, key: "a/b-c.d" }, ['{ $.key = "a/b-c.d" }']],
  [{ errors: true, key: "a" }, ['{ ($.level = "error" || $.level = "warn") && $.key = "a" }']],
  [{ errors: false, key: 'x "quoted" y' }, ['{ $.key = "*quoted*" }']],
  [{ errors: false, key: "a*" }, ['{ $.key = "*a*" }']],
  [{ errors: false, key: "日本" }, ['{ $.key = "*" }']],
])("%j", (wanted, patterns) => {
  expect(patternsFor(wanted)).toEqual(patterns);
});

it("whatever the key: within CloudWatch's length, and the line about it is found", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 1024 }), fc.boolean(), (key, errors) => {
      const [pattern = ""] = patternsFor({ errors, key });
      expect(pattern.length).toBeLessThanOrEqual(1024);
      expect(filterPattern(pattern)(JSON.stringify({ level: "error", key }))).toBe(true);
    }),
  );
});

it.each([
  ["90s", 90_000],
  ["10m", 600_000],
  ["1h", 3_600_000],
  ["2d", 172_800_000],
  ["", undefined],
  ["10", undefined],
  ["m", undefined],
  ["1.5h", undefined],
  ["1w", undefined],
])("the span %j is %s ms", (text, ms) => {
  expect(readSpan(text)).toBe(ms);
});

it("a span that goes back beyond 1970 begins there: no log service takes an earlier time", () => {
  expect(startOf(100_000, 90_000)).toBe(10_000);
  expect(startOf(100_000, readSpan("99999d") ?? 0)).toBe(0);
});

it.each([
  ["1439m", false],
  ["24h", true],
  ["1d", true],
  ["7d", true],
])("%s: a time of day alone is not enough: %s", (span, isNeeded) => {
  expect(needsDate(readSpan(span) ?? 0)).toBe(isNeeded);
});
