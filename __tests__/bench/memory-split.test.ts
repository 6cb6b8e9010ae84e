/** What the memory of a process is made of: a row that adds up. */
import { type Look, splitOf } from "../../lab/bench/memory-split";

const MIB = 1024 * 1024;
const space = (space_name: string, used: number, physical: number) => ({
  space_name,
  ...{ space_used_size: used * MIB, physical_space_size: physical * MIB },
});
const LOOK: Look = {
  rss: 160 * MIB,
  external: 4 * MIB,
  spaces: [
    ...[space("read_only_space", 0, 0), space("new_space", 5, 30), space("new_large_object_space", 1, 1)],
    ...[space("old_space", 50, 52), space("code_space", 2, 3), space("large_object_space", 4, 4)],
  ],
};
const after = (old: number, young = 9) => [
  { spaceName: "new_space", spaceUsedSize: young * MIB },
  { spaceName: "old_space", spaceUsedSize: old * MIB },
];

test("what lives is the most that a full collection left, the young generation not counted; the rest of what is used is garbage", () => {
  expect(splitOf(LOOK, [after(8), after(16), after(12)])).toEqual({
    ...{ rssMiB: 160, livingMiB: 16, garbageMiB: 40, youngMiB: 31, emptyMiB: 3, outsideMiB: 4, restMiB: 66 },
  });
});

test.each([
  ["no full collection", []],
  ["one that left more than is used at the peak, which came before it", [after(80)]],
])("the parts add up to the whole: %s", (_, collections) => {
  const { rssMiB, livingMiB = 0, garbageMiB, youngMiB, emptyMiB, outsideMiB, restMiB } = splitOf(LOOK, collections);
  expect(livingMiB + garbageMiB + youngMiB + emptyMiB + outsideMiB + restMiB).toBeCloseTo(rssMiB, 9);
  expect([livingMiB, garbageMiB]).toEqual(collections.length === 0 ? [0, 56] : [56, 0]);
});
