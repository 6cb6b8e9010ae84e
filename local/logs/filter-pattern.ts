/**
 * Filter patterns of FilterLogEvents. Source: CloudWatch Logs User Guide "Filter pattern syntax". Here: terms, phrases, `-excluded`, `?or`,
 * and JSON patterns (json-pattern.ts). Regular expressions (`%...%`) and space-delimited patterns (`[...]`) are answered NotImplemented.
 */
import { CloudError } from "../http/service";
import { jsonPattern } from "./json-pattern";
import { invalidParameter, notHere } from "./errors";

export type Matches = (message: string) => boolean;

interface Term {
  readonly text: string;
  readonly kind: "needed" | "excluded" | "either";
}

const TOKEN = /\s*([-?]?)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/y;

/** @throws CloudError InvalidParameterException for a pattern that cannot be read, NotImplemented for a kind that is not served here */
export function filterPattern(pattern: string): Matches {
  const trimmed = pattern.trim();
  if (trimmed === "") return () => true;
  if (trimmed.startsWith("{")) return jsonPattern(trimmed);
  if (trimmed.startsWith("[")) throw notHere("space-delimited filter patterns");
  if (trimmed.startsWith("%")) throw notHere("regular expressions in filter patterns");
  return termsMatch(readTerms(trimmed));
}

/** A term matches anywhere in the message, case-sensitively: "ERROR" is in "ERRORCODE". */
function termsMatch(terms: readonly Term[]): Matches {
  const of = (kind: Term["kind"]) => terms.filter((term) => term.kind === kind).map((term) => term.text);
  const [needed, excluded, either] = [of("needed"), of("excluded"), of("either")];
  // "?" cannot be combined with terms of the other kinds: it is ignored then.
  const isEither = needed.length === 0 && excluded.length === 0;
  return (message) =>
    needed.every((text) => message.includes(text)) &&
    !excluded.some((text) => message.includes(text)) &&
    (!isEither || either.some((text) => message.includes(text)));
}

function readTerms(pattern: string): Term[] {
  const terms: Term[] = [];
  for (let at = 0; at < pattern.length;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(pattern);
    if (match === null) throw invalid(pattern, "a quotation mark is not closed");
    at = TOKEN.lastIndex;
    const [, sign, quoted, bare = ""] = match;
    if (quoted === undefined && !/^[\p{L}\p{N}_]+$/u.test(bare)) {
      throw invalidParameter(`Invalid character(s) in term '${bare}'`);
    }
    terms.push({
      text: quoted === undefined ? bare : quoted.replace(/\\(.)/g, "$1"),
      kind: sign === "-" ? "excluded" : sign === "?" ? "either" : "needed",
    });
  }
  return terms;
}

export function invalid(pattern: string, reason: string): CloudError {
  return invalidParameter(`Invalid filter pattern '${pattern}': ${reason}`);
}
