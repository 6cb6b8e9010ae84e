/**
 * JSON filter patterns: `{ $.level = "error" && ($.attempt > 2 || $.key = "a/*") }`. Source: CloudWatch Logs User Guide "Filter pattern syntax",
 * JSON log events: selectors, string and number operators, IS TRUE | FALSE | NULL, NOT EXISTS, && before ||, parentheses.
 */
import { CloudError } from "../http/service";
import { invalidParameter, notHere } from "./errors";

type Test = (root: unknown) => boolean;
type Select = (root: unknown) => readonly unknown[];

/** A message that is no JSON object matches nothing. @throws CloudError InvalidParameterException, NotImplemented */
export function jsonPattern(pattern: string): (message: string) => boolean {
  const test = new Parser(pattern).whole();
  return (message) => {
    if (!message.trimStart().startsWith("{")) return false;
    let root: unknown;
    try {
      root = JSON.parse(message);
    } catch {
      return false;
    }
    return test(root);
  };
}

/** Recursive descent over the text. */
class Parser {
  private at = 0;

  constructor(private readonly source: string) {}

  whole(): Test {
    this.expect("{");
    const test = this.either();
    this.expect("}");
    if (this.at < this.source.length) throw this.invalid("something follows the closing brace");
    return test;
  }

  private either(): Test {
    const tests = [this.both()];
    while (this.take("||")) tests.push(this.both());
    return (root) => tests.some((test) => test(root));
  }

  private both(): Test {
    const tests = [this.condition()];
    while (this.take("&&")) tests.push(this.condition());
    return (root) => tests.every((test) => test(root));
  }

  private condition(): Test {
    if (this.take("(")) {
      const test = this.either();
      this.expect(")");
      return test;
    }
    const select = this.selector();
    if (this.match(/NOT\s+EXISTS\b/y) !== undefined) return (root) => select(root).length === 0;
    const is = this.match(/IS\s+(NULL|TRUE|FALSE)\b/y)?.[1];
    if (is !== undefined) {
      const wanted = { NULL: null, TRUE: true, FALSE: false }[is];
      return (root) => select(root).includes(wanted);
    }
    const operator = this.match(/!=|>=|<=|=|<|>/y)?.[0];
    if (operator === undefined) throw this.invalid("an operator is missing");
    const holds = this.comparison(operator);
    return (root) => select(root).some(holds);
  }

  /** `$.a.b[0]`, `$.a["b c"]`, `$.list[*].id`. Nothing selected: the property does not exist. */
  private selector(): Select {
    if (this.match(/\$/y) === undefined) throw this.invalid("a selector starts with $");
    const steps: (string | number)[] = [];
    for (;;) {
      const step = this.adjacent(/\.([\w-]+)|\[\s*(\d+|\*)\s*\]|\[\s*(?:"([^"]*)"|'([^']*)')\s*\]/y);
      if (step === undefined) break;
      const [, name, index, ...quoted] = step;
      const key = name ?? quoted[0] ?? quoted[1];
      steps.push(key ?? (index === "*" ? -1 : Number(index)));
    }
    if (steps.length === 0) throw this.invalid("a selector names a property");
    return (root) => steps.reduce<readonly unknown[]>((nodes, step) => nodes.flatMap((n) => into(n, step)), [root]);
  }

  private comparison(operator: string): (node: unknown) => boolean {
    if (this.match(/%/y) !== undefined) throw notHere("regular expressions in filter patterns");
    const quoted = this.match(/"((?:[^"\\]|\\.)*)"/y)?.[1];
    const bare = quoted === undefined ? this.match(/[^\s()&|"{}]+/y)?.[0] : undefined;
    if (quoted === undefined && bare === undefined) throw this.invalid("a value is missing");
    const number = bare !== undefined && /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(bare) ? Number(bare) : undefined;
    const isSame = textMatches(quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "", bare !== undefined);
    if (operator === "=" || operator === "!=") {
      const equals = (node: unknown) =>
        typeof node === "number" && number !== undefined ? node === number : isSame(node);
      // A selector must point to a string or a number: for anything else not even != holds.
      const isValue = (node: unknown) => typeof node === "string" || typeof node === "number";
      return operator === "=" ? equals : (node) => isValue(node) && !equals(node);
    }
    if (number === undefined) throw this.invalid(`${operator} compares with a number`);
    return (node) => typeof node === "number" && compare(node, operator, number);
  }

  private expect(text: string): void {
    if (!this.take(text)) throw this.invalid(`"${text}" is missing`);
  }

  private take(text: string): boolean {
    this.match(/\s*/y);
    if (!this.source.startsWith(text, this.at)) return false;
    this.at += text.length;
    this.match(/\s*/y);
    return true;
  }

  /** After white space. */
  private match(pattern: RegExp): RegExpExecArray | undefined {
    while (/\s/.test(this.source.charAt(this.at))) this.at += 1;
    return this.adjacent(pattern);
  }

  private adjacent(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source);
    if (found === null) return undefined;
    this.at = pattern.lastIndex;
    return found;
  }

  private invalid(reason: string): CloudError {
    return invalidParameter(`Invalid filter pattern '${this.source}': ${reason} (at character ${this.at + 1}).`);
  }
}

/** -1 = every element. */
function into(node: unknown, step: string | number): readonly unknown[] {
  if (typeof step === "number") {
    if (!Array.isArray(node)) return [];
    const list = node as readonly unknown[];
    return step === -1 ? list : list.slice(step, step + 1);
  }
  const isObject = typeof node === "object" && node !== null && !Array.isArray(node);
  return isObject && Object.hasOwn(node, step) ? [(node as Record<string, unknown>)[step]] : [];
}

/** `*` at the start or the end stands for any text; in the middle for itself. Only a bare text also matches numbers. */
function textMatches(wanted: string, isBare: boolean): (node: unknown) => boolean {
  const [start, end] = [wanted.startsWith("*"), wanted.endsWith("*") && wanted.length > 1];
  const core = wanted.slice(start ? 1 : 0, end ? -1 : undefined);
  const test = (text: string) => {
    if (start && end) return text.includes(core);
    if (start) return text.endsWith(core);
    return end ? text.startsWith(core) : text === core;
  };
  return (node) => (typeof node === "string" ? test(node) : isBare && typeof node === "number" && test(String(node)));
}

function compare(node: number, operator: string, number: number): boolean {
  switch (operator) {
    case "<":
      return node < number;
    case "<=":
      return node <= number;
    case ">":
      return node > number;
    default:
      return node >= number;
  }
}
