/** When the starter looks within one invocation. */
import { looksDueMs } from "../../core/look";

test.each([
  [60, [0]],
  [46, [0]],
  [45, [0, 45_000]],
  [30, [0, 30_000]],
  [10, [0, 10_000, 20_000, 30_000, 40_000]],
  [120, [0]],
])("every %d s: %j", (seconds, due) => {
  expect(looksDueMs(seconds)).toEqual(due);
});

test("every second, and done before 46 s", () => {
  expect(looksDueMs(1)).toHaveLength(46);
  expect(looksDueMs(1).at(-1)).toBe(45_000);
});
