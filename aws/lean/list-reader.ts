/**
 * A page of ListObjectsV2, read from the bytes of the answer in one go: a million keys are a thousand of these. Strict like the rest
 * of this folder: what is not exactly such a document is no page, for a listing that lost its end would be taken for a smaller bucket.
 */
import { unescapeXml } from "./xml";
import type { Rows } from "./list-rows";
import { etagTraitsOf, keyTraitsOf } from "./list-traits";
import { nameOf, secondsIn, sizeIn } from "./list-values";

export interface PageEnd {
  readonly prefixes: readonly string[];
  readonly isTruncated: boolean;
  readonly nextToken: string | undefined;
}

/** Behind a byte order mark or not. */
const PROLOG = /^(?:\xef\xbb\xbf)?[ \t\r\n]*(?:<\?xml[^>]*\?>[ \t\r\n]*)?<ListBucketResult(?:[ \t\r\n][^>]*)?>/;
const LONGEST_PROLOG = 1024;
const END = Buffer.from("</ListBucketResult>");
const ENCODED = Buffer.from("<EncodingType>url</EncodingType>");

/**
 * Fills `rows` with the objects. Undefined for what is no whole answer of ListObjectsV2: then nothing in `rows` counts.
 * @throws Error when an object lacks something that every listed object has
 */
export function readListing(bytes: Buffer, rows: Rows): PageEnd | undefined {
  const opened = PROLOG.exec(bytes.toString("latin1", 0, LONGEST_PROLOG))?.[0];
  const end = endOf(bytes);
  if (opened === undefined || end < opened.length) return undefined;
  // The answer says whether it honoured the encoding. In a key this would be escaped.
  const isEncoded = bytes.includes(ENCODED);
  rows.begin(bytes, isEncoded);
  return new Reader(bytes, opened.length, end).page(rows, isEncoded);
}

/** Where the root's end begins, with nothing but blanks behind it; -1 where that is not so. */
function endOf(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && isBlank(bytes[end - 1])) end -= 1;
  const start = end - END.length;
  return start >= 0 && bytes.compare(END, 0, END.length, start, end) === 0 ? start : -1;
}

function isBlank(code: number | undefined): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

const LT = 60;
const GT = 62;
const SLASH = 47;
/** Elements of S3 are two deep; what we do not know may be deeper. */
const DEEPEST = 16;

const CONTENTS = Buffer.from("Contents");
const COMMON_PREFIXES = Buffer.from("CommonPrefixes");
const PREFIX = Buffer.from("Prefix");
const IS_TRUNCATED = Buffer.from("IsTruncated");
const NEXT_TOKEN = Buffer.from("NextContinuationToken");
const KEY = Buffer.from("Key");
const SIZE = Buffer.from("Size");
const ETAG = Buffer.from("ETag");
const LAST_MODIFIED = Buffer.from("LastModified");
const STORAGE_CLASS = Buffer.from("StorageClass");

/** Stands before a tag or behind an element. Its methods return false, or -1, at what is no element. */
class Reader {
  private nameFrom = 0;
  private nameTo = 0;
  /** Where the content of the element begins that was opened last. */
  private from = 0;
  private isEmpty = false;

  constructor(
    private readonly bytes: Buffer,
    private at: number,
    private readonly end: number,
  ) {}

  page(rows: Rows, isEncoded: boolean): PageEnd | undefined {
    const { bytes } = this;
    const prefixes: string[] = [];
    let isTruncated = false;
    let nextToken: string | undefined;
    while (!this.isThrough()) {
      if (!this.open()) return undefined;
      if (this.isNamed(CONTENTS)) {
        if (this.isEmpty || !this.object(rows, isEncoded)) return undefined;
      } else if (this.isNamed(COMMON_PREFIXES)) {
        const prefix = this.isEmpty ? undefined : this.prefix();
        if (prefix === undefined) return undefined;
        prefixes.push(nameOf(prefix, isEncoded));
      } else if (this.isNamed(IS_TRUNCATED) || this.isNamed(NEXT_TOKEN)) {
        const isToken = this.isNamed(NEXT_TOKEN);
        const [from, to] = [this.from, this.leaf()];
        if (to < 0) return undefined;
        const text = bytes.toString("utf8", from, to);
        if (isToken) nextToken = unescapeXml(text);
        else isTruncated = text === "true";
      } else if (!this.skip(DEEPEST)) return undefined;
    }
    return { prefixes, isTruncated, nextToken };
  }

  /** The children of a Contents, and its end. */
  private object(rows: Rows, isEncoded: boolean): boolean {
    const { bytes } = this;
    const [nameFrom, nameTo] = [this.nameFrom, this.nameTo];
    let key = false;
    let etag = false;
    let size = -1;
    let lastModified = Number.NaN;
    let keyTraits = 0;
    let etagTraits = 0;
    rows.setStorageClass(0, 0);
    this.at = this.from;
    while (!this.isAtEnd()) {
      if (!this.open()) return false;
      const { from } = this;
      if (this.isNamed(KEY)) {
        const to = this.leaf();
        if (to < 0) return false;
        keyTraits = keyTraitsOf(bytes, from, to, isEncoded);
        rows.setKey(from, to);
        key = to > from;
      } else if (this.isNamed(SIZE)) {
        const to = this.leaf();
        if (to < 0) return false;
        size = sizeIn(bytes, from, to);
      } else if (this.isNamed(ETAG)) {
        const to = this.leaf();
        if (to < 0) return false;
        rows.setEtag(from, to);
        etagTraits = etagTraitsOf(bytes, from, to);
        etag = true;
      } else if (this.isNamed(LAST_MODIFIED)) {
        const to = this.leaf();
        if (to < 0) return false;
        lastModified = secondsIn(bytes, from, to);
      } else if (this.isNamed(STORAGE_CLASS)) {
        const to = this.leaf();
        if (to < 0) return false;
        rows.setStorageClass(from, to);
      } else if (!this.skip(DEEPEST)) return false;
    }
    if (!this.close(nameFrom, nameTo)) return false;
    if (!key || !etag || size < 0 || Number.isNaN(lastModified)) {
      throw new Error("the answer has no Key, Size, ETag or LastModified");
    }
    rows.finish(size, lastModified, keyTraits | etagTraits);
    return true;
  }

  /** Text of the first child of a CommonPrefixes, which goes on behind the end of that. */
  private prefix(): string | undefined {
    const [nameFrom, nameTo] = [this.nameFrom, this.nameTo];
    this.at = this.from;
    this.skipBlanks();
    if (!this.open() || !this.isNamed(PREFIX)) return undefined;
    const [from, to] = [this.from, this.leaf()];
    if (to < 0) return undefined;
    while (!this.isAtEnd()) if (!this.open() || !this.skip(DEEPEST)) return undefined;
    return this.close(nameFrom, nameTo) ? this.bytes.toString("utf8", from, to) : undefined;
  }

  private skipBlanks(): void {
    while (this.at < this.end && isBlank(this.bytes[this.at])) this.at += 1;
  }

  /** Nothing but blanks was left. */
  private isThrough(): boolean {
    this.skipBlanks();
    return this.at >= this.end;
  }

  /** Behind blanks there is the end of the element around, or no more of it. */
  private isAtEnd(): boolean {
    return this.isThrough() || (this.bytes[this.at] === LT && this.bytes[this.at + 1] === SLASH);
  }

  /** A tag that begins an element. */
  private open(): boolean {
    const { bytes, end } = this;
    let at = this.at + 1;
    if (at >= end || bytes[this.at] !== LT || !isLetter(bytes[at])) return false;
    this.nameFrom = at;
    while (isLetter(bytes[at]) || isDigit(bytes[at])) at += 1;
    this.nameTo = at;
    this.isEmpty = false;
    if (bytes[at] !== GT) {
      const close = isBlank(bytes[at]) || bytes[at] === SLASH ? bytes.indexOf(GT, at) : -1;
      if (close < 0 || (bytes[at] === SLASH && close !== at + 1)) return false;
      this.isEmpty = bytes[close - 1] === SLASH;
      at = close;
    }
    this.from = at + 1;
    return this.from <= end;
  }

  private isNamed(name: Buffer): boolean {
    const { bytes, nameFrom } = this;
    const { length } = name;
    if (this.nameTo - nameFrom !== length) return false;
    for (let at = 0; at < length; at += 1) if (bytes[nameFrom + at] !== name[at]) return false;
    return true;
  }

  /** Goes behind an element that holds text alone, and returns where the text ends; it begins at `from`. */
  private leaf(): number {
    const { bytes, end, from } = this;
    if (this.isEmpty) {
      this.at = from;
      return from;
    }
    let to = from;
    while (to < end && bytes[to] !== LT) to += 1;
    this.at = to;
    return this.close(this.nameFrom, this.nameTo) ? to : -1;
  }

  /** Goes behind an element, whatever it holds. */
  private skip(depth: number): boolean {
    const [nameFrom, nameTo] = [this.nameFrom, this.nameTo];
    this.at = this.from;
    if (this.isEmpty) return true;
    for (;;) {
      const tag = this.bytes.indexOf(LT, this.at);
      if (tag < 0 || tag >= this.end) return false;
      this.at = tag;
      if (this.bytes[tag + 1] === SLASH) return this.close(nameFrom, nameTo);
      if (depth === 0 || !this.open() || !this.skip(depth - 1)) return false;
    }
  }

  /** Goes behind the end of the element whose name stands there. */
  private close(nameFrom: number, nameTo: number): boolean {
    const { bytes, at } = this;
    const length = nameTo - nameFrom;
    const next = at + length + 3;
    if (next > this.end || bytes[at] !== LT || bytes[at + 1] !== SLASH || bytes[next - 1] !== GT) return false;
    for (let offset = 0; offset < length; offset += 1) {
      if (bytes[at + 2 + offset] !== bytes[nameFrom + offset]) return false;
    }
    this.at = next;
    return true;
  }
}

function isLetter(code: number | undefined): boolean {
  const lower = (code ?? 0) | 32;
  return lower >= 97 && lower <= 122;
}

function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= 48 && code <= 57;
}
