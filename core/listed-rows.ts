/**
 * The port of a listing that is read without an object or a text per key: for who goes through a million keys and keeps few of
 * them. Everybody else takes the `Listing` of ports.ts.
 */
import type { CancelSignal, ListRequest } from "./ports";

/** The objects of one page, by their place in it. */
export interface ListedRows {
  readonly count: number;
  key(index: number): string;
  /** Whether the key begins with the text; "" is the beginning of every key. */
  isUnder(index: number, prefix: string): boolean;
  /**
   * Writes the key's UTF-8 to `target` from `at` on and returns its length in bytes.
   * @throws RangeError when it takes more than `most` bytes
   */
  copyKey(index: number, target: Uint8Array, at: number, most: number): number;
  /** Bytes. */
  size(index: number): number;
  /** Epoch seconds. */
  lastModified(index: number): number;
  /** Without quotes. */
  etag(index: number): string;
  /** ETags of uploads in parts end in the number of parts (API CompleteMultipartUpload). */
  isMultipart(index: number): boolean;
}

export interface RowPage {
  /** Valid until the next page of the same listing is asked for. */
  readonly rows: ListedRows;
  /** As those of a `ListPage`. */
  readonly prefixes: readonly string[];
  /** Undefined on the last page. */
  readonly token: string | undefined;
}

/** As `Listing`, one page at a time: the next is asked for when the rows of the last are no longer needed. */
export interface RowListing {
  readonly name: string;
  /** A missing bucket rejects with NoSuchBucket; an empty page is an empty range. */
  list(request: ListRequest, signal: CancelSignal): Promise<RowPage>;
}
