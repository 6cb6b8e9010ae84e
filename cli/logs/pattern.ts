/**
 * What CloudWatch Logs is asked for. Pure.
 *
 * A filter pattern only has to find all lines that are wanted: each line is looked at again here (line.ts). How quotes,
 * backslashes and characters beyond ASCII are written inside a pattern is documented nowhere, and `*` at either end of a text
 * stands for anything; so of a key the pattern names the longest piece that needs none of that.
 */

export interface Wanted {
  readonly errors: boolean;
  readonly key: string | undefined;
}

const IS_TROUBLE = '($.level = "error" || $.level = "warn")';

/** Patterns whose lines together are all that is wanted; [undefined] asks for every line. */
export function patternsFor({ errors, key }: Wanted): readonly (string | undefined)[] {
  if (key !== undefined) {
    return [`{ ${errors ? `${IS_TROUBLE} && ` : ""}$.key = "${keyText(key)}" }`];
  }
  // Crashes and the platform's own words are no JSON: every JSON line of ours has a level, a text hardly ever says the word.
  return errors ? [`{ ${IS_TROUBLE} }`, "-level"] : [undefined];
}

/** A pattern has at most 1,024 characters (API FilterLogEvents). */
const MAX_PIECE = 256;

function keyText(key: string): string {
  const pieces = key.match(/[A-Za-z0-9_./-]+/g) ?? [];
  if (pieces[0] === key && key.length <= MAX_PIECE) return key;
  const longest = pieces.reduce((best, piece) => (piece.length > best.length ? piece : best), "");
  return longest === "" ? "*" : `*${longest.slice(0, MAX_PIECE)}*`;
}
