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

/** One element: its name, where its content begins and ends, and where what follows begins. */
interface Element {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly next: number;
}

/**
 * Undefined for what is no whole answer of ListObjectsV2.
 * @throws Error when an object lacks something that every listed object has
 */
export function readListPage(text: string): RawPage | undefined {
  const opened = PROLOG.exec(text)?.[0];
  const end = text.lastIndexOf(END);
  if (opened === undefined || end < 0 || text.slice(end + END.length).trim() !== "") return undefined;
  const objects: Raw[] = [];
  const prefixes: string[] = [];
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (let at = opened.length; ;) {
    const element = elementAt(text, at, end);
    if (element === "end") break;
    if (element === undefined) return undefined;
    at = element.next;
    if (element.name === "Contents") {
      const object = rawObject(text, element);
      if (object === undefined) return undefined;
      objects.push(object);
    } else if (element.name === "CommonPrefixes") {
      const inner = elementAt(text, element.from, element.to);
      if (inner === undefined || inner === "end" || inner.name !== "Prefix") return undefined;
      prefixes.push(text.slice(inner.from, inner.to));
    } else fields[element.name] = text.slice(element.from, element.to);
  }
  // The answer says whether it honoured the encoding.
  const isEncoded = fields["EncodingType"] === "url";
  return {
    objects: objects.map((object) => listed(object, isEncoded)),
    prefixes: prefixes.map((prefix) => nameOf(prefix, isEncoded)),
    isTruncated: fields["IsTruncated"] === "true",
    nextToken: fields["NextContinuationToken"] === undefined ? undefined : unescapeXml(fields["NextContinuationToken"]),
  };
}

interface Raw {
  key: string | undefined;
  size: string | undefined;
  etag: string | undefined;
  lastModified: string | undefined;
  storageClass: string | undefined;
}

function rawObject(text: string, { from, to }: Element): Raw | undefined {
  const raw: Raw = {
    key: undefined,
    size: undefined,
    etag: undefined,
    lastModified: undefined,
    storageClass: undefined,
  };
  for (let at = from; ;) {
    const element = elementAt(text, at, to);
    if (element === "end") return raw;
    if (element === undefined) return undefined;
    at = element.next;
    switch (element.name) {
      case "Key":
        raw.key = text.slice(element.from, element.to);
        break;
      case "Size":
        raw.size = text.slice(element.from, element.to);
        break;
      case "ETag":
        raw.etag = text.slice(element.from, element.to);
        break;
      case "LastModified":
        raw.lastModified = text.slice(element.from, element.to);
        break;
      case "StorageClass":
        raw.storageClass = text.slice(element.from, element.to);
        break;
    }
  }
}

const LT = 60;
const SLASH = 47;
const BLANK = 32;

/** The element that begins at or, behind blanks, after `at`; "end" when only blanks are left; undefined for anything else. */
function elementAt(text: string, at: number, end: number): Element | "end" | undefined {
  let start = at;
  while (start < end && text.charCodeAt(start) <= BLANK) start += 1;
  if (start >= end) return "end";
  if (text.charCodeAt(start) !== LT) return undefined;
  const close = text.indexOf(">", start);
  if (close < 0 || close >= end) return undefined;
  if (text.charCodeAt(close - 1) === SLASH) {
    return { name: nameIn(text, start + 1, close - 1), from: close, to: close, next: close + 1 };
  }
  const name = nameIn(text, start + 1, close);
  if (name === "") return undefined;
  const from = close + 1;
  // A leaf ends at the very next tag; what has children is searched for its own end.
  let to = text.indexOf("<", from);
  if (!isEndOf(text, to, name)) to = text.indexOf(`</${name}>`, from);
  const next = to + name.length + 3;
  return to < 0 || next > end ? undefined : { name, from, to, next };
}

function isEndOf(text: string, at: number, name: string): boolean {
  return (
    at >= 0 &&
    text.charCodeAt(at + 1) === SLASH &&
    text.startsWith(name, at + 2) &&
    text.charCodeAt(at + 2 + name.length) === 62
  );
}

/** Without attributes; "" for what is no name of an element of S3. */
function nameIn(text: string, from: number, to: number): string {
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at) | 32;
    const isLetter = code >= 97 && code <= 122;
    if (isLetter || (at > from && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57)) continue;
    return text.charCodeAt(at) <= BLANK && at > from ? text.slice(from, at) : "";
  }
  return text.slice(from, to);
}

function listed({ key, size, etag, lastModified, storageClass }: Raw, isEncoded: boolean): ListedObject {
  if (key === undefined || size === undefined || etag === undefined || lastModified === undefined) {
    throw new Error("the answer has no Key, Size, ETag or LastModified");
  }
  if (!/^\d{1,16}$/.test(size)) throw new Error(`Size is ${size}`);
  const object = {
    key: nameOf(key, isEncoded),
    size: Number(size),
    etag: bareEtag(etag),
    lastModified: secondsOf(lastModified),
  };
  return storageClass === undefined ? object : { ...object, storageClass };
}

function nameOf(text: string, isEncoded: boolean): string {
  const name = unescapeXml(text);
  if (!isEncoded || !(name.includes("%") || name.includes("+"))) return name;
  return decodeEventKey(name) ?? name;
}

function bareEtag(text: string): string {
  const etag = unescapeXml(text);
  return etag.startsWith('"') && etag.endsWith('"') && etag.length > 1 ? etag.slice(1, -1) : etag;
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?Z$/;
let day = { text: "", seconds: 0 };

/** Epoch seconds, rounded down. Neighbours in a listing are mostly of the same day. */
function secondsOf(text: string): number {
  const [whole, year, month, date, hours, minutes, seconds] = TIME.exec(text) ?? [];
  if (whole === undefined) throw new Error(`LastModified is ${text}`);
  const known = text.slice(0, 10);
  if (day.text !== known)
    day = { text: known, seconds: Date.UTC(Number(year), Number(month) - 1, Number(date)) / 1000 };
  return day.seconds + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
