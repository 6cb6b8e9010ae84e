/**
 * The directory bucket. Each write has two instants: it is started (conditions are checked, the source is read) and it lands
 * (the object changes); the methods do the first and return the second. Who lands when is the network's business.
 */
import { FINGERPRINT_KEY } from "../../core/fingerprint";
import { MAX_SINGLE_COPY_BYTES, MIN_PART_BYTES } from "../../core/parts";
import type {
  CompleteUploadRequest,
  Content,
  CopyObjectRequest,
  CopyPartRequest,
  CopyResult,
  CreateUploadRequest,
  ListedPart,
  ListPage,
  ListRequest,
} from "../../core/ports";
import { ABSENT, type ChecksumAlgorithm, type DestinationState, type FullObjectChecksum } from "../../core/state";
import { type Piece, type Replica, wholePiece } from "./objects";
import { hashText } from "./random";
import { refusal, type SimSource } from "./source";
import { EPOCH_MS } from "./time";

export type Landing<T> = () => T;

export interface SimPart {
  readonly etag: string;
  readonly piece: Piece;
}

export interface SimUpload {
  readonly id: string;
  readonly key: string;
  readonly content: Content;
  /** Who asked for it. */
  readonly creator: string;
  readonly parts: Map<number, SimPart>;
  /** Processes that know of it, from creating or listing it, and since when. */
  readonly knownBy: Map<string, number>;
}

/** What a directory bucket may or may not take; unknown of the real one, so a choice of the scenario. */
export interface DestinationTraits {
  readonly refusedKeys: readonly string[];
  readonly knowsCrc64: boolean;
}

export class SimDestination {
  readonly uploads = new Map<string, SimUpload>();
  private readonly objects = new Map<string, Replica>();
  private counter = 0;

  constructor(
    readonly name: string,
    private readonly source: SimSource,
    private readonly traits: DestinationTraits,
    private readonly now: () => number,
    private readonly changed: (key: string, replica: Replica | undefined) => void,
  ) {}

  get(key: string): Replica | undefined {
    return this.objects.get(key);
  }

  keys(): readonly string[] {
    return [...this.objects.keys()];
  }

  head(key: string): DestinationState {
    const replica = this.objects.get(key);
    if (replica === undefined) return ABSENT;
    const { pieces: _, lastModified: __, ...state } = replica;
    return { kind: "object", ...state };
  }

  /** One page of the listing, an object at a time, in an order that says nothing about the keys. */
  list({ prefix, delimited = false, after, token = "" }: ListRequest): ListPage {
    if (after !== undefined || (prefix !== "" && !prefix.endsWith("/")))
      throw refusal("InvalidRequest", "ListObjectsV2");
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix) && !(delimited && key.includes("/", prefix.length)))
      .map((key) => ({ key, order: hashText(key, 7).toString(36).padStart(8, "0") }))
      .sort((a, b) => (a.order < b.order ? -1 : 1))
      .filter(({ order }) => order > token);
    const [first] = keys;
    const replica = first === undefined ? undefined : this.objects.get(first.key);
    if (first === undefined || replica === undefined) return { objects: [], prefixes: [], token: undefined };
    const { size, etag, lastModified } = replica;
    const objects = [{ key: first.key, size, etag, lastModified }];
    return { objects, prefixes: [], token: keys.length > 1 ? first.order : undefined };
  }

  copyObject(request: CopyObjectRequest): Landing<CopyResult> {
    this.accept(request.key, request.checksumAlgorithm, "CopyObject");
    const version = this.source.open(request.key, request.sourceEtag, "CopyObject");
    if (version.size > MAX_SINGLE_COPY_BYTES) throw refusal("InvalidRequest", "CopyObject");
    const content = request.content ?? { headers: version.headers, metadata: version.metadata };
    return () => this.store(request.key, [wholePiece(version)], version.size, content, request.checksumAlgorithm);
  }

  deleteObject(key: string, ifMatch: string | undefined): Landing<void> {
    return () => {
      const present = this.objects.get(key);
      if (ifMatch !== undefined && present !== undefined && present.etag !== ifMatch) {
        throw refusal("PreconditionFailed", "DeleteObject");
      }
      if (this.objects.delete(key)) this.changed(key, undefined);
    };
  }

  createUpload(request: CreateUploadRequest, creator: string): Landing<string> {
    this.accept(request.key, request.checksumAlgorithm, "CreateMultipartUpload");
    const { key, content } = request;
    return () => {
      const id = `u${String(++this.counter)}`;
      this.uploads.set(id, { id, key, content, creator, parts: new Map(), knownBy: new Map() });
      return id;
    };
  }

  copyPart(request: CopyPartRequest): Landing<string> {
    const operation = "UploadPartCopy";
    this.upload(request.key, request.uploadId, operation);
    const version = this.source.open(request.key, request.sourceEtag, operation);
    const { firstByte, lastByte } = request;
    if (firstByte < 0 || lastByte < firstByte || lastByte >= version.size) throw refusal("InvalidRequest", operation);
    return () => {
      // An abort in between fences the part off: it finds no upload any more.
      const upload = this.upload(request.key, request.uploadId, operation);
      const etag = `p${String(++this.counter)}`;
      upload.parts.set(request.partNumber, { etag, piece: { contentId: version.contentId, firstByte, lastByte } });
      return etag;
    };
  }

  completeUpload(request: CompleteUploadRequest): Landing<CopyResult> {
    const operation = "CompleteMultipartUpload";
    const upload = this.upload(request.key, request.uploadId, operation);
    const parts = request.parts.map(({ partNumber, etag }, index) => {
      if (partNumber !== index + 1) throw refusal("InvalidRequest", operation);
      const part = upload.parts.get(partNumber);
      if (part?.etag !== etag) throw refusal("InvalidPart", operation);
      const isLast = index === request.parts.length - 1;
      if (!isLast && bytesOf(part.piece) < MIN_PART_BYTES) throw refusal("InvalidRequest", operation);
      return part.piece;
    });
    const size = parts.reduce((sum, piece) => sum + bytesOf(piece), 0);
    if (size !== request.size || parts.length === 0) throw refusal("InvalidRequest", operation);
    return () => {
      this.upload(request.key, request.uploadId, operation);
      this.uploads.delete(upload.id);
      return this.store(request.key, parts, size, upload.content, request.checksumAlgorithm);
    };
  }

  abortUpload(key: string, uploadId: string): Landing<void> {
    return () => {
      this.upload(key, uploadId, "AbortMultipartUpload");
      this.uploads.delete(uploadId);
    };
  }

  listParts(key: string, uploadId: string): readonly ListedPart[] {
    return [...this.upload(key, uploadId, "ListParts").parts]
      .sort(([a], [b]) => a - b)
      .map(([partNumber, { etag, piece }]) => ({ partNumber, etag, size: bytesOf(piece) }));
  }

  /** Somebody has been told the id: an answer that is lost leaves an upload that nobody knows. */
  announce(uploadId: string, to: string): string {
    this.uploads.get(uploadId)?.knownBy.set(to, this.now());
    return uploadId;
  }

  listUploads(key: string): readonly string[] {
    return [...this.uploads.values()].filter((upload) => upload.key === key).map(({ id }) => id);
  }

  private upload(key: string, uploadId: string, operation: string): SimUpload {
    const upload = this.uploads.get(uploadId);
    if (upload?.key !== key) throw refusal("NoSuchUpload", operation);
    return upload;
  }

  private accept(key: string, algorithm: ChecksumAlgorithm | undefined, operation: string): void {
    if (this.traits.refusedKeys.includes(key)) throw refusal("KeyRefused", operation);
    if (algorithm === "CRC64NVME" && !this.traits.knowsCrc64) throw refusal("ChecksumUnsupported", operation);
  }

  private store(
    key: string,
    pieces: readonly Piece[],
    size: number,
    content: Content,
    algorithm: ChecksumAlgorithm | undefined,
  ): CopyResult {
    const checksum = algorithm === undefined ? undefined : checksumOf(algorithm, pieces);
    const replica: Replica = {
      pieces,
      size,
      etag: `x${String(++this.counter)}`,
      lastModified: Math.floor((EPOCH_MS + this.now()) / 1000),
      headers: content.headers,
      metadata: content.metadata,
      ...(checksum === undefined ? {} : { checksum }),
    };
    this.objects.set(key, replica);
    this.changed(key, replica);
    return checksum === undefined ? {} : { checksum };
  }
}

/** The fingerprint a replica carries, for reports. */
export function fingerprintIn(replica: Replica | undefined): string {
  return replica?.metadata[FINGERPRINT_KEY] ?? "none";
}

function bytesOf(piece: Piece): number {
  return piece.lastByte - piece.firstByte + 1;
}

function checksumOf(algorithm: ChecksumAlgorithm, pieces: readonly Piece[]): FullObjectChecksum {
  const contents = [...new Set(pieces.map((piece) => piece.contentId))];
  return { algorithm, value: `${algorithm.toLowerCase()}-${contents.join("+")}` };
}
