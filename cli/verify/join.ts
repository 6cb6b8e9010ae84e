/**
 * Pairs the keys of two listings, in whatever order they come: a hybrid hash join.
 *
 * A key waits in memory until the other side has it too, and is forgotten then. When what waits exceeds the budget, the largest of
 * the partitions is written to a file, and what comes for it later goes there as well; at the end every such file is joined in
 * the same way by itself, with another hash function. So memory is bounded whatever the number of keys, and while it suffices
 * the disk is not touched.
 */
import type { ListedRows } from "../../core/listed-rows";
import {
  type Facts,
  factsOf,
  hashOf,
  keyOf,
  lengthOf,
  newScratch,
  type Side,
  sideOf,
  SOURCE,
  writeRecord,
} from "./record";
import { type PagePool, placeOf } from "./pages";
import type { Spill, SpillFile } from "./spill";
import { PendingTable } from "./table";

/** What is known of a key: at least one of the sides has it. `key` is read on demand; valid during the call only. */
export interface Joined {
  readonly key: () => string;
  readonly source: Facts | undefined;
  readonly destination: Facts | undefined;
}

export interface JoinOptions {
  /** Bytes of keys that may wait in memory. */
  readonly budgetBytes: number;
  readonly spill: Spill;
  /** Chosen at random, so that nobody can choose keys that meet in one slot. */
  readonly seed: number;
  /** Whether the source's ETag is needed when the counterpart comes. */
  readonly keepEtag: (rows: ListedRows, index: number) => boolean;
  readonly onJoined: (joined: Joined) => void;
  /** Awaited now and then while leftovers are gone through: lets others work, and rejects to stop. */
  readonly pause: () => Promise<void>;
}

export interface Join {
  /** The row of that place in a page. */
  add(side: Side, rows: ListedRows, index: number): void;
  /** After the last key: tells what has no counterpart, and what waits on disk. */
  finish(): Promise<void>;
  /** The most bytes that waited in memory at one time. */
  readonly peakBytes: number;
  /** The most keys that waited in memory at one time. */
  readonly peakKeys: number;
}

const PARTITION_BITS = 6;
const PARTITIONS = 2 ** PARTITION_BITS;
/** 64 to this power is more partitions than there can be keys: what is together then has equal hashes and cannot be parted. */
const DEEPEST = 5;
const KEYS_BETWEEN_PAUSES = 4_096;

export function makeJoin(options: JoinOptions): Join {
  const scratch = newScratch();
  const peak: Peak = { bytes: 0, keys: 0 };
  const level = makeLevel(options, { depth: 0, pool: [], peak });
  return {
    add(side, rows, index) {
      const keepEtag = side === SOURCE && options.keepEtag(rows, index);
      level.add(scratch, 0, writeRecord(scratch, side, rows, index, keepEtag));
    },
    finish: () => level.finish(),
    get peakBytes() {
      return peak.bytes;
    },
    get peakKeys() {
      return peak.keys;
    },
  };
}

interface Peak {
  bytes: number;
  keys: number;
}

interface Level {
  add(record: Buffer, at: number, length: number): void;
  finish(): Promise<void>;
}

interface LevelContext {
  /** 0 for all keys, one more for those of one file of the level above. */
  readonly depth: number;
  readonly pool: PagePool;
  readonly peak: Peak;
}

function makeLevel(options: JoinOptions, { depth, pool, peak }: LevelContext): Level {
  const { budgetBytes, spill, onJoined, pause } = options;
  const seed = (options.seed + Math.imul(depth, 0x9e3779b9)) | 0;
  /** From its first key on a table, as long as there is room for it, and a file afterwards. */
  const partitions: (PendingTable | SpillFile | undefined)[] = Array.from({ length: PARTITIONS });
  let bytes = 0;
  let keys = 0;

  function add(record: Buffer, at: number, length: number): void {
    const hash = hashOf(record, at, seed);
    const partition = (partitions[hash >>> (32 - PARTITION_BITS)] ??= new PendingTable(pool));
    if (!(partition instanceof PendingTable)) {
      partition.append(record, at, length);
      return;
    }
    const before = { bytes: partition.bytes, keys: partition.count };
    const found = partition.pair(hash, record, at, length);
    bytes += partition.bytes - before.bytes;
    keys += partition.count - before.keys;
    if (found !== undefined) {
      onJoined(pairOf(record, at, partition.pageOf(found), placeOf(found)));
      return;
    }
    peak.bytes = Math.max(peak.bytes, bytes);
    peak.keys = Math.max(peak.keys, keys);
    if (bytes > budgetBytes && depth < DEEPEST) evictLargest();
  }

  function evictLargest(): void {
    const tables = partitions.filter((partition) => partition instanceof PendingTable);
    const largest = tables.reduce((a, b) => (b.bytes > a.bytes ? b : a));
    const file = spill.file();
    for (const address of largest.addresses()) {
      const [page, at] = [largest.pageOf(address), placeOf(address)];
      file.append(page, at, lengthOf(page, at) ?? 0);
    }
    partitions[partitions.indexOf(largest)] = file;
    bytes -= largest.bytes;
    keys -= largest.count;
    largest.dissolve();
  }

  async function finish(): Promise<void> {
    // Tables first: their room is then free for what comes from the files.
    for (const table of partitions) if (table instanceof PendingTable) await tellLeftovers(table);
    for (const file of partitions) {
      if (file !== undefined && !(file instanceof PendingTable)) await joinFile(file);
    }
  }

  async function tellLeftovers(table: PendingTable): Promise<void> {
    let told = 0;
    for (const address of table.addresses()) {
      onJoined(singleOf(table.pageOf(address), placeOf(address)));
      if (++told % KEYS_BETWEEN_PAUSES === 0) await pause();
    }
    table.dissolve();
  }

  async function joinFile(file: SpillFile): Promise<void> {
    const level = makeLevel(options, { depth: depth + 1, pool, peak });
    let rest = Buffer.alloc(0);
    for (const chunk of file.chunks()) {
      const read = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let at = 0;
      for (
        let length = lengthOf(read, at, read.length);
        length !== undefined;
        length = lengthOf(read, at, read.length)
      ) {
        level.add(read, at, length);
        at += length;
      }
      rest = Buffer.from(read.subarray(at));
      await pause();
    }
    file.close();
    await level.finish();
  }

  return { add, finish };
}

/** `a` and `b` are the same key on different sides. */
function pairOf(a: Buffer, atA: number, b: Buffer, atB: number): Joined {
  const key = (): string => keyOf(a, atA);
  const [first, second] = [factsOf(a, atA), factsOf(b, atB)];
  return sideOf(a, atA) === SOURCE
    ? { key, source: first, destination: second }
    : { key, source: second, destination: first };
}

function singleOf(record: Buffer, at: number): Joined {
  const facts = factsOf(record, at);
  const isSource = sideOf(record, at) === SOURCE;
  return {
    key: () => keyOf(record, at),
    source: isSource ? facts : undefined,
    destination: isSource ? undefined : facts,
  };
}
