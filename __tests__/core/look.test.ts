/** When the starter looks within one invocation. */
import { lastLaunchMs, looksDueMs } from "../../core/look";

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

test.each([
  [60, 4_000],
  [3600, 4_000],
  [30, 34_000],
  [10, 44_000],
  [1, 49_000],
])("every %d s: nothing is launched from %d ms on, before the next invocation begins", (seconds, ms) => {
  expect(lastLaunchMs(seconds)).toBe(ms);
  expect(lastLaunchMs(seconds)).toBeLessThan(50_000);
});
