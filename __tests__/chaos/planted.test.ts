/** Bugs that only a run with processes finds are still bugs of the sources as they are: a change of them may have moved the text. */
import { PROCESS_BUGS } from "../../lab/chaos/planted/bugs";
import { patchedSources } from "../../lab/chaos/planted/build";

test.each(PROCESS_BUGS)("$name", ({ patches }) => {
  const sources = patchedSources(patches);
  expect(sources.size).toBeGreaterThan(0);
  for (const { replace } of patches) expect([...sources.values()].some((text) => text.includes(replace))).toBe(true);
});

test("a text that is not there is an error", () => {
  const patches = [{ file: "core/bounds.ts", find: "no such text", replace: "" }];
  expect(() => patchedSources(patches)).toThrow("occurs 0 times, not once");
});
