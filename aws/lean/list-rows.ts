/**
 * The objects of a page of a listing as columns of numbers beside the bytes of the answer: no object and no text of the heap per
 * key. The columns are used again for the next page.
 */
import type { ListedRows } from "../../core/listed-rows";
import { DASH_IN_ETAG, PLAIN_ETAG, PLAIN_KEY, QUOTE } from "./list-traits";
import { etagOf, nameOf } from "./list-values";

/** What S3 lists at most (API ListObjectsV2, MaxKeys); another server may list more. */
const USUAL_ROWS = 1000;
/** Per row: where key, ETag and storage class begin and end. */
const PLACES = 6;
const NOTHING = Buffer.alloc(0);

export class Rows implements ListedRows {
  count = 0;
  private bytes: Buffer = NOTHING;
  private isEncoded = false;
  private places = new Uint32Array(PLACES * USUAL_ROWS);
  private sizes = new Float64Array(USUAL_ROWS);
  private times = new Float64Array(USUAL_ROWS);
  private traits = new Uint8Array(USUAL_ROWS);

  /** @param isEncoded whether keys are URL-encoded in it */
  begin(bytes: Buffer, isEncoded: boolean): void {
    this.bytes = bytes;
    this.isEncoded = isEncoded;
    this.count = 0;
  }

  /** Forgets the page, so that its bytes can be given back. */
  clear(): void {
    this.begin(NOTHING, false);
  }

  /** Of the row that `finish` adds. */
  setKey(from: number, to: number): void {
    this.setPlace(0, from, to);
  }

  setEtag(from: number, to: number): void {
    this.setPlace(2, from, to);
  }

  setStorageClass(from: number, to: number): void {
    this.setPlace(4, from, to);
  }

  finish(size: number, lastModified: number, traits: number): void {
    const index = this.count;
    this.sizes[index] = size;
    this.times[index] = lastModified;
    this.traits[index] = traits;
    this.count = index + 1;
    if (this.count === this.sizes.length) this.grow();
  }

  key(index: number): string {
    const { bytes, isEncoded } = this;
    const [from, to] = [this.place(index, 0), this.place(index, 1)];
    if (this.has(index, PLAIN_KEY)) return bytes.toString("latin1", from, to);
    return nameOf(bytes.toString("utf8", from, to), isEncoded);
  }

  isUnder(index: number, prefix: string): boolean {
    if (!this.has(index, PLAIN_KEY)) return this.key(index).startsWith(prefix);
    const { bytes } = this;
    const [from, to] = [this.place(index, 0), this.place(index, 1)];
    if (to - from < prefix.length) return false;
    for (let at = 0; at < prefix.length; at += 1) if (bytes[from + at] !== prefix.charCodeAt(at)) return false;
    return true;
  }

  copyKey(index: number, target: Uint8Array, at: number, most: number): number {
    if (!this.has(index, PLAIN_KEY)) return copyText(this.key(index), target, at, most);
    const { bytes } = this;
    const from = this.place(index, 0);
    const length = this.place(index, 1) - from;
    if (length > most) throw new RangeError(`a key of ${length} bytes`);
    for (let offset = 0; offset < length; offset += 1) target[at + offset] = bytes[from + offset] ?? 0;
    return length;
  }

  size(index: number): number {
    return this.sizes[index] ?? 0;
  }

  lastModified(index: number): number {
    return this.times[index] ?? 0;
  }

  etag(index: number): string {
    const { bytes } = this;
    const [from, to] = [this.place(index, 2), this.place(index, 3)];
    return this.has(index, PLAIN_ETAG)
      ? bytes.toString("latin1", from + QUOTE.length, to - QUOTE.length)
      : etagOf(bytes.toString("utf8", from, to));
  }

  isMultipart(index: number): boolean {
    return this.has(index, PLAIN_ETAG) ? this.has(index, DASH_IN_ETAG) : this.etag(index).includes("-");
  }

  /** As S3 spells it; undefined where the listing does not say. */
  storageClass(index: number): string | undefined {
    const [from, to] = [this.place(index, 4), this.place(index, 5)];
    return to === 0 ? undefined : this.bytes.toString("utf8", from, to);
  }

  private has(index: number, trait: number): boolean {
    return ((this.traits[index] ?? 0) & trait) !== 0;
  }

  private place(index: number, column: number): number {
    return this.places[PLACES * index + column] ?? 0;
  }

  private setPlace(column: number, from: number, to: number): void {
    const at = PLACES * this.count + column;
    this.places[at] = from;
    this.places[at + 1] = to;
  }

  private grow(): void {
    const rows = 2 * this.count;
    const longer = <T extends { set(from: T): void }>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.places = longer(this.places, new Uint32Array(PLACES * rows));
    this.sizes = longer(this.sizes, new Float64Array(rows));
    this.times = longer(this.times, new Float64Array(rows));
    this.traits = longer(this.traits, new Uint8Array(rows));
  }
}

const utf8 = new TextEncoder();

function copyText(text: string, target: Uint8Array, at: number, most: number): number {
  const { read, written } = utf8.encodeInto(text, target.subarray(at, at + most));
  if (read < text.length) throw new RangeError(`a key of ${Buffer.byteLength(text)} bytes`);
  return written;
}
