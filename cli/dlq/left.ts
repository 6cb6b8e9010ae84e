/** The letters that a redrive leaves, in few lines: thousands may stay for one and the same reason. Pure. */
import { count } from "../shell/words";
import type { Left } from "./redrive";

const MOST_LINES = 10;

/** Letters that stay for the same reason share a line; what no line is left for is counted. */
export function leftLines(left: readonly Left[]): readonly string[] {
  const groups = new Map<string, { readonly first: Left; letters: number }>();
  for (const one of left) {
    const same = JSON.stringify([one.letter.reason, one.why]);
    const group = groups.get(same);
    if (group === undefined) groups.set(same, { first: one, letters: 1 });
    else group.letters += 1;
  }
  const largestFirst = [...groups.values()].sort((a, b) => b.letters - a.letters);
  const shown = largestFirst.slice(0, MOST_LINES);
  const untold = left.length - shown.reduce((sum, { letters }) => sum + letters, 0);
  return [
    ...shown.map(({ first, letters }) => lineOf(first, letters)),
    ...(untold === 0 ? [] : [`  and ${count(untold, "more letter")}: --json names each`]),
  ];
}

function lineOf({ letter: { messageId, reason }, why }: Left, letters: number): string {
  return letters === 1
    ? `  ${messageId} (${reason}): ${why}`
    : `  ${count(letters, "letter")}, such as ${messageId} (${reason}): ${why}`;
}
