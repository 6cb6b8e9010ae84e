/** Dead letters by reason, and which of them a call is about. Pure. */
import type { Letter } from "./letter";

export interface Group {
  readonly reason: string;
  readonly letters: number;
  /** The first keys, for a glance. */
  readonly keys: readonly string[];
  readonly moreKeys: number;
  readonly oldestSentAt: number;
  readonly advice: string;
}

/** Which dead letters are meant; all given conditions must hold. */
export interface Selection {
  readonly reason?: string | undefined;
  readonly key?: string | undefined;
}

const EXAMPLES = 3;

/** The largest group first; groups of one size by name. */
export function groupsOf(letters: readonly Letter[]): readonly Group[] {
  const byReason = new Map<string, Letter[]>();
  for (const letter of letters) {
    const group = byReason.get(letter.reason);
    if (group === undefined) byReason.set(letter.reason, [letter]);
    else group.push(letter);
  }
  return [...byReason]
    .map(([reason, group]) => groupOf(reason, group))
    .sort((a, b) => b.letters - a.letters || (a.reason < b.reason ? -1 : 1));
}

function groupOf(reason: string, letters: readonly Letter[]): Group {
  const keys = [...new Set(letters.flatMap((letter) => letter.keys))].sort();
  return {
    reason,
    letters: letters.length,
    keys: keys.slice(0, EXAMPLES),
    moreKeys: Math.max(0, keys.length - EXAMPLES),
    oldestSentAt: Math.min(...letters.map((letter) => letter.sentAt)),
    advice: letters[0]?.advice ?? "",
  };
}

export function isSelected({ reason, keys }: Pick<Letter, "reason" | "keys">, selection: Selection): boolean {
  return (
    (selection.reason === undefined || selection.reason === reason) &&
    (selection.key === undefined || keys.includes(selection.key))
  );
}
