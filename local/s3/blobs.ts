/**
 * Where the bytes are: immutable blobs, shared by reference. An object is a list of extents (ranges of blobs), so a copy moves no bytes, a
 * part of a multipart copy is a range of the source's blob, and a completed upload is its parts' extents in a row.
 */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, statSync, unlinkSync } from "node:fs";
import { mkdir, open, rm, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { phantomChunks } from "./phantom";

/** Blobs up to this size stay in memory: a file each would cost more than the bytes. */
const INLINE_BYTES = 16 * 1024;
const READ_CHUNK_BYTES = 256 * 1024;

export interface Blob {
  readonly size: number;
  readonly content:
    | { readonly kind: "memory"; readonly bytes: Buffer }
    | { readonly kind: "file"; readonly path: string }
    /** No bytes anywhere: made up from the seed whenever they are read. */
    | { readonly kind: "phantom"; readonly seed: number };
  references: number;
}

export interface Extent {
  readonly blob: Blob;
  readonly offset: number;
  readonly length: number;
}

export type Extents = readonly Extent[];

export class BlobStore {
  private serial = 0;
  private made: Promise<unknown> | undefined;
  private readonly deletions = new Set<Promise<void>>();
  /** Files of a cloud before this one, by name. */
  private readonly adopted = new Map<string, Blob>();

  constructor(private readonly directory: string) {}

  /**
   * The blob in a file that is there already, the same one each time; without references until it is retained.
   * @throws Error when the file is not there or is of another size
   */
  adopt(name: string, size: number): Blob {
    const known = this.adopted.get(name);
    if (known !== undefined) return known;
    const path = join(this.directory, name);
    const found = existsSync(path) ? statSync(path).size : undefined;
    if (found !== size)
      throw new Error(
        `${path} should have ${size} bytes, but ${found === undefined ? "is not there" : `has ${found}`}`,
      );
    const blob: Blob = { size, content: { kind: "file", path }, references: 0 };
    this.adopted.set(name, blob);
    return blob;
  }

  /** Deletes the files that nobody has adopted, and takes no name that is in use. */
  settle(): void {
    if (!existsSync(this.directory)) return;
    for (const name of readdirSync(this.directory)) {
      const serial = /^blob-\d+-(\d+)$/.exec(name)?.[1];
      if (serial === undefined) continue;
      if (this.adopted.has(name)) this.serial = Math.max(this.serial, Number(serial));
      else unlinkSync(join(this.directory, name));
    }
  }

  /**
   * Stores a stream as one blob with one reference. Nothing is left behind when the stream fails.
   * @param observe sees every chunk once, in order (hashes, size limits); what it throws fails the write
   */
  async write(source: Readable, observe: (chunk: Buffer) => void): Promise<Blob> {
    let chunks: Buffer[] = [];
    let size = 0;
    let file: FileHandle | undefined;
    const path = join(this.directory, `blob-${process.pid}-${++this.serial}`);
    try {
      for await (const piece of source as AsyncIterable<Buffer | string>) {
        const chunk = typeof piece === "string" ? Buffer.from(piece) : piece;
        observe(chunk);
        size += chunk.length;
        if (file === undefined) {
          chunks.push(chunk);
          if (size <= INLINE_BYTES) continue;
          await (this.made ??= mkdir(this.directory, { recursive: true }));
          file = await open(path, "wx");
          for (const earlier of chunks) await writeFully(file, earlier);
          chunks = [];
        } else await writeFully(file, chunk);
      }
    } catch (error) {
      if (file !== undefined) {
        await file.close();
        await unlink(path);
      }
      throw error;
    }
    if (file === undefined)
      return { size, content: { kind: "memory", bytes: Buffer.concat(chunks, size) }, references: 1 };
    await file.close();
    return { size, content: { kind: "file", path }, references: 1 };
  }

  /** One more holder of these extents. */
  retain(extents: Extents): void {
    for (const { blob } of extents) blob.references += 1;
  }

  /** One holder less; blobs without any are deleted from disk, once the step that released them is over: the journal is written first. */
  release(extents: Extents): void {
    for (const { blob } of extents) {
      blob.references -= 1;
      if (blob.references > 0 || blob.content.kind !== "file") continue;
      const { path } = blob.content;
      const deletion: Promise<void> = Promise.resolve()
        .then(() => unlink(path))
        .catch(() => undefined)
        .finally(() => this.deletions.delete(deletion));
      this.deletions.add(deletion);
    }
  }

  /** The bytes from `start` up to, not including, `end`. The extents stay alive until the stream is closed. */
  read(extents: Extents, start = 0, end = sizeOf(extents)): Buffer | Readable {
    const range = slice(extents, start, end);
    const [only] = range;
    if (only === undefined) return Buffer.alloc(0);
    if (range.length === 1 && only.blob.content.kind === "memory") {
      return only.blob.content.bytes.subarray(only.offset, only.offset + only.length);
    }
    this.retain(range);
    const stream = Readable.from(bytesOf(range), { objectMode: false, highWaterMark: READ_CHUNK_BYTES });
    stream.once("close", () => this.release(range));
    return stream;
  }

  /** Waits for deletions under way and removes the directory, unless it is to be found again. */
  async close(keep = false): Promise<void> {
    await Promise.all(this.deletions);
    if (!keep) await rm(this.directory, { recursive: true, force: true });
  }
}

/** A blob with one reference from bytes at hand. */
export function memoryBlob(bytes: Buffer): Blob {
  return { size: bytes.length, content: { kind: "memory", bytes }, references: 1 };
}

/** A blob that takes no room. */
export function phantomBlob(size: number, seed: number): Blob {
  return { size, content: { kind: "phantom", seed }, references: 1 };
}

export function whole(blob: Blob): Extents {
  return blob.size === 0 ? [] : [{ blob, offset: 0, length: blob.size }];
}

export function sizeOf(extents: Extents): number {
  return extents.reduce((sum, extent) => sum + extent.length, 0);
}

/** The extents of the bytes from `start` up to, not including, `end`. */
export function slice(extents: Extents, start: number, end: number): Extents {
  const range: Extent[] = [];
  let position = 0;
  for (const { blob, offset, length } of extents) {
    const from = Math.max(start - position, 0);
    const to = Math.min(end - position, length);
    if (from < to) range.push({ blob, offset: offset + from, length: to - from });
    position += length;
  }
  return range;
}

/** Joins neighbours that lie in a row in one blob: a multipart copy of a whole object ends as one extent again. */
export function coalesce(extents: Extents): Extents {
  const joined: Extent[] = [];
  for (const extent of extents) {
    const last = joined.at(-1);
    if (last?.blob === extent.blob && last.offset + last.length === extent.offset) {
      joined[joined.length - 1] = { ...last, length: last.length + extent.length };
    } else joined.push(extent);
  }
  return joined;
}

/**
 * For content with phantom bytes a digest that stands for the bytes without reading them: equal for the same ranges of the same phantoms,
 * however they were copied. Undefined = all bytes are real, hash them.
 */
export function phantomIdentity(extents: Extents): string | undefined {
  if (!extents.some(({ blob }) => blob.content.kind === "phantom")) return undefined;
  const hash = createHash("sha256");
  for (const { blob, offset, length } of coalesce(extents)) {
    if (blob.content.kind === "phantom") hash.update(`phantom ${blob.content.seed} ${offset} ${length};`);
    else if (blob.content.kind === "file") hash.update(`file ${blob.content.path} ${offset} ${length};`);
    else hash.update(blob.content.bytes.subarray(offset, offset + length));
  }
  return hash.digest("hex");
}

async function* bytesOf(extents: Extents): AsyncGenerator<Buffer> {
  for (const { blob, offset, length } of extents) {
    const { content } = blob;
    if (content.kind === "memory") yield content.bytes.subarray(offset, offset + length);
    else if (content.kind === "phantom") yield* phantomChunks(content.seed, offset, length);
    else {
      const file = createReadStream(content.path, {
        start: offset,
        end: offset + length - 1,
        highWaterMark: READ_CHUNK_BYTES,
      });
      yield* file as AsyncIterable<Buffer>;
    }
  }
}

async function writeFully(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length;) at += (await file.write(chunk, at)).bytesWritten;
}
