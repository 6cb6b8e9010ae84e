/** One page of a listing: prefix, delimiter, position and limit, the same for objects, versions and uploads. Pure. */
import { AFTER_ALL } from "./key-index";
import { s3Error } from "./errors";

export interface Entry<T> {
  /** Position in the listing. */
  readonly order: string;
  readonly key: string;
  readonly item: T;
}

export interface PageQuery {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  /** Only what lies behind this position. */
  readonly after: string | undefined;
  /** Common prefixes at or before this position are left out: StartAfter. */
  readonly noPrefixUpTo?: string | undefined;
  readonly max: number;
}

export interface Page<T> {
  readonly entries: readonly Entry<T>[];
  readonly commonPrefixes: readonly string[];
  readonly isTruncated: boolean;
  /** Where the next page goes on. */
  readonly last: string | undefined;
  /** The last key or common prefix of this page. */
  readonly lastName: string | undefined;
}

export interface Source<T> {
  orderOf(key: string): string;
  /** Entries in order, from the position on, or behind it. Entries without an item only make common prefixes. */
  from(position: string, exclusive: boolean): Iterable<Entry<T | undefined>>;
}

export function takePage<T>(source: Source<T>, query: PageQuery): Page<T> {
  const base = source.orderOf(query.prefix);
  const entries: Entry<T>[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  let lastName: string | undefined;
  let exclusive = query.after !== undefined && query.after >= base;
  let position = exclusive && query.after !== undefined ? query.after : base;
  const state = (isTruncated: boolean): Page<T> => ({ entries, commonPrefixes, isTruncated, last, lastName });
  if (query.max === 0) return state(false);
  for (;;) {
    let jumped = false;
    for (const { order, key, item } of source.from(position, exclusive)) {
      // Keys with one prefix are neighbours; in directory buckets because a prefix there ends in the delimiter.
      if (!key.startsWith(query.prefix)) return state(false);
      const common = commonPrefixOf(key, query);
      if (common === undefined && item === undefined) continue;
      const ignored =
        common !== undefined && query.noPrefixUpTo !== undefined && source.orderOf(common) <= query.noPrefixUpTo;
      if (!ignored && entries.length + commonPrefixes.length >= query.max) return state(true);
      if (common === undefined) {
        if (item !== undefined) entries.push({ order, key, item });
        last = order;
        lastName = key;
        continue;
      }
      position = source.orderOf(common) + AFTER_ALL;
      if (!ignored) {
        commonPrefixes.push(common);
        last = position;
        lastName = common;
      }
      exclusive = true;
      jumped = true;
      break;
    }
    if (!jumped) return state(false);
  }
}

/** @throws InvalidArgument for what is no whole number from 0 on */
export function positiveInteger(text: string | undefined, name: string, otherwise: number): number {
  if (text === undefined || text === "") return otherwise;
  if (!/^\d{1,10}$/.test(text)) {
    throw s3Error("InvalidArgument", `Provided ${name} not an integer or within integer range`, {
      details: { ArgumentName: name, ArgumentValue: text },
    });
  }
  return Number(text);
}

/** `EncodingType=url`: as `application/x-www-form-urlencoded`, with the slash left as it is. S3's notifications encode keys the same way. */
export function formEncode(value: string): string {
  return encodeURIComponent(toWellFormed(value))
    .replace(/[!'()~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+")
    .replaceAll("%2F", "/");
}

function commonPrefixOf(key: string, { prefix, delimiter }: PageQuery): string | undefined {
  if (delimiter === undefined || delimiter === "") return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

function toWellFormed(value: string): string {
  return Buffer.from(value, "utf8").toString("utf8");
}
