/** The little XML that S3 needs: written as strings, read into a tree. */

/** A parsed element. `text` is the character data directly inside it. */
export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

/** `<name>value</name>`; nothing when the value is undefined. */
export function text(name: string, value: string | number | boolean | undefined): string {
  return value === undefined ? "" : `<${name}>${escapeXml(String(value))}</${name}>`;
}

/** `<name>children</name>` */
export function group(name: string, children: readonly string[]): string {
  return `<${name}>${children.join("")}</${name}>`;
}

/** A whole document; `namespace` true adds S3's. */
export function document(root: string, children: readonly string[], namespace = false): string {
  const attribute = namespace ? ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"' : "";
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${children.join("")}</${root}>`;
}

// eslint-disable-next-line no-control-regex -- control characters are what it is about
const ESCAPES = /[&<>"\u0000-\u001f\u007f]/g;

/** Control characters become character references, as S3 sends them although XML 1.0 forbids them (hence EncodingType=url). */
function escapeXml(value: string): string {
  return value.replace(ESCAPES, escapeOne);
}

function escapeOne(character: string): string {
  switch (character) {
    case "&":
      return "&amp;";
    case "<":
      return "&lt;";
    case ">":
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return `&#x${character.charCodeAt(0).toString(16)};`;
  }
}

const TOKEN =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!DOCTYPE[^>]*>|<(\/?)([^\s>/]+)[^>]*?(\/?)>|([^<]+)/g;

/** Parses a document. Undefined = not well-formed. Attributes and namespace prefixes are dropped. */
export function parseXml(source: string): XmlElement | undefined {
  const root = { name: "", children: [] as XmlElement[], text: "" };
  const stack = [root];
  let end = 0;
  for (const match of source.matchAll(TOKEN)) {
    if (match.index !== end) return undefined;
    end = match.index + match[0].length;
    const [, cdata, close, tag, selfClosing, characters] = match;
    const top = stack.at(-1);
    if (top === undefined) return undefined;
    if (cdata !== undefined) top.text += cdata;
    else if (characters !== undefined) top.text += unescapeXml(characters);
    else if (tag !== undefined) {
      const name = tag.slice(tag.indexOf(":") + 1);
      if (close === "/") {
        if (stack.length === 1 || top.name !== name) return undefined;
        stack.pop();
        continue;
      }
      const element = { name, children: [], text: "" };
      top.children.push(element);
      if (selfClosing !== "/") stack.push(element);
    }
  }
  return end === source.length && stack.length === 1 && root.children.length === 1 ? root.children[0] : undefined;
}

/** The first child of that name. */
export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((one) => one.name === name);
}

/** All children of that name. */
export function children(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((one) => one.name === name) ?? [];
}

/** The text of the first child of that name. */
export function childText(element: XmlElement | undefined, name: string): string | undefined {
  return child(element, name)?.text;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(value: string): string {
  if (!value.includes("&")) return value;
  return value.replace(/&(#x[0-9a-fA-F]+|#\d+|[a-z]+);/g, (whole, entity: string) => {
    if (!entity.startsWith("#")) return ENTITIES[entity] ?? whole;
    const code = entity.startsWith("#x") ? parseInt(entity.slice(2), 16) : parseInt(entity.slice(1), 10);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
