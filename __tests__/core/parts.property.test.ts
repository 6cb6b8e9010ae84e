import * as fc from "fast-check";
import {
  GIB,
  MAX_OBJECT_BYTES,
  MAX_PART_BYTES,
  MAX_PARTS,
  MAX_SINGLE_COPY_BYTES,
  MIB,
  MIN_PART_BYTES,
  MIN_RANGE_SOURCE_BYTES,
  partBytes,
  partRange,
  planCopy,
} from "../../core/parts";

/** Also the neighbours of every edge: multiples of parts and of MiB, and the limits. */
const size = fc.oneof(
  fc.integer({ min: 0, max: MAX_OBJECT_BYTES }),
  fc
    .tuple(fc.integer({ min: 0, max: 5120 }), fc.integer({ min: -1, max: 1 }))
    .map(([n, d]) => clamp(n * MAX_PARTS * MIB + d)),
  fc
    .tuple(fc.constantFrom(0, 5 * MIB, 5 * GIB, MAX_OBJECT_BYTES), fc.integer({ min: -2, max: 2 }))
    .map(([n, d]) => clamp(n + d)),
);
const sizes = fc.record({
  partSize: fc.oneof(
    fc.integer({ min: 1, max: 2 * MAX_PART_BYTES }),
    fc.integer({ min: 1, max: 6000 }).map((n) => n * MIB),
  ),
  multipartThreshold: fc.integer({ min: 0, max: 2 * MAX_SINGLE_COPY_BYTES }),
});

function clamp(value: number): number {
  return Math.min(Math.max(value, 0), MAX_OBJECT_BYTES);
}

it("no plan breaks a limit of S3", () => {
  fc.assert(
    fc.property(size, sizes, (bytes, wanted) => {
      const plan = planCopy(bytes, wanted);
      if (plan === undefined) throw new Error("every size up to the largest object has a plan");
      expect(plan.size).toBe(bytes);
      if (plan.kind === "single") {
        expect(bytes).toBeLessThanOrEqual(MAX_SINGLE_COPY_BYTES);
        return;
      }
      expect(bytes).toBeGreaterThan(MIN_RANGE_SOURCE_BYTES);
      expect(plan.partCount).toBeLessThanOrEqual(MAX_PARTS);
      expect(plan.partSize).toBeGreaterThanOrEqual(MIN_PART_BYTES);
      expect(plan.partSize).toBeLessThanOrEqual(MAX_PART_BYTES);
    }),
    { numRuns: 2000 },
  );
});

it("the parts cover the object exactly once, in order, and none but the last is short", () => {
  fc.assert(
    fc.property(size, sizes, (bytes, wanted) => {
      const plan = planCopy(bytes, wanted);
      if (plan?.kind !== "multipart") return;
      let next = 0;
      for (let number = 1; number <= plan.partCount; number += 1) {
        const { partNumber, firstByte, lastByte } = partRange(plan, number);
        const whole = number === plan.partCount || partBytes(plan, number) === plan.partSize;
        // One comparison per part: ten thousand expect() calls per run would be the whole test's time.
        if (partNumber !== number || firstByte !== next || lastByte < firstByte || !whole) {
          throw new Error(`part ${number} is ${firstByte}-${lastByte}, expected to begin at ${next}`);
        }
        next = lastByte + 1;
      }
      expect(next).toBe(bytes);
    }),
    { numRuns: 100 },
  );
});
