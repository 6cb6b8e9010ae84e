/**
 * Memory for records, in pages that are used again and again: large buffers left to the garbage collector would stay resident until
 * its next full run, which may come 64 MB later.
 */

export const PAGE_BYTES = 16 * 1024;
const PAGE_BITS = 14;
const IN_PAGE = PAGE_BYTES - 1;
/** Sizes are rounded up to it, so that the room of one record suits many others. */
const GRAIN = 8;
const LONGEST_RECORD = 4 * 1024;

/** Pages that nobody uses at the moment. */
export type PagePool = Buffer[];

/** Records by address: the number of a page and a place in it. None crosses a page, and none has the address 0. */
export class Arena {
  private pages: Buffer[] = [];
  /** Used bytes of the last page. */
  private used = PAGE_BYTES;
  /** By size in grains: a place of that size that was released. It holds the address of the next one. */
  private readonly free = new Uint32Array(LONGEST_RECORD / GRAIN + 1);

  constructor(private readonly pool: PagePool) {}

  get bytes(): number {
    return this.pages.length * PAGE_BYTES;
  }

  /** @throws RangeError on a record longer than any key of S3 makes */
  store(record: Buffer, at: number, length: number): number {
    const address = this.take(length);
    const page = this.pageOf(address);
    const start = placeOf(address);
    for (let index = 0; index < length; index++) page[start + index] = record[at + index] ?? 0;
    return address;
  }

  /** Its room may be given to another record from now on. */
  release(address: number, length: number): void {
    const grains = grainsOf(length);
    this.pageOf(address).writeUInt32LE(this.free[grains] ?? 0, placeOf(address));
    this.free[grains] = address;
  }

  pageOf(address: number): Buffer {
    const page = this.pages[address >>> PAGE_BITS];
    if (page === undefined) throw new RangeError(`no record is at ${address}`);
    return page;
  }

  /** Gives all pages back; nothing is stored afterwards. */
  dissolve(): void {
    for (const page of this.pages) this.pool.push(page);
    this.pages = [];
  }

  private take(length: number): number {
    if (length > LONGEST_RECORD) throw new RangeError(`a record of ${length} bytes`);
    const grains = grainsOf(length);
    const released = this.free[grains] ?? 0;
    if (released !== 0) {
      this.free[grains] = this.pageOf(released).readUInt32LE(placeOf(released));
      return released;
    }
    if (this.used + grains * GRAIN > PAGE_BYTES) {
      this.used = this.pages.length === 0 ? GRAIN : 0;
      this.pages.push(this.pool.pop() ?? Buffer.allocUnsafeSlow(PAGE_BYTES));
    }
    const address = (this.pages.length - 1) * PAGE_BYTES + this.used;
    this.used += grains * GRAIN;
    return address;
  }
}

export function placeOf(address: number): number {
  return address & IN_PAGE;
}

function grainsOf(length: number): number {
  return Math.ceil(length / GRAIN);
}
