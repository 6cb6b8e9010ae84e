/** Reads an S3 Inventory row by row and hands on what is to be enqueued, in portions of which each is done before the next. */
import { createHash } from "node:crypto";
import { pipeline, type Readable, Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse";
import type { KeyEntry } from "../../core/messages";
import { cliError } from "../shell/errors";
import { type InventoryFile, type Manifest, rowReader } from "./manifest";
import type { Resume } from "./options";

export interface InventoryCounts {
  rows: number;
  keys: number;
  bytes: number;
  deleteMarkers: number;
  oldVersions: number;
  outsidePrefix: number;
}

export interface InventoryDeps {
  readonly open: (file: InventoryFile) => Promise<Readable>;
  /** Does one portion; until it resolves nothing more is read. */
  readonly portion: (entries: readonly KeyEntry[]) => Promise<void>;
  /** Rows of this call so far, and how many there will be, once a whole file was read. */
  readonly onRows: (rows: number, expected: number | undefined) => void;
  readonly signal: AbortSignal;
}

/** Keys of one portion: some hundred messages, sent side by side. */
const PORTION_KEYS = 10_000;

/**
 * Goes through all files from `from` on. Resolves to where it stopped, or to undefined at the end. `counts` and `position` are kept
 * up to date, so that they can be told when it rejects.
 * @param position rows that are done: told to an operator who wants to go on
 */
export async function readInventory(
  deps: InventoryDeps,
  manifest: Manifest,
  prefix: string,
  counts: InventoryCounts,
  position: { file: number; row: number },
): Promise<"end" | "stopped"> {
  const expect = makeExpectation(manifest.files.slice(position.file));
  const telling = { ...deps, onRows: (rows: number) => deps.onRows(rows, expect.rows(rows)) };
  for (const file of manifest.files.slice(position.file)) {
    const [before, isWhole] = [counts.rows, position.row === 0];
    if (!(await readFile(telling, manifest, prefix, file, counts, position))) return "stopped";
    expect.read(file, counts.rows - before, isWhole);
    position.file++;
    position.row = 0;
  }
  return "end";
}

/** How many rows the files have, by those that were read as a whole: rows are alike, so they go by the bytes. */
function makeExpectation(files: readonly InventoryFile[]) {
  let [read, bytesLeft] = [0, files.reduce((sum, { size }) => sum + size, 0)];
  const whole = { rows: 0, bytes: 0 };
  return {
    /** @param isWhole whether that is all of the file's rows */
    read({ size }: InventoryFile, rows: number, isWhole: boolean): void {
      bytesLeft -= size;
      read += rows;
      if (!isWhole || size === 0) return;
      whole.rows += rows;
      whole.bytes += size;
    },
    rows(soFar: number): number | undefined {
      if (whole.bytes === 0) return undefined;
      return Math.max(soFar, Math.round(read + (bytesLeft * whole.rows) / whole.bytes));
    },
  };
}

/** False when it was stopped. */
async function readFile(
  deps: Omit<InventoryDeps, "onRows"> & { readonly onRows: (rows: number) => void },
  { columns }: Manifest,
  prefix: string,
  file: InventoryFile,
  counts: InventoryCounts,
  position: { row: number },
): Promise<boolean> {
  const read = rowReader(columns, prefix);
  const skip = position.row;
  const { rows, digest } = rowsOf(await deps.open(file), file);
  let row = 0;
  let entries: KeyEntry[] = [];
  for await (const cells of rows) {
    row++;
    if (row <= skip) continue;
    counts.rows++;
    const one = read(cells);
    if (one.kind === "damaged") throw cliError(`${file.key}, row ${row}: no key that can be read.`);
    if (one.kind === "key") entries.push(one.entry);
    else if (one.why === "delete-marker") counts.deleteMarkers++;
    else if (one.why === "old-version") counts.oldVersions++;
    else counts.outsidePrefix++;
    if (entries.length >= PORTION_KEYS) {
      await finish();
      if (deps.signal.aborted) return false;
    }
  }
  await finish();
  if (file.md5 !== undefined && digest() !== file.md5) {
    throw cliError(
      `${file.key} is damaged: its MD5 is ${digest()}, the manifest says ${file.md5}. What was read of it is queued, which does no harm.`,
    );
  }
  return !deps.signal.aborted;

  async function finish(): Promise<void> {
    await deps.portion(entries);
    counts.keys += entries.length;
    counts.bytes += entries.reduce((sum, { size = 0 }) => sum + size, 0);
    position.row = row;
    deps.onRows(counts.rows);
    entries = [];
  }
}

function rowsOf(body: Readable, file: InventoryFile): { rows: AsyncIterable<string[]>; digest: () => string } {
  const hash = createHash("md5");
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const parser = parse({ relaxColumnCount: true, skipEmptyLines: true });
  // Its errors end the parser, too: they are told there.
  pipeline(body, tap, createGunzip(), parser, () => undefined);
  let digest: string | undefined;
  return { rows: readable(parser, file), digest: () => (digest ??= hash.digest("hex")) };
}

async function* readable(parser: AsyncIterable<string[]>, file: InventoryFile): AsyncGenerator<string[], void> {
  try {
    yield* parser;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw cliError(`${file.key} cannot be read as gzip-compressed CSV: ${why}`);
  }
}

/** Counters of a new call, and where it begins. */
export function beginInventory(resume: Resume | undefined): {
  counts: InventoryCounts;
  position: { file: number; row: number };
} {
  return {
    counts: { rows: 0, keys: 0, bytes: 0, deleteMarkers: 0, oldVersions: 0, outsidePrefix: 0 },
    position: { file: resume?.file ?? 0, row: resume?.row ?? 0 },
  };
}
