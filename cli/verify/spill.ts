/**
 * What does not fit into memory goes to files without a name: each is unlinked as soon as it is open, so nothing is left behind
 * by Ctrl-C, by a crash or by kill -9.
 *
 * Writes are synchronous and large: the page cache takes them, order and back pressure come for free.
 */
import { closeSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { cliError } from "../shell/errors";

export interface Spill {
  /** A new file: written first, then read. */
  file(): SpillFile;
  /** Bytes written to all files so far. */
  readonly written: number;
  /** Closes whatever is still open. */
  close(): void;
}

export interface SpillFile {
  append(bytes: Buffer, at: number, length: number): void;
  /** All of it, a large chunk at a time, in a buffer that is used again. */
  chunks(): Generator<Buffer>;
  /** Gives its room back. */
  close(): void;
}

const WRITE_BYTES = 64 * 1024;
const READ_BYTES = 512 * 1024;
const GIB = 1024 ** 3;

/** @param folder an existing folder; nothing is written before the first file is asked for */
export function makeSpill(folder: string): Spill {
  const open = new Set<SpillFile>();
  let made = 0;
  let written = 0;

  function file(): SpillFile {
    const path = join(folder, `s3-express-sync-verify-${process.pid}-${++made}`);
    const fd = attempt(() => openSync(path, "wx+", 0o600));
    attempt(() => unlinkSync(path));
    let buffer: Buffer | undefined;
    let used = 0;
    let size = 0;

    const flush = (): void => {
      if (buffer === undefined || used === 0) return;
      writeAll(fd, buffer, used);
      used = 0;
    };
    const self: SpillFile = {
      append(bytes, at, length) {
        size += length;
        if (used + length > WRITE_BYTES) flush();
        if (length > WRITE_BYTES) {
          writeAll(fd, bytes.subarray(at, at + length), length);
          return;
        }
        buffer ??= Buffer.allocUnsafeSlow(WRITE_BYTES);
        bytes.copy(buffer, used, at, at + length);
        used += length;
      },
      *chunks() {
        flush();
        buffer = undefined;
        if (size === 0) return;
        const chunk = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, size));
        for (let position = 0; ;) {
          const length = readSync(fd, chunk, 0, chunk.length, position);
          if (length === 0) return;
          yield chunk.subarray(0, length);
          position += length;
        }
      },
      close() {
        if (open.delete(self)) closeSync(fd);
      },
    };
    open.add(self);
    return self;
  }

  function writeAll(fd: number, bytes: Buffer, length: number): void {
    for (let done = 0; done < length;) done += attempt(() => writeSync(fd, bytes, done, length - done));
    written += length;
  }

  function attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw spillError(error, folder, written);
    }
  }

  return {
    file,
    get written() {
      return written;
    },
    close() {
      for (const one of [...open]) one.close();
    },
  };
}

function spillError(error: unknown, folder: string, written: number): Error {
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (code !== "ENOSPC" && code !== "EDQUOT") {
    return cliError(`The folder for what does not fit into memory, ${folder}, cannot be used: ${message}`);
  }
  return cliError(
    `${folder} is full after ${(written / GIB).toFixed(1)} GiB of spilled keys. ` +
      "Give --spill-dir a folder with more room, --memory more, or verify one --prefix at a time. Nothing was changed.",
  );
}
