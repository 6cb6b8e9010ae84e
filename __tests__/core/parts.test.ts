import {
  GIB,
  MAX_OBJECT_BYTES,
  MAX_SINGLE_COPY_BYTES,
  MIB,
  partBytes,
  partRange,
  planCopy,
  plannedRequests,
} from "../../core/parts";

const SIZES = { partSize: 128 * MIB, multipartThreshold: 256 * MIB };
/** The seed's: one CopyObject up to 5 GiB, then parts of 64 MiB. */
const SEED = { partSize: 64 * MIB, multipartThreshold: 5 * GIB };

describe("planCopy", () => {
  it.each([
    ["empty", 0, SIZES, { kind: "single", size: 0 }],
    ["at the threshold", 256 * MIB, SIZES, { kind: "single", size: 256 * MIB }],
    [
      "one byte above it",
      256 * MIB + 1,
      SIZES,
      { kind: "multipart", size: 256 * MIB + 1, partSize: 128 * MIB, partCount: 3 },
    ],
    ["the largest CopyObject", MAX_SINGLE_COPY_BYTES, SEED, { kind: "single", size: MAX_SINGLE_COPY_BYTES }],
    [
      "one byte more",
      MAX_SINGLE_COPY_BYTES + 1,
      SEED,
      { kind: "multipart", size: MAX_SINGLE_COPY_BYTES + 1, partSize: 64 * MIB, partCount: 81 },
    ],
    [
      "where 64 MiB parts end (625 GiB)",
      625 * GIB,
      SEED,
      { kind: "multipart", size: 625 * GIB, partSize: 64 * MIB, partCount: 10_000 },
    ],
    [
      "beyond: whole MiB more",
      625 * GIB + 1,
      SEED,
      { kind: "multipart", size: 625 * GIB + 1, partSize: 65 * MIB, partCount: 9847 },
    ],
    [
      "48.8 TiB",
      MAX_OBJECT_BYTES,
      SIZES,
      { kind: "multipart", size: MAX_OBJECT_BYTES, partSize: 5 * GIB, partCount: 10_000 },
    ],
    [
      "48.8 TiB less one byte",
      MAX_OBJECT_BYTES - 1,
      SIZES,
      { kind: "multipart", size: MAX_OBJECT_BYTES - 1, partSize: 5 * GIB, partCount: 10_000 },
    ],
    ["larger than S3 takes", MAX_OBJECT_BYTES + 1, SIZES, undefined],
    [
      "a threshold below what ranges need",
      5 * MIB,
      { partSize: MIB, multipartThreshold: 1 },
      { kind: "single", size: 5 * MIB },
    ],
    [
      "a part size below the least",
      6 * MIB,
      { partSize: MIB, multipartThreshold: 1 },
      { kind: "multipart", size: 6 * MIB, partSize: 5 * MIB, partCount: 2 },
    ],
    [
      "a threshold above the most",
      5 * GIB + 1,
      { partSize: 9 * GIB, multipartThreshold: 9 * GIB },
      { kind: "multipart", size: 5 * GIB + 1, partSize: 5 * GIB, partCount: 2 },
    ],
  ])("%s", (_, size, sizes, plan) => {
    expect(planCopy(size, sizes)).toEqual(plan);
  });
});

it("ranges are inclusive and the last part is what is left", () => {
  const plan = { kind: "multipart", size: 12 * MIB, partSize: 5 * MIB, partCount: 3 } as const;
  expect(partRange(plan, 1)).toEqual({ partNumber: 1, firstByte: 0, lastByte: 5 * MIB - 1 });
  expect(partRange(plan, 3)).toEqual({ partNumber: 3, firstByte: 10 * MIB, lastByte: 12 * MIB - 1 });
  expect(partBytes(plan, 3)).toBe(2 * MIB);
});

it.each([
  [undefined, 1],
  [0, 1],
  [256 * MIB, 1],
  [GIB, 8],
  [MAX_OBJECT_BYTES, 10_000],
  [MAX_OBJECT_BYTES + 1, 1],
])("an object of %s bytes takes %d copy requests", (size, requests) => {
  expect(plannedRequests(size, SIZES)).toBe(requests);
});
