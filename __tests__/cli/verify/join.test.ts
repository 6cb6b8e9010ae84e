/** The join of two unordered listings: equal to a Map of everything, in memory and through the disk. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type Join, makeJoin } from "../../../cli/verify/join";
import { DESTINATION, type Facts, type Side, SOURCE } from "../../../cli/verify/record";
import { makeSpill, type Spill } from "../../../cli/verify/spill";
import type { ListedObject } from "../../../core/ports";
import { rowsOf } from "../../../lab/verify/rows";

let folder: string;
let spill: Spill;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "verify-join-"));
  spill = makeSpill(folder);
});
afterEach(() => {
  spill.close();
  rmSync(folder, { recursive: true });
});

interface Told {
  readonly source: Facts | undefined;
  readonly destination: Facts | undefined;
}

function collecting(budgetBytes: number, keepEtag = true): { readonly made: Join; readonly told: Map<string, Told> } {
  const told = new Map<string, Told>();
  const made = makeJoin({
    budgetBytes,
    spill,
    seed: 7,
    keepEtag: () => keepEtag,
    pause: () => Promise.resolve(),
    onJoined: ({ key, source, destination }) => {
      if (told.has(key())) throw new Error(`${key()} was told twice`);
      told.set(key(), { source, destination });
    },
  });
  return { made, told };
}

const listed = (key: string, size: number, etag = "e"): ListedObject => ({ key, size, etag, lastModified: size + 1 });
const add = (to: Join, side: Side, object: ListedObject): void => to.add(side, rowsOf([object]), 0);
const factsOf = ({ size, etag, lastModified }: ListedObject): Facts => ({ size, etag, lastModified });

/** Keys as they come in buckets: shared directories, other scripts, long ones, with slashes wherever. */
const keyArb = fc.oneof(
  fc.tuple(fc.nat(3), fc.nat(400)).map(([dir, n]) => `dir-${dir}/object-${n}`),
  fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }),
  fc.nat(30).map((n) => `${"long/".repeat(190)}${n}`),
);
const etagArb = fc.oneof(
  fc.constantFrom("", "x", "d41d8cd98f00b204e9800998ecf8427e", "D41D8CD98F00B204E9800998ECF8427E"),
  fc.nat(9999).map((parts) => `9b2cf535f27731c974343645a3985328-${parts}`),
);
const objectArb = fc.record({
  key: keyArb,
  size: fc.oneof(fc.nat(), fc.constantFrom(0, 5 * 2 ** 40, Number.MAX_SAFE_INTEGER)),
  etag: etagArb,
  lastModified: fc.integer({ min: 0, max: 4_294_967_295 }),
});
const sideArb = fc.uniqueArray(objectArb, { maxLength: 300, selector: ({ key }) => key });

/** Every one of the 64 partitions has a page of 16 KiB as soon as it has a key. */
const BUDGETS = [
  ["in memory", 2 ** 30, 60],
  ["some of it on disk", 400_000, 60],
  ["all of it on disk, at every level", 0, 8],
] as const;

describe.each(BUDGETS)("%s", (_, budgetBytes, numRuns) => {
  test("equals a map of both sides, whatever the order in which the sides alternate", async () => {
    const property = fc.asyncProperty(sideArb, sideArb, fc.infiniteStream(fc.boolean()), async (left, right, turns) => {
      const { made, told } = collecting(budgetBytes);
      const queues: [Side, ListedObject[]][] = [
        [SOURCE, [...left]],
        [DESTINATION, [...right]],
      ];
      for (const turn of turns) {
        const [side, queue] = queues[turn ? 0 : 1]!;
        const next = queue.shift();
        if (next !== undefined) add(made, side, next);
        if (queues.every(([, one]) => one.length === 0)) break;
      }
      await made.finish();
      const expected = new Map<string, Told>();
      for (const object of left) expected.set(object.key, { source: factsOf(object), destination: undefined });
      for (const object of right) {
        const source = expected.get(object.key)?.source;
        expected.set(object.key, { source, destination: { ...factsOf(object), etag: "" } });
      }
      expect(told).toEqual(expected);
    });
    await fc.assert(property, { numRuns });
  });
});

test("what is on disk is joined partition by partition, and the files have no names", async () => {
  const { made, told } = collecting(1_200_000);
  for (let n = 0; n < 20_000; n++) add(made, SOURCE, listed(`k/${n}`, n));
  expect(readdirSync(folder)).toEqual([]);
  for (let n = 19_999; n >= 0; n--) if (n % 5_000 !== 17) add(made, DESTINATION, listed(`k/${n}`, n));
  await made.finish();
  expect(told.size).toBe(20_000);
  const alone = [...told].filter(([, { destination }]) => destination === undefined).map(([key]) => key);
  expect(alone.sort()).toEqual(["k/10017", "k/15017", "k/17", "k/5017"]);
  expect(spill.written).toBeGreaterThan(50_000);
  expect(readdirSync(folder)).toEqual([]);
});

test("memory stays within the budget, but for the pages being filled", async () => {
  const budgetBytes = 3 * 2 ** 20;
  const { made, told } = collecting(budgetBytes);
  for (let n = 0; n < 100_000; n++) add(made, SOURCE, listed(`some/longer/key/that/takes/room/${n}`, n));
  expect(made.peakBytes).toBeGreaterThan(budgetBytes * 0.9);
  expect(made.peakBytes).toBeLessThan(budgetBytes * 1.1);
  await made.finish();
  expect(told.size).toBe(100_000);
  expect(made.peakBytes).toBeLessThan(budgetBytes * 1.1);
});

test("a file that is larger than the budget is joined within it, and records across its chunks are whole", async () => {
  const budgetBytes = 300_000;
  const { made, told } = collecting(budgetBytes);
  // Of 1,000 bytes each: some 560 a file, which is read 512 KiB at a time.
  const key = (n: number): string => `${"directory/".repeat(99)}${String(n).padStart(10, "0")}`;
  for (let n = 0; n < 36_000; n++) add(made, SOURCE, listed(key(n), n));
  for (let n = 0; n < 36_000; n += 2) add(made, DESTINATION, listed(key(n), n));
  await made.finish();
  expect(told.size).toBe(36_000);
  const paired = [...told].filter(([, { source, destination }]) => source !== undefined && destination !== undefined);
  expect(paired).toHaveLength(18_000);
  for (const [name, { source }] of told) if (source?.size !== Number(name.slice(-10))) throw new Error(name);
  expect(made.peakBytes).toBeLessThan(budgetBytes + 3 * 16 * 1024);
});

test("room is used again: a window of waiting keys that moves does not grow", () => {
  const { made } = collecting(2 ** 30);
  for (let n = 0; n < 200_000; n++) {
    add(made, SOURCE, listed(`key/${n}`, n));
    if (n >= 1_000) add(made, DESTINATION, listed(`key/${n - 1_000}`, n));
  }
  expect(made.peakKeys).toBe(1_001);
  // 64 partitions with a page and a small table each, and a second page for some.
  expect(made.peakBytes).toBeLessThan(64 * 3 * 16 * 1024);
});

test("a key that one listing tells twice counts once, with what was told last", async () => {
  const { made, told } = collecting(2 ** 30);
  add(made, SOURCE, listed("twice", 1));
  add(made, SOURCE, listed("twice", 2, "newer"));
  await made.finish();
  expect(told).toEqual(
    new Map([["twice", { source: { size: 2, etag: "newer", lastModified: 3 }, destination: undefined }]]),
  );
});

test("an ETag that is not kept is not told", async () => {
  const { made, told } = collecting(2 ** 30, false);
  add(made, SOURCE, listed("k", 1, "etag"));
  await made.finish();
  expect(told.get("k")?.source?.etag).toBe("");
});
