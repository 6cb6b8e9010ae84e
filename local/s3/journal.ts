/**
 * What happens to buckets and objects, written down so that a cloud with a directory of its own finds it again. A line per change, and each line
 * says what is so now, not what was done: the last one of a name counts. Written before the answer goes out, without fsync: it survives a
 * process that is killed, not a machine that loses power.
 */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Bucket, Part, Upload } from "./model";
import {
  bucketForm,
  partForm,
  uploadForm,
  versionForm,
  type BucketForm,
  type PartForm,
  type UploadForm,
  type VersionForm,
} from "./stored-form";

/** Told after each change. */
export interface Journal {
  bucket(bucket: Bucket): void;
  bucketGone(name: string): void;
  /** Something about the versions of this key has changed. */
  key(bucket: Bucket, key: string): void;
  /** A new upload; its parts are told one by one. */
  upload(bucket: Bucket, upload: Upload): void;
  part(bucket: Bucket, uploadId: string, part: Part): void;
  uploadGone(bucket: Bucket, uploadId: string): void;
  close(): void;
}

/** Of a cloud that forgets. */
export const NO_JOURNAL: Journal = {
  bucket: () => undefined,
  bucketGone: () => undefined,
  key: () => undefined,
  upload: () => undefined,
  part: () => undefined,
  uploadGone: () => undefined,
  close: () => undefined,
};

export interface BucketContent {
  readonly bucket: BucketForm;
  readonly keys: Map<string, readonly VersionForm[]>;
  readonly uploads: Map<string, { readonly upload: UploadForm; readonly parts: Map<number, PartForm> }>;
}

export interface Written {
  /** How often a cloud was started on this journal before. */
  readonly starts: number;
  readonly buckets: ReadonlyMap<string, BucketContent>;
}

type Line =
  | { readonly bucket: BucketForm }
  | { readonly gone: string }
  | { readonly in: string; readonly key: string; readonly versions: readonly VersionForm[] }
  | { readonly in: string; readonly upload: UploadForm }
  | { readonly in: string; readonly uploadId: string; readonly part: PartForm }
  | { readonly in: string; readonly uploadGone: string };

const FORMAT = 1;
const NAME = "journal.ndjson";

/**
 * What the journal of a directory says; nothing where there is none. A last line without its end is of a process that was killed while it
 * wrote, before it had answered: it does not count.
 * @throws Error for a journal of another format or one that somebody has damaged
 */
export function readJournal(directory: string): Written {
  const file = join(directory, NAME);
  const buckets = new Map<string, BucketContent>();
  if (!existsSync(file)) return { starts: 0, buckets };
  const bytes = readFileSync(file);
  let number = 0;
  let starts = 0;
  for (let from = 0, to = bytes.indexOf(10); to >= 0; from = to + 1, to = bytes.indexOf(10, from)) {
    number += 1;
    try {
      const line = JSON.parse(bytes.toString("utf8", from, to)) as unknown;
      if (number === 1) starts = startsOf(line);
      else apply(line as Line, buckets);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${file}, line ${number}: ${why}. Start with an empty directory, or put the file right.`, {
        cause: error,
      });
    }
  }
  return { starts, buckets };
}

/** Begins a new journal with what is so now, in place of the old one. */
export function beginJournal(directory: string, starts: number, buckets: Iterable<Bucket>): Journal {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, NAME);
  let fd: number | undefined = openSync(`${file}.new`, "w");
  const write = (line: Line | { readonly format: number; readonly starts: number }): void => {
    if (fd === undefined) return;
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
  };
  const journal: Journal = {
    bucket: (bucket) => write({ bucket: bucketForm(bucket) }),
    bucketGone: (name) => write({ gone: name }),
    key: (bucket, key) => write({ in: bucket.name, key, versions: (bucket.objects.get(key) ?? []).map(versionForm) }),
    upload: (bucket, upload) => write({ in: bucket.name, upload: uploadForm(upload) }),
    part: (bucket, uploadId, part) => write({ in: bucket.name, uploadId, part: partForm(part) }),
    uploadGone: (bucket, uploadId) => write({ in: bucket.name, uploadGone: uploadId }),
    close() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
  write({ format: FORMAT, starts });
  for (const bucket of buckets) {
    journal.bucket(bucket);
    for (const key of bucket.objects.keys()) journal.key(bucket, key);
    for (const upload of bucket.uploads.values()) {
      journal.upload(bucket, upload);
      for (const part of upload.parts.values()) journal.part(bucket, upload.uploadId, part);
    }
  }
  renameSync(`${file}.new`, file);
  return journal;
}

function startsOf(line: unknown): number {
  const { format, starts } = line as { readonly format?: unknown; readonly starts?: unknown };
  if (format !== FORMAT || typeof starts !== "number")
    throw new Error(`the format is ${JSON.stringify(format)}, this program knows ${FORMAT}`);
  return starts;
}

function apply(line: Line, buckets: Map<string, BucketContent>): void {
  if ("bucket" in line) {
    const { bucket } = line;
    buckets.set(bucket.name, { keys: new Map(), uploads: new Map(), ...buckets.get(bucket.name), bucket });
    return;
  }
  if ("gone" in line) {
    buckets.delete(line.gone);
    return;
  }
  const content = buckets.get(line.in);
  if (content === undefined) throw new Error(`there is no bucket ${line.in} at this point`);
  if ("upload" in line) content.uploads.set(line.upload.uploadId, { upload: line.upload, parts: new Map() });
  else if ("part" in line) content.uploads.get(line.uploadId)?.parts.set(line.part.number, line.part);
  else if ("uploadGone" in line) content.uploads.delete(line.uploadGone);
  else if (line.versions.length === 0) content.keys.delete(line.key);
  else content.keys.set(line.key, line.versions);
}
