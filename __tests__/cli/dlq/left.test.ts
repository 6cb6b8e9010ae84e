/** What stays after a redrive is told in few lines, whatever their number, and every letter is counted. */
import { leftLines } from "../../../cli/dlq/left";
import type { Left } from "../../../cli/dlq/redrive";

function left(messageId: string, reason: string, why: string): Left {
  return { letter: { messageId, reason } as Left["letter"], why };
}

const many = (letters: number, reason: string, why: (index: number) => string) =>
  Array.from({ length: letters }, (_, index) => left(`${reason}-${index}`, reason, why(index)));

it("names one letter", () => {
  expect(leftLines([left("m", "Weird", "no JSON")])).toEqual(["  m (Weird): no JSON"]);
});

it("counts those that stay for the same reason, the most first", () => {
  const lines = leftLines([
    left("m", "Weird", "no JSON"),
    left("n", "Other", "no JSON"),
    ...many(3_000, "Weird", () => "v 2"),
  ]);
  expect(lines).toEqual([
    "  3,000 letters, such as Weird-0 (Weird): v 2",
    "  m (Weird): no JSON",
    "  n (Other): no JSON",
  ]);
});

it("says how many it does not name, when each has a reason of its own", () => {
  const lines = leftLines(many(1_500, "Weird", (index) => `no JSON: "${index}"`));
  expect(lines).toHaveLength(11);
  expect(lines.at(-1)).toBe("  and 1,490 more letters: --json names each");
});

it("says nothing when nothing stays", () => {
  expect(leftLines([])).toEqual([]);
});
