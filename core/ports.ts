/**
 * The narrow interfaces through which the worker reaches the world. Types only.
 *
 * Adapters in `aws/` implement them; tests implement them in memory under virtual time. Every method rejects with a
 * `SyncError` (core/errors.ts) and nothing else, makes exactly one attempt (a hidden retry could hide a write of unknown
 * outcome, rule 3), and stops waiting when `signal` aborts, which does not undo what the server is already doing.
 */
import type { SyncError } from "./errors";
import type { ChecksumAlgorithm, DestinationState, FullObjectChecksum, Headers, Metadata, SourceState } from "./state";

/**
 * Tells a call that nobody waits for its answer any more. Every `AbortSignal` is one; a call that needs a signal of its own gets a
 * lighter one (worker/controller.ts), because an AbortController per request is among the dearest parts of a request.
 */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The general purpose bucket. */
export interface SourceBucket {
  readonly name: string;
  /** HEAD; 404 is `absent`, which is only meaningful in a bucket that exists (rule 0). 403 is an error, never "gone". */
  head(key: string, signal: CancelSignal): Promise<SourceState>;
  /** HeadBucket; false when the bucket does not exist. */
  exists(signal: CancelSignal): Promise<boolean>;
}

/** The directory bucket. Same key on both sides. */
export interface DestinationBucket {
  readonly name: string;
  head(key: string, signal: CancelSignal): Promise<DestinationState>;
  copyObject(request: CopyObjectRequest, signal: CancelSignal): Promise<CopyResult>;
  /**
   * Deleting a missing object succeeds. With `ifMatch` only an object that has this ETag is deleted (API DeleteObject, IfMatch);
   * another one rejects with PreconditionFailed.
   */
  deleteObject(key: string, signal: CancelSignal, ifMatch?: string): Promise<void>;
  /** Resolves to the upload id. */
  createUpload(request: CreateUploadRequest, signal: CancelSignal): Promise<string>;
  /** Copies one part and resolves to its ETag. */
  copyPart(request: CopyPartRequest, signal: CancelSignal): Promise<string>;
  completeUpload(request: CompleteUploadRequest, signal: CancelSignal): Promise<CopyResult>;
  /** Rejects with NoSuchUpload when there is nothing to abort. */
  abortUpload(key: string, uploadId: string, signal: CancelSignal): Promise<void>;
  /** All pages. Rejects with NoSuchUpload. */
  listParts(key: string, uploadId: string, signal: CancelSignal): Promise<readonly ListedPart[]>;
  /** Ids of the open uploads of exactly this key, all pages. */
  listUploads(key: string, signal: CancelSignal): Promise<readonly string[]>;
}

/** What the new object carries. Undefined where used: keep the source's (MetadataDirective COPY), without a fingerprint. */
export interface Content {
  readonly headers: Headers;
  /** Including the fingerprint. */
  readonly metadata: Metadata;
}

export interface CopyObjectRequest {
  readonly key: string;
  /** The source ETag the copy is conditional on (rule 2). */
  readonly sourceEtag: string;
  readonly content: Content | undefined;
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined;
}

export interface CreateUploadRequest {
  readonly key: string;
  readonly content: Content;
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined;
}

export interface CopyPartRequest {
  readonly key: string;
  readonly uploadId: string;
  readonly partNumber: number;
  readonly firstByte: number;
  /** Inclusive. */
  readonly lastByte: number;
  /** The source ETag every part is conditional on (rule 2): without it an object could be assembled from two versions. */
  readonly sourceEtag: string;
}

export interface CompletedPart {
  readonly partNumber: number;
  readonly etag: string;
}

export interface CompleteUploadRequest {
  readonly key: string;
  readonly uploadId: string;
  /** Sorted, numbered 1..n without gaps. */
  readonly parts: readonly CompletedPart[];
  /** Total bytes; S3 refuses a mismatch (`x-amz-mp-object-size`). */
  readonly size: number;
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined;
}

export interface CopyResult {
  /** The checksum of what was written, when one was asked for. */
  readonly checksum?: FullObjectChecksum;
}

export interface ListedPart {
  readonly partNumber: number;
  readonly etag: string;
  readonly size: number;
}

/** One object of a listing. */
export interface ListedObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without quotes. Random in a directory bucket. */
  readonly etag: string;
  /** Epoch seconds. */
  readonly lastModified: number;
  /** As S3 spells it; undefined where the listing does not say. */
  readonly storageClass?: string;
}

export interface ListRequest {
  /** A directory bucket takes "" and prefixes that end in `/` (API ListObjectsV2). */
  readonly prefix: string;
  /** Only what lies directly below the prefix; what lies deeper is told as `prefixes`. */
  readonly delimited?: boolean;
  /** Only keys behind this one. A directory bucket takes none: its listing has no order (API ListObjectsV2, StartAfter). */
  readonly after?: string;
  /** Where the last page said to go on. */
  readonly token?: string;
  /** At most 1,000, which is the default. */
  readonly maxKeys?: number;
}

export interface ListPage {
  readonly objects: readonly ListedObject[];
  /** With `delimited`. In a directory bucket also such as only exist because of open uploads. */
  readonly prefixes: readonly string[];
  /** Undefined on the last page. */
  readonly token: string | undefined;
}

/** ListObjectsV2 of one bucket, a page at a time: in key order in a general purpose bucket, in none in a directory bucket. */
export interface Listing {
  readonly name: string;
  /** A missing bucket rejects with NoSuchBucket; an empty page is an empty range. */
  list(request: ListRequest, signal: CancelSignal): Promise<ListPage>;
}

/** A message as received. */
export interface QueueMessage {
  readonly messageId: string;
  /** Valid for this receive only. */
  readonly receiptHandle: string;
  readonly body: string;
  /** How often it has been received, this time included. */
  readonly receiveCount: number;
  /** Epoch milliseconds when it was sent. */
  readonly sentAt: number;
}

export interface OutgoingMessage {
  readonly body: string;
  /** Whole seconds, at most 900. */
  readonly delaySeconds?: number;
  /** Tenant for fair queues: live events have none, so each is a quiet tenant of its own. */
  readonly groupId?: string;
  /** String attributes (dead letters carry their reason here). */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Per entry of a batch call: undefined when that entry succeeded. A batch answers 200 although entries failed. */
export type EntryResults = readonly (SyncError | undefined)[];

export interface Queue {
  /** Long poll; an empty array when nothing came in `waitSeconds`. */
  receive(max: number, waitSeconds: number, signal: CancelSignal): Promise<readonly QueueMessage[]>;
  /** At most 10 entries. `timeoutSeconds` counts from the call; 0 gives the message back now. */
  changeVisibility(entries: readonly VisibilityChange[], signal: CancelSignal): Promise<EntryResults>;
  /** At most 10 receipt handles. */
  delete(receiptHandles: readonly string[], signal: CancelSignal): Promise<EntryResults>;
  /** At most 10 messages and 1 MiB together. */
  send(messages: readonly OutgoingMessage[], signal: CancelSignal): Promise<EntryResults>;
}

export interface VisibilityChange {
  readonly receiptHandle: string;
  readonly timeoutSeconds: number;
}

/** Time is a collaborator: tests run under virtual time. */
export interface Clock {
  /** Epoch milliseconds, for what people and envelopes see. */
  wallMs(): number;
  /** Monotonic milliseconds, for every deadline: the wall clock may jump. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once (never rejects) when `signal` aborts. */
  sleep(ms: number, signal?: CancelSignal): Promise<void>;
  /** Calls `run` after `ms`, unless what it returns is called before. */
  after(ms: number, run: () => void): () => void;
}

/** One event name per line, fields beside it. */
export interface Log {
  debug(event: string, fields?: Readonly<Record<string, unknown>>): void;
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, fields?: Readonly<Record<string, unknown>>): void;
}
