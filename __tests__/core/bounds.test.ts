import * as fc from "fast-check";
import { type WriteOperation, writeBoundMs } from "../../core/bounds";
import { GIB, MAX_SINGLE_COPY_BYTES, MIB } from "../../core/parts";

it.each<[WriteOperation, number, number]>([
  ["DeleteObject", 0, 60_000],
  ["DeleteObject", 5 * GIB, 60_000],
  ["CopyObject", 0, 60_000],
  ["CopyObject", 10 * MIB, 61_000],
  ["CopyObject", 256 * MIB, 85_600],
  ["CopyObject", MAX_SINGLE_COPY_BYTES, 572_000],
  ["CompleteMultipartUpload", 0, 900_000],
  ["CompleteMultipartUpload", 48 * 1024 * GIB, 900_000],
])("%s of %d bytes may land within %d ms", (operation, size, bound) => {
  expect(writeBoundMs(operation, size)).toBe(bound);
});

it("a larger object never has a smaller bound, and bounds are whole milliseconds", () => {
  fc.assert(
    fc.property(
      fc.constantFrom<WriteOperation>("DeleteObject", "CopyObject", "CompleteMultipartUpload"),
      fc.nat(MAX_SINGLE_COPY_BYTES),
      fc.nat(MAX_SINGLE_COPY_BYTES),
      (operation, a, b) => {
        const [small, large] = [writeBoundMs(operation, Math.min(a, b)), writeBoundMs(operation, Math.max(a, b))];
        expect(small).toBeLessThanOrEqual(large);
        expect(Number.isInteger(small)).toBe(true);
      },
    ),
  );
});
