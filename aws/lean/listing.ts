/** ListObjectsV2 over the lean transport, for both kinds of buckets. The request is what aws/listings.ts would send. */
import type { Listing, ListPage, ListRequest } from "../../core/ports";
import { incompleteAnswer } from "../call";
import { translate } from "../errors";
import { type RawPage, readListPage } from "./list-page";
import type { S3Transport } from "./s3-transport";

export interface LeanListingOptions {
  readonly transport: S3Transport;
  readonly name: string;
  /** A directory bucket is listed with its session. */
  readonly session: boolean;
}

const OPERATION = "ListObjectsV2";

export function makeLeanListing({ transport, name, session }: LeanListingOptions): Listing {
  return {
    name,
    async list(request, signal) {
      const { body } = await transport.send(
        { operation: OPERATION, kind: "read", method: "GET", key: "", query: queryOf(request), session, isLarge: true },
        signal,
      );
      const page = parsed(body);
      if (page === undefined) throw incompleteAnswer(OPERATION, "whole list", "read");
      return {
        objects: page.objects,
        prefixes: page.prefixes,
        token: nextToken(page, request.token),
      } satisfies ListPage;
    },
  };
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

function parsed(body: Buffer): RawPage | undefined {
  try {
    return readListPage(body.toString("utf8"));
  } catch (error) {
    throw translate(error, OPERATION, "read");
  }
}

/** A truncated page without a way on would be taken for the last one, and what follows for missing. */
function nextToken({ isTruncated, nextToken: next }: RawPage, previous: string | undefined): string | undefined {
  if (!isTruncated) return undefined;
  if (!next || next === previous) throw incompleteAnswer(OPERATION, "token of the next page", "read");
  return next;
}
