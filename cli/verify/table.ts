/**
 * Keys that wait for their counterpart: a hash table with open addressing, and the records in pages. A key costs its record's bytes
 * and about 16 bytes of table, and no object of the JavaScript heap.
 */
import { Arena, type PagePool, placeOf } from "./pages";
import { lengthOf, sameKey, sideOf } from "./record";

const FIRST_SLOTS = 16;
/** Linear probing stays short below it. */
const FULLEST = 0.75;

export class PendingTable {
  /** Per slot: hash of the key, and address of its record. Address 0 is an empty slot. */
  private slots = new Uint32Array(0);
  private readonly arena: Arena;
  private live = 0;
  /** The record that the last `pair` returned: its room is released with the next one. */
  private paired = 0;

  constructor(pool: PagePool) {
    this.arena = new Arena(pool);
  }

  /** Keys that wait. */
  get count(): number {
    return this.live;
  }

  /** Bytes held, used or not. */
  get bytes(): number {
    return this.slots.byteLength + this.arena.bytes;
  }

  /** The page in which the record at `address` begins at `placeOf(address)`. */
  pageOf(address: number): Buffer {
    return this.arena.pageOf(address);
  }

  /**
   * When the other side's record of the same key waits, it no longer does, and its address is returned: valid until the next call.
   * Else this one waits from now on, instead of an earlier one of its own side, and the answer is undefined.
   */
  pair(hash: number, record: Buffer, at: number, length: number): number | undefined {
    this.releasePaired();
    const slot = this.find(hash, record, at);
    const found = this.slots[2 * slot + 1] ?? 0;
    if (found !== 0) {
      const isCounterpart = sideOf(this.pageOf(found), placeOf(found)) !== sideOf(record, at);
      this.remove(slot);
      this.paired = found;
      if (isCounterpart) return found;
      this.releasePaired();
    }
    this.insert(hash, record, at, length);
    return undefined;
  }

  /** Addresses of all records that wait. */
  *addresses(): Generator<number> {
    for (let index = 1; index < this.slots.length; index += 2) {
      const address = this.slots[index] ?? 0;
      if (address !== 0) yield address;
    }
  }

  /** Gives its memory back; nothing is paired afterwards. */
  dissolve(): void {
    this.arena.dissolve();
    this.slots = new Uint32Array(0);
    this.live = 0;
  }

  /** The slot of the key, or the empty one where it would be. */
  private find(hash: number, record: Buffer, at: number): number {
    const { slots } = this;
    const mask = slots.length / 2 - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const address = slots[2 * slot + 1] ?? 0;
      if (address === 0) return slot;
      if (slots[2 * slot] === hash && sameKey(this.pageOf(address), placeOf(address), record, at)) return slot;
    }
  }

  private insert(hash: number, record: Buffer, at: number, length: number): void {
    if ((this.live + 1) * 2 > this.slots.length * FULLEST) this.growSlots();
    this.live++;
    this.put(hash, this.arena.store(record, at, length));
  }

  private put(hash: number, address: number): void {
    const mask = this.slots.length / 2 - 1;
    let slot = hash & mask;
    while (this.slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    this.slots[2 * slot] = hash;
    this.slots[2 * slot + 1] = address;
  }

  private growSlots(): void {
    const old = this.slots;
    this.slots = new Uint32Array(Math.max(2 * FIRST_SLOTS, old.length * 2));
    for (let index = 0; index < old.length; index += 2) {
      const address = old[index + 1] ?? 0;
      if (address !== 0) this.put(old[index] ?? 0, address);
    }
  }

  /** Closes the gap by moving up what could no longer be found behind it (Knuth, 6.4, algorithm R). */
  private remove(slot: number): void {
    const { slots } = this;
    const mask = slots.length / 2 - 1;
    this.live--;
    let gap = slot;
    for (let next = (gap + 1) & mask; slots[2 * next + 1] !== 0; next = (next + 1) & mask) {
      const home = (slots[2 * next] ?? 0) & mask;
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      slots.copyWithin(2 * gap, 2 * next, 2 * next + 2);
      gap = next;
    }
    slots[2 * gap + 1] = 0;
  }

  private releasePaired(): void {
    if (this.paired === 0) return;
    this.arena.release(this.paired, lengthOf(this.pageOf(this.paired), placeOf(this.paired)) ?? 0);
    this.paired = 0;
  }
}
