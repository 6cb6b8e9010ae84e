/** What the simulated S3 keeps: buckets, versions of objects, open uploads. Data only. */
import type { Extents } from "./blobs";
import type { Checksum, ChecksumAlgorithm, ChecksumType } from "./checksums";
import type { DefaultEncryption, LifecycleRule } from "./bucket-config";
import type { BucketKind } from "./bucket-rules";
import type { KeyIndex } from "./key-index";
import type { NotificationConfiguration } from "./notification-config";

export interface Bucket {
  readonly name: string;
  readonly kind: BucketKind;
  readonly createdMs: number;
  versioning: "Enabled" | "Suspended" | undefined;
  /** Versions of each key, the current one first. A key without versions has no entry. */
  readonly objects: Map<string, StoredVersion[]>;
  /** The same keys in listing order. */
  readonly index: KeyIndex;
  readonly uploads: Map<string, Upload>;
  notifications: NotificationConfiguration;
  /** JSON text. Shown to operators; who may do what is decided by `admin.setPolicy`. */
  policy: string | undefined;
  /** Of objects that are written without encryption headers. */
  encryption: DefaultEncryption;
  lifecycle: readonly LifecycleRule[];
  /** An idle directory bucket: how long waking takes, and when it was first touched. */
  sleep: { readonly ms: number; touchedMs: number | undefined } | undefined;
}

/** The headers and metadata that belong to an object. */
export interface ObjectAttributes {
  /** System-defined headers by lowercase name, verbatim: cache-control, content-type, expires, ... */
  readonly headers: Readonly<Record<string, string>>;
  /** User-defined metadata by lowercase name without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: readonly Tag[];
  readonly storageClass: string;
  readonly encryption: Encryption;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export type Encryption =
  | { readonly kind: "AES256" }
  | { readonly kind: "aws:kms"; readonly keyId: string | undefined }
  /** SSE-C: the key's MD5, base64. */
  | { readonly kind: "customer"; readonly keyMd5: string };

export interface StoredObject extends ObjectAttributes {
  readonly isDeleteMarker: false;
  readonly key: string;
  /** "null" in a bucket without versioning. */
  readonly versionId: string;
  /** Without quotes. */
  readonly etag: string;
  readonly size: number;
  /** Milliseconds; S3 shows whole seconds. */
  readonly lastModifiedMs: number;
  readonly extents: Extents;
  readonly checksum: Checksum | undefined;
  /** MD5 of the content in hexadecimal, where known. */
  md5: string | undefined;
  /** Of an object that came as a multipart upload. */
  readonly parts:
    readonly { readonly number: number; readonly size: number; readonly checksum: Checksum | undefined }[] | undefined;
  /** True once an archived object has been restored. */
  restored: boolean;
  /** Tags can be changed without a new version. */
  currentTags: readonly Tag[];
}

export interface DeleteMarker {
  readonly isDeleteMarker: true;
  readonly key: string;
  readonly versionId: string;
  readonly lastModifiedMs: number;
}

export type StoredVersion = StoredObject | DeleteMarker;

export interface Part {
  readonly number: number;
  readonly etag: string;
  readonly size: number;
  readonly extents: Extents;
  readonly lastModifiedMs: number;
  readonly checksum: Checksum | undefined;
}

export interface Upload {
  readonly uploadId: string;
  readonly key: string;
  readonly initiatedMs: number;
  readonly attributes: ObjectAttributes;
  /** Undefined: the client chose none. */
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType } | undefined;
  readonly parts: Map<number, Part>;
}
