/** The source's part of a listing unit: the keys of a range, page by page, until the unit is full or the range at its end. */
import { isSyncError } from "../../core/errors";
import { isInRange, restOf } from "../../core/listing";
import type { Span } from "../../core/listing-compare";
import type { ListRange } from "../../core/messages";
import type { ListedObject, Listing, ListPage } from "../../core/ports";
import type { Requests } from "../calls";
import { Interruption } from "../interruption";

/** API ListObjectsV2. */
export const MAX_PAGE_KEYS = 1_000;

export type Reads = Pick<Requests, "readSource" | "readDestination">;

export interface ScanDeps {
  readonly listing: Listing;
  readonly reads: Reads;
  /** Told of every page as it comes: so many keys more. */
  readonly onPage?: ((keys: number) => void) | undefined;
}

export interface Scan {
  /** In the order of the listing. */
  readonly objects: readonly ListedObject[];
  readonly span: Span;
  /** What is still to be listed; undefined when the range is at its end. */
  readonly rest: ListRange | undefined;
  /** It ended before the unit was full, because of a stop or an error. */
  readonly isCutShort: boolean;
}

/**
 * Lists at least one page, at most about `unitKeys` keys. What a stop or an error leaves is the rest; it rejects only when
 * nothing was listed.
 */
export async function scanRange(
  { listing, reads, onPage }: ScanDeps,
  range: ListRange,
  unitKeys: number,
): Promise<Scan> {
  const objects: ListedObject[] = [];
  let token: string | undefined;
  let cutShort = false;
  do {
    let page: ListPage;
    try {
      page = await nextPage(objects.length);
    } catch (thrown) {
      if (objects.length === 0 || !isExpected(thrown)) throw thrown;
      cutShort = true;
      break;
    }
    const inside = page.objects.filter(({ key }) => isInRange(key, range));
    objects.push(...inside);
    onPage?.(inside.length);
    // In order: one key behind the end, and all that follow are.
    token = inside.length < page.objects.length ? undefined : page.token;
    if (token === undefined)
      return { objects, span: { ...spanOf(range), until: range.until }, rest: undefined, isCutShort: false };
    // A page may be empty and yet not the last: the rest is told by a key, so there has to be one.
  } while (objects.length < Math.max(1, unitKeys));
  const last = objects.at(-1)?.key ?? "";
  return { objects, span: { ...spanOf(range), until: last }, rest: restOf(range, last), isCutShort: cutShort };

  function nextPage(soFar: number): Promise<ListPage> {
    const maxKeys = Math.max(1, Math.min(MAX_PAGE_KEYS, unitKeys - soFar));
    return reads.readSource("ListObjectsV2", (signal) =>
      listing.list(
        {
          prefix: range.prefix,
          maxKeys,
          ...(range.after === undefined ? {} : { after: range.after }),
          ...(token === undefined ? {} : { token }),
        },
        signal,
      ),
    );
  }
}

function spanOf({ prefix, after }: ListRange): Pick<Span, "prefix" | "after"> {
  return { prefix, after };
}

function isExpected(thrown: unknown): boolean {
  return thrown instanceof Interruption || isSyncError(thrown);
}
