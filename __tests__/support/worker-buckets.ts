/**
 * Two buckets in memory, with the conditions that matter to the worker (source ETag, upload ids, part sizes), a log of all
 * requests in order, and scripts per operation: what happens instead of, before or after the request takes effect.
 */
import type { CopyPartRequest, CopyResult, DestinationBucket, ListedPart, SourceBucket } from "../../core/ports";
import type { Content } from "../../core/ports";
import { ABSENT, type ChecksumAlgorithm, type DestinationObject, type SourceObject } from "../../core/state";
import { type MemoryListing, memoryListing } from "./listings";
import { failure } from "./worker-fakes";

/** Epoch seconds: newer than any source object of these tests. */
const REPLICA_TIME = 1_800_000_000;

export type Operation =
  | "HeadSource"
  | "HeadBucket"
  | "HeadDestination"
  | "CopyObject"
  | "DeleteObject"
  | "CreateUpload"
  | "CopyPart"
  | "CompleteUpload"
  | "AbortUpload"
  | "ListParts"
  | "ListUploads";

/** `apply` makes the request take effect and returns its answer. */
export type Script = (apply: () => unknown) => unknown;

interface Upload {
  readonly key: string;
  readonly content: Content;
  readonly parts: Map<number, ListedPart>;
}

export interface Buckets {
  readonly source: SourceBucket;
  readonly destination: DestinationBucket;
  readonly sourceListing: MemoryListing;
  readonly destinationListing: MemoryListing;
  readonly at: {
    readonly source: Map<string, SourceObject>;
    readonly destination: Map<string, DestinationObject>;
    readonly uploads: Map<string, Upload>;
  };
  /** "Operation key" or "Operation key detail", in the order they were sent. */
  readonly requests: string[];
  /** Only of these operations. */
  sent(...operations: Operation[]): string[];
  /** The next request of this operation follows the script. */
  once(operation: Operation, script: Script): void;
  /** Every request of this operation for which there is no `once`. */
  always(operation: Operation, script: Script | undefined): void;
  bucketExists: boolean;
  readonly parts: CopyPartRequest[];
}

export function sourceObject(etag: string, overrides: Partial<SourceObject> = {}): SourceObject {
  return { kind: "object", etag, size: 10, lastModified: 1_700_000_000, headers: {}, metadata: {}, ...overrides };
}

export function makeBuckets(): Buckets {
  const source = new Map<string, SourceObject>();
  const destination = new Map<string, DestinationObject>();
  const uploads = new Map<string, Upload>();
  const requests: string[] = [];
  const parts: CopyPartRequest[] = [];
  const scripts = new Map<Operation, Script[]>();
  const standing = new Map<Operation, Script>();
  let serial = 0;
  const state = { bucketExists: true };

  async function request<T>(operation: Operation, detail: string, effect: () => T): Promise<T> {
    requests.push(`${operation} ${detail}`.trim());
    const script = scripts.get(operation)?.shift() ?? standing.get(operation);
    return (await (script === undefined ? effect() : script(effect))) as T;
  }

  function sourceAt(key: string, etag: string): SourceObject {
    const object = source.get(key);
    if (object === undefined) throw failure("NoSuchKey");
    if (object.etag !== etag) throw failure("PreconditionFailed");
    return object;
  }

  function write(
    key: string,
    object: SourceObject,
    content: Content | undefined,
    algorithm: ChecksumAlgorithm | undefined,
  ): CopyResult {
    const { headers, metadata } = content ?? object;
    destination.set(key, { kind: "object", size: object.size, etag: `random-${++serial}`, headers, metadata });
    return algorithm !== undefined && object.checksum !== undefined ? { checksum: object.checksum } : {};
  }

  function uploadOf(uploadId: string): Upload {
    const upload = uploads.get(uploadId);
    if (upload === undefined) throw failure("NoSuchUpload");
    return upload;
  }

  return {
    source: {
      name: "src",
      head: (key) => request("HeadSource", key, () => source.get(key) ?? ABSENT),
      exists: () => request("HeadBucket", "", () => state.bucketExists),
    },
    destination: {
      name: "dst",
      head: (key) => request("HeadDestination", key, () => destination.get(key) ?? ABSENT),
      copyObject: ({ key, sourceEtag, content, checksumAlgorithm }) =>
        request("CopyObject", `${key} ${sourceEtag}`, () =>
          write(key, sourceAt(key, sourceEtag), content, checksumAlgorithm),
        ),
      deleteObject: (key, _signal, ifMatch) =>
        request("DeleteObject", ifMatch === undefined ? key : `${key} if ${ifMatch}`, () => {
          const present = destination.get(key);
          if (ifMatch !== undefined && present !== undefined && present.etag !== ifMatch) {
            throw failure("PreconditionFailed");
          }
          destination.delete(key);
        }),
      createUpload: ({ key, content }) =>
        request("CreateUpload", key, () => {
          const id = `upload-${++serial}`;
          uploads.set(id, { key, content, parts: new Map() });
          return id;
        }),
      copyPart: (part) => {
        parts.push(part);
        return request("CopyPart", `${part.key} ${part.partNumber}`, () => {
          const upload = uploadOf(part.uploadId);
          sourceAt(part.key, part.sourceEtag);
          const etag = `part-${++serial}`;
          const size = part.lastByte - part.firstByte + 1;
          upload.parts.set(part.partNumber, { partNumber: part.partNumber, etag, size });
          return etag;
        });
      },
      completeUpload: (complete) =>
        request("CompleteUpload", complete.key, () => {
          const upload = uploadOf(complete.uploadId);
          const known = complete.parts.every((part) => upload.parts.get(part.partNumber)?.etag === part.etag);
          if (!known) throw failure("InvalidPart");
          uploads.delete(complete.uploadId);
          const { headers, metadata } = upload.content;
          const size = [...upload.parts.values()].reduce((sum, part) => sum + part.size, 0);
          if (size !== complete.size) throw failure("InvalidRequest");
          destination.set(complete.key, { kind: "object", size, etag: `random-${++serial}`, headers, metadata });
          const checksum = source.get(complete.key)?.checksum;
          return complete.checksumAlgorithm === undefined || checksum === undefined ? {} : { checksum };
        }),
      abortUpload: (_key, uploadId) =>
        request("AbortUpload", uploadId, () => {
          uploadOf(uploadId);
          uploads.delete(uploadId);
        }),
      listParts: (_key, uploadId) => request("ListParts", uploadId, () => [...uploadOf(uploadId).parts.values()]),
      listUploads: (key) =>
        request("ListUploads", key, () => [...uploads].filter(([, upload]) => upload.key === key).map(([id]) => id)),
    },
    sourceListing: memoryListing("src", "general", () =>
      [...source].map(([key, { size, etag, lastModified }]) => ({ key, size, etag, lastModified })),
    ),
    destinationListing: memoryListing("dst", "directory", () =>
      [...destination].map(([key, { size, etag }]) => ({ key, size, etag, lastModified: REPLICA_TIME })),
    ),
    at: { source, destination, uploads },
    requests,
    parts,
    sent: (...operations) =>
      requests.filter((line) => operations.some((operation) => line.split(" ")[0] === operation)),
    once(operation, script) {
      scripts.set(operation, [...(scripts.get(operation) ?? []), script]);
    },
    always(operation, script) {
      if (script === undefined) standing.delete(operation);
      else standing.set(operation, script);
    },
    get bucketExists() {
      return state.bucketExists;
    },
    set bucketExists(exists) {
      state.bucketExists = exists;
    },
  };
}
