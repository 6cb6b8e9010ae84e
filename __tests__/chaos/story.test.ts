/** What is written during a process run. */
import { makeStory } from "../../lab/chaos/process/story";
import { seeded } from "../../lab/sim/random";

test("of an hour and a half, in order of time", () => {
  const minutes = 90;
  const steps = makeStory(seeded(1), minutes * 60_000);
  expect(steps).toHaveLength(minutes * (5 * 60 + 2_000) + 2);
  expect(steps.every(({ atMs }, index) => atMs >= (steps[index - 1]?.atMs ?? 0))).toBe(true);
});
