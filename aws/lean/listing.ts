/** ListObjectsV2 over the lean transport, for both kinds of buckets. The request is what aws/listings.ts would send. */
import type { RowListing } from "../../core/listed-rows";
import type { CancelSignal, Listing, ListPage, ListRequest } from "../../core/ports";
import { incompleteAnswer } from "../call";
import { translate } from "../errors";
import { readListPage } from "./list-page";
import { type PageEnd, readListing } from "./list-reader";
import { Rows } from "./list-rows";
import type { S3Transport } from "./s3-transport";

export interface LeanListingOptions {
  readonly transport: S3Transport;
  readonly name: string;
  /** A directory bucket is listed with its session. */
  readonly session: boolean;
}

const OPERATION = "ListObjectsV2";

export function makeLeanListing(options: LeanListingOptions): Listing {
  return {
    name: options.name,
    async list(request, signal) {
      const body = await answerTo(options, request, signal);
      const { objects, ...end } = parsed(() => readListPage(body));
      return { objects, prefixes: end.prefixes, token: nextToken(end, request.token) } satisfies ListPage;
    },
  };
}

/** The same requests and the same reading, without an object per key. */
export function makeLeanRowListing(options: LeanListingOptions): RowListing {
  const rows = new Rows();
  return {
    name: options.name,
    async list(request, signal) {
      // The last page's bytes need not wait for those of the next.
      rows.clear();
      const body = await answerTo(options, request, signal);
      const end = parsed(() => readListing(body, rows));
      return { rows, prefixes: end.prefixes, token: nextToken(end, request.token) };
    },
  };
}

async function answerTo(
  { transport, session }: LeanListingOptions,
  request: ListRequest,
  signal: CancelSignal,
): Promise<Buffer> {
  const query = queryOf(request);
  const { body } = await transport.send(
    { operation: OPERATION, kind: "read", method: "GET", key: "", query, session, isLarge: true },
    signal,
  );
  return body;
}

/** Sorted by name, as it is signed. */
function queryOf({ prefix, delimited, after, token, maxKeys }: ListRequest): string {
  const pairs = [
    ["continuation-token", token],
    ["delimiter", delimited === true ? "/" : undefined],
    // XML cannot carry every key.
    ["encoding-type", "url"],
    ["list-type", "2"],
    ["max-keys", maxKeys?.toString()],
    ["prefix", prefix === "" ? undefined : prefix],
    // With a token S3 ignores it.
    ["start-after", token === undefined ? after : undefined],
  ] as const;
  return pairs.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${encoded(value)}`])).join("&");
}

/** As Signature Version 4 wants it: encodeURIComponent leaves five characters alone that are not unreserved. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** @throws SyncError for what is no whole page */
function parsed<T>(read: () => T | undefined): T {
  let page: T | undefined;
  try {
    page = read();
  } catch (error) {
    throw translate(error, OPERATION, "read");
  }
  if (page === undefined) throw incompleteAnswer(OPERATION, "whole list", "read");
  return page;
}

/** A truncated page without a way on would be taken for the last one, and what follows for missing. */
function nextToken({ isTruncated, nextToken: next }: PageEnd, previous: string | undefined): string | undefined {
  if (!isTruncated) return undefined;
  if (!next || next === previous) throw incompleteAnswer(OPERATION, "token of the next page", "read");
  return next;
}
