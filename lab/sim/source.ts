/** The general purpose bucket: current state per key, optionally versioned. Every change is told, as S3 tells the queue. */
import { compareKeys } from "../../core/listing";
import type { ListPage, ListRequest } from "../../core/ports";
import { syncError, type SyncError } from "../../core/errors";
import { ABSENT, type Headers, type Metadata, type SourceState } from "../../core/state";
import type { SourceVersion } from "./objects";

export interface NewContent {
  readonly contentId: string;
  readonly size: number;
  readonly headers: Headers;
  readonly metadata: Metadata;
  /** Uploaded in parts: another kind of ETag, and LastModified is the time of its initiation. */
  readonly multipart: boolean;
  readonly checksummed: boolean;
}

/** What S3 would put into an event. */
export interface SourceChange {
  readonly key: string;
  readonly eventName: string;
  readonly size?: number;
}

export class SimSource {
  /** False while the bucket does not exist. */
  present = true;
  private readonly objects = new Map<string, SourceVersion>();
  private readonly sizes = new Map<string, number>();
  private versions = 0;

  constructor(
    readonly name: string,
    private readonly versioned: boolean,
    private readonly epochSeconds: () => number,
    private readonly changed: (change: SourceChange) => void,
  ) {}

  get(key: string): SourceVersion | undefined {
    return this.objects.get(key);
  }

  /** Size of the content that has, or had, this ETag. */
  sizeOf(etag: string): number {
    return this.sizes.get(etag) ?? 0;
  }

  keys(): readonly string[] {
    return [...this.objects.keys()];
  }

  /** One page of the listing; as short as S3 may make it, so that few keys make several pages. */
  list({ prefix, delimited = false, after = "", token = "" }: ListRequest): ListPage {
    if (!this.present) throw refusal("NoSuchBucket", "ListObjectsV2");
    const begin = token === "" ? after : token;
    const keys = this.keys()
      .filter((key) => key.startsWith(prefix) && compareKeys(key, begin) > 0)
      .sort(compareKeys);
    const prefixes = delimited ? keys.map((key) => directoryBelow(prefix, key)).filter((one) => one !== undefined) : [];
    const below = keys.filter((key) => !delimited || directoryBelow(prefix, key) === undefined);
    const [key] = below;
    const version = key === undefined ? undefined : this.objects.get(key);
    if (key === undefined || version === undefined)
      return { objects: [], prefixes: [...new Set(prefixes)], token: undefined };
    const { size, etag, lastModified } = version;
    const objects = [{ key, size, etag, lastModified, storageClass: "STANDARD" }];
    return { objects, prefixes: [...new Set(prefixes)], token: below.length > 1 ? key : undefined };
  }

  put(key: string, content: NewContent): void {
    const { contentId, size, headers, metadata, multipart, checksummed } = content;
    this.store(key, {
      contentId,
      size,
      etag: multipart ? `${contentId}-3` : contentId,
      lastModified: this.epochSeconds() - (multipart ? 90 : 0),
      headers,
      metadata,
      ...(checksummed ? { checksum: { algorithm: "CRC32" as const, value: `crc32-${contentId}` } } : {}),
    });
    this.changed({ key, eventName: multipart ? "ObjectCreated:CompleteMultipartUpload" : "ObjectCreated:Put", size });
  }

  /** A copy of the object onto itself: same bytes, same ETag, new headers and metadata. */
  describe(key: string, headers: Headers, metadata: Metadata): void {
    const current = this.objects.get(key);
    if (current === undefined) return;
    this.store(key, { ...current, headers, metadata, lastModified: this.epochSeconds() });
    this.changed({ key, eventName: "ObjectCreated:Copy", size: current.size });
  }

  delete(key: string): void {
    this.objects.delete(key);
    this.changed({ key, eventName: this.versioned ? "ObjectRemoved:DeleteMarkerCreated" : "ObjectRemoved:Delete" });
  }

  /** Removes a noncurrent version: an ObjectRemoved event about a key that is alive. */
  deleteOldVersion(key: string): void {
    this.changed({ key, eventName: "ObjectRemoved:Delete" });
  }

  /** The bucket is deleted with all it holds; nobody sends events for that. */
  drop(): void {
    this.present = false;
    this.objects.clear();
  }

  /** HEAD: a missing bucket looks like a missing key (rule 0). */
  head(key: string): SourceState {
    const version = this.objects.get(key);
    if (version === undefined) return ABSENT;
    const { contentId: _, ...identity } = version;
    return { kind: "object", ...identity };
  }

  /** What a copy request finds when S3 starts it: condition ("*" is none) and snapshot are one instant. */
  open(key: string, etag: string, operation: string): SourceVersion {
    if (!this.present) throw refusal("NoSuchBucket", operation);
    const version = this.objects.get(key);
    if (version === undefined) throw refusal("NoSuchKey", operation);
    if (etag !== "*" && version.etag !== etag) throw refusal("PreconditionFailed", operation);
    return version;
  }

  private store(key: string, version: SourceVersion): void {
    this.sizes.set(version.etag, version.size);
    this.objects.set(key, this.versioned ? { ...version, versionId: `v${String(++this.versions)}` } : version);
  }
}

/** Prefix and one more name with its slash; undefined when the key lies directly below the prefix. */
function directoryBelow(prefix: string, key: string): string | undefined {
  const at = key.indexOf("/", prefix.length);
  return at < 0 ? undefined : key.slice(0, at + 1);
}

/** An answer that proves that nothing happened. */
export function refusal(code: SyncError["code"], operation: string): SyncError {
  return syncError({ code, operation, effect: "none", message: "simulated" });
}
