/** Objects put into the simulated S3 without HTTP, and how the admin shows objects. */
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { checkKey } from "./addressing";
import { phantomBlob, whole, type Blob } from "./blobs";
import { rulesOf } from "./bucket-rules";
import { digestOf, makeHasher, type Checksum } from "./checksums";
import type { Bucket, StoredObject, Tag } from "./model";
import { commit } from "./versions";
import { randomEtag, type World } from "./world";

/** Bytes, a stream of them, or a phantom: an object of that many bytes that takes no room. Equal seeds are equal bytes. */
export type Content = string | Uint8Array | Readable | { readonly phantomBytes: number; readonly seed?: number };

export interface PutOptions {
  /** System headers by lowercase name, e.g. `{ "cache-control": "no-store" }`. Content-Type is binary/octet-stream unless given. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly storageClass?: string;
  readonly kmsKeyId?: string;
  /** An object that was written with SSE-C: the base64 MD5 of its key. */
  readonly customerKeyMd5?: string;
  /** Default CRC64NVME over the full object, as S3 adds it; "none" as on objects from before December 2024. */
  readonly checksum?: Checksum["algorithm"] | "none";
  /** As if it had been uploaded in parts of these sizes: ETag with -N, parts for `partNumber`. Their sum must be the size. */
  readonly partSizes?: readonly number[];
  /** Default: now. */
  readonly lastModifiedMs?: number;
  /** Default true. */
  readonly notify?: boolean;
}

/** An object as the admin shows it. */
export interface AdminObject {
  readonly key: string;
  readonly versionId: string;
  readonly etag: string;
  readonly size: number;
  readonly lastModifiedMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly storageClass: string;
  readonly partCount: number | undefined;
}

/** What `admin.put` does. */
export async function putDirectly(
  world: World,
  bucket: Bucket,
  key: string,
  content: Content,
  options: PutOptions,
): Promise<AdminObject> {
  checkKey(key);
  const rules = rulesOf(bucket.kind);
  const hasher = makeHasher("MD5");
  const blob = await blobOf(world, content, (chunk) => hasher.update(chunk));
  const extents = whole(blob);
  const isPhantom = blob.content.kind === "phantom";
  const md5 = (isPhantom ? await digestOf(world.blobs, extents, "MD5") : hasher.digest()).toString("hex");
  const { partSizes } = options;
  const partsEtag =
    partSizes === undefined ? md5 : `${createHash("md5").update(md5).digest("hex")}-${partSizes.length}`;
  const tags: Tag[] = Object.entries(options.tags ?? {}).map(([name, value]) => ({ key: name, value }));
  const object = commit(world, bucket, {
    isDeleteMarker: false,
    key,
    etag: rules.etag === "md5" ? partsEtag : randomEtag(world),
    size: blob.size,
    lastModifiedMs: options.lastModifiedMs ?? world.clock.now(),
    extents: extents,
    headers: { "content-type": "binary/octet-stream", ...options.headers },
    metadata: options.metadata ?? {},
    tags,
    currentTags: tags,
    storageClass: options.storageClass ?? rules.defaultStorageClass,
    encryption: encryptionOf(options, bucket),
    checksum:
      options.checksum === "none" ? undefined : { algorithm: options.checksum ?? "CRC64NVME", type: "FULL_OBJECT" },
    md5,
    parts: partSizes?.map((size, i) => ({ number: i + 1, size, checksum: undefined })),
    restored: false,
  });
  if (options.notify !== false)
    world.notifier.created(undefined, bucket, object, partSizes === undefined ? "Put" : "CompleteMultipartUpload");
  return shown(object);
}

async function blobOf(world: World, content: Content, observe: (chunk: Buffer) => void): Promise<Blob> {
  if (typeof content === "string" || content instanceof Uint8Array) {
    return world.blobs.write(Readable.from([Buffer.from(content)], { objectMode: false }), observe);
  }
  if (content instanceof Readable) return world.blobs.write(content, observe);
  return phantomBlob(content.phantomBytes, content.seed ?? Math.floor(world.random() * 2 ** 32));
}

function encryptionOf(options: PutOptions, bucket: Bucket): StoredObject["encryption"] {
  if (options.customerKeyMd5 !== undefined) return { kind: "customer", keyMd5: options.customerKeyMd5 };
  return options.kmsKeyId === undefined ? bucket.encryption : { kind: "aws:kms", keyId: options.kmsKeyId };
}

export function shown(object: StoredObject): AdminObject {
  const { key, versionId, etag, size, lastModifiedMs, headers, metadata, storageClass } = object;
  const tags = Object.fromEntries(object.currentTags.map((tag) => [tag.key, tag.value]));
  return {
    key,
    versionId,
    etag,
    size,
    lastModifiedMs,
    headers,
    metadata,
    tags,
    storageClass,
    partCount: object.parts?.length,
  };
}
