/**
 * An S3 Inventory: its manifest, and what one row of its files says. Pure. User Guide, "Locating your inventory list": the manifest
 * names the files and the columns; keys are URL-encoded in CSV.
 */
import { decodeEventKey } from "../../core/keys";
import type { KeyEntry } from "../../core/messages";
import { cliError } from "../shell/errors";

export interface InventoryFile {
  readonly key: string;
  /** Hexadecimal, of the compressed file. */
  readonly md5: string | undefined;
  /** Bytes, compressed; 0 when the manifest does not say. */
  readonly size: number;
}

export interface Manifest {
  /** Where the files are; undefined: where the manifest is. */
  readonly bucket: string | undefined;
  readonly columns: readonly string[];
  readonly files: readonly InventoryFile[];
}

/** @throws CliError that says what about it cannot be used */
export function parseManifest(text: string, where: string, sourceBucket: string): Manifest {
  const value = parsed(text, where);
  const { fileFormat, sourceBucket: from, fileSchema, files, destinationBucket } = value;
  if (typeof fileFormat !== "string")
    throw cliError(`${where} has no fileFormat: it is not the manifest of an S3 Inventory.`);
  if (fileFormat !== "CSV") {
    throw cliError(
      `${where} describes an inventory in ${fileFormat}; only CSV is read. Set the inventory's output format to CSV, or leave --inventory out: then the workers list the bucket.`,
    );
  }
  if (from !== sourceBucket) {
    throw cliError(
      `${where} is an inventory of ${JSON.stringify(from)}, but this system's source is ${JSON.stringify(sourceBucket)}.`,
    );
  }
  const columns = typeof fileSchema === "string" ? fileSchema.split(",").map((name) => name.trim()) : [];
  if (!columns.includes("Key")) throw cliError(`${where} has no column Key in its fileSchema.`);
  if (!Array.isArray(files)) throw cliError(`${where} names no files.`);
  const bucket = typeof destinationBucket === "string" ? destinationBucket.replace(/^arn:[^:]*:s3:::/, "") : undefined;
  return { bucket, columns, files: files.map((file: unknown) => fileOf(file, where)) };
}

export type Row =
  | { readonly kind: "key"; readonly entry: KeyEntry }
  | { readonly kind: "skipped"; readonly why: "delete-marker" | "old-version" | "outside-prefix" }
  | { readonly kind: "damaged" };

/** Reads rows of files with these columns. Size, and the columns of versions, may be missing. */
export function rowReader(columns: readonly string[], prefix: string): (cells: readonly string[]) => Row {
  const at = (name: string): number => columns.indexOf(name);
  const [key, size, isLatest, isDeleteMarker] = [at("Key"), at("Size"), at("IsLatest"), at("IsDeleteMarker")];
  return (cells) => {
    if (cells[isDeleteMarker] === "true") return { kind: "skipped", why: "delete-marker" };
    if (cells[isLatest] === "false") return { kind: "skipped", why: "old-version" };
    const name = decodeEventKey(cells[key] ?? "");
    if (name === undefined || name === "") return { kind: "damaged" };
    if (!name.startsWith(prefix)) return { kind: "skipped", why: "outside-prefix" };
    const digits = cells[size] ?? "";
    return { kind: "key", entry: /^\d{1,15}$/.test(digits) ? { key: name, size: Number(digits) } : { key: name } };
  };
}

function parsed(text: string, where: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw cliError(`${where} is not JSON: name the manifest.json of the inventory.`);
}

function fileOf(value: unknown, where: string): InventoryFile {
  const { key, MD5checksum: md5, size } = (value ?? {}) as { key?: unknown; MD5checksum?: unknown; size?: unknown };
  if (typeof key !== "string") throw cliError(`${where} names a file without a key.`);
  return {
    key,
    md5: typeof md5 === "string" && /^[0-9a-f]{32}$/i.test(md5) ? md5.toLowerCase() : undefined,
    size: typeof size === "number" && size > 0 ? size : 0,
  };
}
