/** Visibility changes whose answers were lost: each caps what can be relied on, until its own time is up. */
import { makeLostChanges } from "../../worker/lost-changes";

it("caps by the shortest that is still open, each for its own time", () => {
  const lost = makeLostChanges();
  lost.add(30_000, 60);
  lost.add(50_000, 120);
  expect([0, 29_999, 30_000, 49_999, 50_000].map((at) => lost.capSeconds(at))).toEqual([60, 60, 120, 120, Infinity]);
});

it("blocks an extension only while a shorter one may undercut it", () => {
  const lost = makeLostChanges();
  lost.add(30_000, 60);
  lost.add(50_000, 120);
  expect(lost.blockedUntilMs(0, 60_000)).toBe(0);
  expect(lost.blockedUntilMs(0, 60_001)).toBe(30_000);
  expect(lost.blockedUntilMs(0, 120_001)).toBe(50_000);
  expect(lost.blockedUntilMs(30_000, 60_001)).toBe(0);
});
