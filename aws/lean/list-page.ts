/**
 * A page of ListObjectsV2, read without making a tree: a million keys are a thousand of these. Strict like the rest of this folder:
 * what is not exactly such a document is no page, for a listing that lost its end would be taken for a smaller bucket.
 */
import { decodeEventKey } from "../../core/keys";
import type { ListedObject, ListPage } from "../../core/ports";
import { unescapeXml } from "./xml";

export interface RawPage extends Omit<ListPage, "token"> {
  readonly isTruncated: boolean;
  readonly nextToken: string | undefined;
}

const PROLOG = /^\s*(?:<\?xml[^>]*\?>\s*)?<ListBucketResult(?:\s[^>]*)?>/;
const END = "</ListBucketResult>";

/**
 * Undefined for what is no whole answer of ListObjectsV2.
 * @throws Error when an object lacks something that every listed object has
 */
export function readListPage(text: string): RawPage | undefined {
  const opened = PROLOG.exec(text)?.[0];
  const end = text.lastIndexOf(END);
  if (opened === undefined || end < 0 || text.slice(end + END.length).trim() !== "") return undefined;
  // The answer says whether it honoured the encoding. In a key this would be escaped.
  const isEncoded = text.includes("<EncodingType>url</EncodingType>");
  const objects: ListedObject[] = [];
  const prefixes: string[] = [];
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  const outer = new Cursor(text, opened.length, end);
  const inner = new Cursor(text, 0, 0);
  while (outer.advance()) {
    inner.enter(outer);
    if (outer.isNamed("Contents")) {
      const object = readObject(inner, isEncoded);
      if (object === undefined) return undefined;
      objects.push(object);
    } else if (outer.isNamed("CommonPrefixes")) {
      if (!inner.advance() || !inner.isNamed("Prefix")) return undefined;
      prefixes.push(nameOf(inner.content, isEncoded));
    } else fields[outer.name] = outer.content;
  }
  if (outer.isBroken) return undefined;
  const next = fields["NextContinuationToken"];
  return {
    objects,
    prefixes,
    isTruncated: fields["IsTruncated"] === "true",
    nextToken: next === undefined ? undefined : unescapeXml(next),
  };
}

const LT = 60;
const GT = 62;
const SLASH = 47;
const BLANK = 32;
const ZERO = 48;
const NINE = 57;

/** Goes from one element to the next beside it. One object for all of them: a page has ten thousand. */
class Cursor {
  isBroken = false;
  /** Of the content of the element it stands on. */
  from = 0;
  to = 0;
  private nameFrom = 0;
  private nameTo = 0;

  constructor(
    readonly text: string,
    private next: number,
    private end: number,
  ) {}

  /** To the children of the element that another cursor stands on. */
  enter({ from, to }: Cursor): void {
    this.next = from;
    this.end = to;
    this.isBroken = false;
  }

  get name(): string {
    return this.text.slice(this.nameFrom, this.nameTo);
  }

  get content(): string {
    return this.text.slice(this.from, this.to);
  }

  isNamed(name: string): boolean {
    return this.nameTo - this.nameFrom === name.length && this.text.startsWith(name, this.nameFrom);
  }

  /** False at the end, and where something is that is no element: then it `isBroken`. */
  advance(): boolean {
    const { text, end } = this;
    let start = this.next;
    while (start < end && text.charCodeAt(start) <= BLANK) start += 1;
    if (start >= end) return false;
    this.isBroken = !this.read(start);
    return !this.isBroken;
  }

  private read(start: number): boolean {
    const { text, end } = this;
    const close = text.charCodeAt(start) === LT ? text.indexOf(">", start) : -1;
    if (close < 0 || close >= end) return false;
    const isEmpty = text.charCodeAt(close - 1) === SLASH;
    this.nameFrom = start + 1;
    this.nameTo = endOfName(text, start + 1, isEmpty ? close - 1 : close);
    if (this.nameTo === this.nameFrom) return false;
    this.from = close + (isEmpty ? 0 : 1);
    this.to = isEmpty ? close : this.endOfContent();
    this.next = isEmpty ? close + 1 : this.to + (this.nameTo - this.nameFrom) + 3;
    return this.to >= 0 && this.next <= end;
  }

  /** A leaf ends at the very next tag; what has children is searched for its own end. */
  private endOfContent(): number {
    const { text, from, nameFrom, nameTo } = this;
    const length = nameTo - nameFrom;
    const tag = text.indexOf("<", from);
    if (tag < 0) return -1;
    let isOwn = text.charCodeAt(tag + 1) === SLASH && text.charCodeAt(tag + 2 + length) === GT;
    for (let at = 0; isOwn && at < length; at += 1) {
      isOwn = text.charCodeAt(tag + 2 + at) === text.charCodeAt(nameFrom + at);
    }
    return isOwn ? tag : text.indexOf(`</${this.name}>`, from);
  }
}

/** Without attributes; where it begins for what is no name of an element of S3. */
function endOfName(text: string, from: number, to: number): number {
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    const isLetter = (code | 32) >= 97 && (code | 32) <= 122;
    if (isLetter || (at > from && code >= ZERO && code <= NINE)) continue;
    return code <= BLANK ? at : from;
  }
  return to;
}

/** Undefined: broken. */
function readObject(cursor: Cursor, isEncoded: boolean): ListedObject | undefined {
  let key: string | undefined;
  let size: number | undefined;
  let etag: string | undefined;
  let lastModified: number | undefined;
  let storageClass: string | undefined;
  while (cursor.advance()) {
    if (cursor.isNamed("Key")) key = nameOf(cursor.content, isEncoded);
    else if (cursor.isNamed("Size")) size = sizeIn(cursor);
    else if (cursor.isNamed("ETag")) etag = etagIn(cursor);
    else if (cursor.isNamed("LastModified")) lastModified = secondsIn(cursor);
    else if (cursor.isNamed("StorageClass")) storageClass = classIn(cursor);
  }
  if (cursor.isBroken) return undefined;
  if (key === undefined || size === undefined || etag === undefined || lastModified === undefined) {
    throw new Error("the answer has no Key, Size, ETag or LastModified");
  }
  return storageClass === undefined
    ? { key, size, etag, lastModified }
    : { key, size, etag, lastModified, storageClass };
}

function nameOf(text: string, isEncoded: boolean): string {
  const name = unescapeXml(text);
  if (!isEncoded || !(name.includes("%") || name.includes("+"))) return name;
  return decodeEventKey(name) ?? name;
}

/** More than the largest object has, and still exact. */
const MOST_DIGITS = 15;

function sizeIn({ text, from, to }: Cursor): number {
  const size = digits(text, from, to);
  if (to - from > MOST_DIGITS || size < 0) throw new Error(`Size is ${text.slice(from, to)}`);
  return size;
}

const QUOTE = "&quot;";

function etagIn(cursor: Cursor): string {
  const { text, from, to } = cursor;
  const [inner, outer] = [from + QUOTE.length, to - QUOTE.length];
  // As S3 writes it nearly always.
  if (
    inner < outer &&
    text.startsWith(QUOTE, from) &&
    text.indexOf("&", inner) === outer &&
    text.startsWith(QUOTE, outer)
  ) {
    return text.slice(inner, outer);
  }
  const etag = unescapeXml(cursor.content);
  return etag.startsWith('"') && etag.endsWith('"') && etag.length > 1 ? etag.slice(1, -1) : etag;
}

/** There are few: one text for all objects that have it. */
const classes = new Map<string, string>();
const MOST_CLASSES = 50;
let lastClass = "STANDARD";

function classIn(cursor: Cursor): string {
  if (cursor.to - cursor.from === lastClass.length && cursor.text.startsWith(lastClass, cursor.from)) {
    return lastClass;
  }
  const name = cursor.content;
  const known = classes.get(name);
  if (known !== undefined) return (lastClass = known);
  if (classes.size < MOST_CLASSES) classes.set(name, name);
  return (lastClass = name);
}

/** `2026-01-02T03:04:05`, then a fraction or not, then `Z`. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
const WHOLE = "2026-01-02T03:04:05.000Z".length;
let day = { text: "", seconds: 0 };

/** Epoch seconds, rounded down. Neighbours in a listing are mostly of the same day. */
function secondsIn({ text, from, to }: Cursor): number {
  const isUsual = to - from === WHOLE && text.charCodeAt(from + 10) === 84 && text.charCodeAt(to - 1) === 90;
  const [hours, minutes, seconds] = [
    digits(text, from + 11, from + 13),
    digits(text, from + 14, from + 16),
    digits(text, from + 17, from + 19),
  ];
  const isSameDay = isUsual && text.startsWith(day.text, from) && day.text !== "";
  if (
    isSameDay &&
    hours >= 0 &&
    minutes >= 0 &&
    seconds >= 0 &&
    text.startsWith(":", from + 13) &&
    text.startsWith(":", from + 16)
  ) {
    return day.seconds + hours * 3600 + minutes * 60 + seconds;
  }
  const whole = text.slice(from, to);
  if (!TIME.test(whole)) throw new Error(`LastModified is ${whole}`);
  const date = whole.slice(0, 10);
  day = { text: date, seconds: Date.parse(date) / 1000 };
  return day.seconds + hours * 3600 + minutes * 60 + seconds;
}

/** -1 for what is no number. */
function digits(text: string, from: number, to: number): number {
  let value = from < to ? 0 : -1;
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code < ZERO || code > NINE) return -1;
    value = value * 10 + (code - ZERO);
  }
  return value;
}
