/** What a call of backfill asks for, or every problem of it. Pure. */
import { utf8Length } from "../../core/fingerprint";
import { isWellFormed, MAX_KEY_BYTES } from "../../core/keys";
import type { Parsed } from "../../core/variables";

/** To name what is backfilled. */
export type SourceField = "region" | "sourceBucket" | "prefix";
/** To compare. */
export type BucketsField = SourceField | "destinationBucket";
/** To send. */
export type QueueField = SourceField | "queueUrl";
export type Field = BucketsField | QueueField;

const SOURCE: readonly SourceField[] = ["region", "sourceBucket", "prefix"];
export const NEEDS: readonly Field[] = [...SOURCE, "destinationBucket", "queueUrl"];

/** What must be known of the system: the queue only where something is sent, the destination only where this machine compares. */
export function needsOf({ dryRun, inventory }: BackfillOptions): readonly Field[] {
  if (dryRun !== true) return [...SOURCE, "queueUrl"];
  return inventory === undefined ? [...SOURCE, "destinationBucket"] : SOURCE;
}

export interface BackfillOptions {
  readonly prefix?: string | undefined;
  readonly all?: true | undefined;
  readonly inventory?: string | undefined;
  readonly resume?: string | undefined;
  readonly dryRun?: true | undefined;
}

export interface Place {
  readonly bucket: string;
  readonly key: string;
}

/** How far an earlier call came: files that are done, and rows of the next one. */
export interface Resume {
  readonly manifest: string;
  readonly file: number;
  readonly row: number;
}

export interface BackfillPlan {
  readonly prefix: string;
  readonly compare: boolean;
  readonly inventory: Place | undefined;
  readonly resume: Resume | undefined;
  readonly isDryRun: boolean;
}

/** @param systemPrefix what the system syncs; a backfill stays inside it */
export function planOf(options: BackfillOptions, systemPrefix: string): Parsed<BackfillPlan> {
  const { prefix = systemPrefix, all, inventory, resume, dryRun } = options;
  const problems: string[] = [];
  if (!prefix.startsWith(systemPrefix)) {
    problems.push(
      `--prefix ${JSON.stringify(prefix)} is outside ${JSON.stringify(systemPrefix)}, the prefix that this system syncs`,
    );
  }
  if (!isWellFormed(prefix) || utf8Length(prefix) > MAX_KEY_BYTES) {
    problems.push(`--prefix must be at most ${MAX_KEY_BYTES} bytes of valid Unicode`);
  }
  const place = inventory === undefined ? undefined : placeOf(inventory);
  if (inventory !== undefined && place === undefined) {
    problems.push(`--inventory ${JSON.stringify(inventory)} is not s3://BUCKET/PATH/manifest.json`);
  }
  const from = resume === undefined ? undefined : resumeOf(resume);
  if (resume !== undefined && inventory === undefined) {
    problems.push("--resume only goes with --inventory: a listing goes on by itself");
  }
  if (resume !== undefined && from === undefined) {
    problems.push(`--resume ${JSON.stringify(resume)} is not what an earlier call printed`);
  }
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    config: { prefix, compare: all !== true, inventory: place, resume: from, isDryRun: dryRun === true },
  };
}

export function resumeText({ manifest, file, row }: Resume): string {
  return `${manifest}:${file}:${row}`;
}

function placeOf(uri: string): Place | undefined {
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/s.exec(uri) ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}

function resumeOf(text: string): Resume | undefined {
  const [, manifest, file, row] = /^([0-9a-f]{8}):(\d{1,9}):(\d{1,12})$/.exec(text) ?? [];
  return manifest === undefined ? undefined : { manifest, file: Number(file), row: Number(row) };
}
