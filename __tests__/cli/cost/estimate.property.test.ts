/** Estimates as laws: nothing costs nothing, more never costs less, two halves cost the whole. */
import fc from "fast-check";
import { billOf } from "../../../cli/cost/bill";
import { estimate, type Request } from "../../../cli/cost/estimate";
import { PRICES } from "../../../cli/cost/built-in-prices";
import { ITEM_NAMES, type Prices } from "../../../cli/cost/prices";
import { NOTHING, sum, times, type Usage } from "../../../cli/cost/usage";
import { copying, copySeconds, type SizeGroup, spreadOverDay, workers } from "../../../cli/cost/work";
import { GIB, MIB } from "../../../core/parts";

const prices = PRICES["us-east-1"] as Prices;
const group: fc.Arbitrary<SizeGroup> = fc.record({
  objects: fc.integer({ min: 0, max: 1_000_000_000 }),
  bytes: fc.oneof(fc.integer({ min: 0, max: MIB }), fc.integer({ min: 0, max: 5000 * GIB })),
});
const groups = fc.array(group, { maxLength: 4 });
const cause = fc.constantFrom("event" as const, "backfill" as const);
const usage: fc.Arbitrary<Usage> = fc.dictionary(
  fc.constantFrom(...ITEM_NAMES),
  fc.double({ min: 0, max: 1e9, noNaN: true }),
);
const dollars = (used: Usage): number => billOf(used, prices).dollars;
const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

test("nothing uses nothing and costs nothing", () => {
  expect(copying([], "backfill")).toEqual({});
  expect(copying([{ objects: 0, bytes: GIB }], "event")).toEqual({});
  expect(workers({ runs: 0, seconds: 0 })).toEqual({});
  expect(estimate({ existing: [], maxWorkers: 5, alarms: 0 }).once).toEqual({});
  expect(billOf(NOTHING, prices)).toEqual({ lines: [], dollars: 0, dollarsWithFreeTiers: 0 });
});

test("a bill is additive, and its free tiers never make it dearer or negative", () => {
  fc.assert(
    fc.property(usage, usage, fc.double({ min: 0, max: 100, noNaN: true }), (a, b, factor) => {
      expect(close(dollars(sum(a, b)), dollars(a) + dollars(b))).toBe(true);
      expect(close(dollars(times(factor, a)), factor * dollars(a))).toBe(true);
      const bill = billOf(a, prices);
      expect(bill.dollarsWithFreeTiers).toBeGreaterThanOrEqual(0);
      expect(bill.dollarsWithFreeTiers).toBeLessThanOrEqual(bill.dollars);
    }),
  );
});

test("copying is additive over groups, and so is its time", () => {
  fc.assert(
    fc.property(groups, groups, cause, (a, b, why) => {
      const together = copying([...a, ...b], why);
      for (const item of ITEM_NAMES) {
        const apart = (copying(a, why)[item] ?? 0) + (copying(b, why)[item] ?? 0);
        expect(close(together[item] ?? 0, apart)).toBe(true);
      }
      expect(close(copySeconds([...a, ...b]), copySeconds(a) + copySeconds(b))).toBe(true);
    }),
  );
});

/** From here on a larger object may take fewer requests: its parts have to grow (core/parts.ts). */
const LARGEST_OF_EQUAL_PARTS = 10_000 * 128 * MIB;

test("more objects, or larger ones, never cost less: once, and every month", () => {
  const more = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(group, more, more, ({ objects, bytes }, moreObjects, moreBytes) => {
      fc.pre(bytes + moreBytes <= LARGEST_OF_EQUAL_PARTS);
      const request = (n: number, size: number): Request => ({
        existing: [{ objects: n, bytes: size }],
        daily: { perDay: n, bytes: size, keepDays: 30 },
        maxWorkers: 5,
        alarms: 0,
      });
      const small = estimate(request(objects, bytes));
      const large = estimate(request(objects + moreObjects, bytes + moreBytes));
      const tolerance = 1 + 1e-9;
      expect(dollars(small.once)).toBeLessThanOrEqual(dollars(large.once) * tolerance);
      expect(dollars(small.monthly)).toBeLessThanOrEqual(dollars(large.monthly) * tolerance);
      expect(dollars(small.idle)).toBe(dollars(large.idle));
      expect(dollars(small.monthly)).toBeGreaterThanOrEqual(dollars(small.idle));
    }),
  );
});

test("worker time of a day grows with the objects, and a day with any has at least a run", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), fc.integer({ min: 0, max: GIB }), (perDay, bytes) => {
      const now = spreadOverDay(perDay, bytes);
      expect(now.runs).toBeGreaterThanOrEqual(1);
      expect(spreadOverDay(perDay + 1, bytes).seconds).toBeGreaterThanOrEqual(now.seconds);
      expect(now.seconds).toBeGreaterThanOrEqual(copySeconds([{ objects: perDay, bytes }]));
    }),
  );
});
