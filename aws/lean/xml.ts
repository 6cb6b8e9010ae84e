/**
 * The answers of S3's hot calls: one root element with flat children. Entities are the five of XML and character references;
 * a document type is refused, so nothing can be expanded.
 */

export interface FlatXml {
  readonly root: string;
  /** Text of the children that hold nothing else; the first of a name counts. */
  readonly fields: Readonly<Record<string, string>>;
}

const PROLOG = /^\s*(?:<\?xml[^>]*\?>\s*)?<([A-Za-z][\w.-]*)(?:\s[^>]*)?(\/?)>/;
const CHILD = /<([A-Za-z][\w.-]*)(?:\s[^<>]*)?>([^<]*)<\/\1\s*>/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Undefined for what is no such document: nothing is read out of half an answer. */
export function readFlatXml(text: string): FlatXml | undefined {
  const opened = PROLOG.exec(text);
  const root = opened?.[1];
  if (opened === null || root === undefined) return undefined;
  if (opened[2] === "/") return { root, fields: {} };
  const rest = text.slice(opened[0].length);
  const end = rest.lastIndexOf(`</${root}>`);
  if (end < 0 || rest.slice(end + root.length + 3).trim() !== "") return undefined;
  const fields = Object.create(NOTHING) as Record<string, string>;
  const children = rest.slice(0, end);
  // Without an iterator and a copy of the expression for every answer.
  CHILD.lastIndex = 0;
  for (let child = CHILD.exec(children); child !== null; child = CHILD.exec(children)) {
    const [, name = "", value = ""] = child;
    fields[name] ??= unescapeXml(value);
  }
  return { root, fields };
}

/** What fields inherit from: as of the headers in answer-reader.ts. */
const NOTHING = Object.freeze(Object.create(null) as object);

const ESCAPED: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" };

/** Text for an element. */
export function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (char) => ESCAPED[char] ?? char);
}

/** The five entities of XML and character references. */
export function unescapeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));/g,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? (ENTITIES[name] ?? whole) : whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
