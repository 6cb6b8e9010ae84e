/** Objects without bytes: what they contain is known by identity, so a torn object can be told from a whole one. */
import { FINGERPRINT_KEY } from "../../core/fingerprint";
import type { FullObjectChecksum, Headers, Metadata } from "../../core/state";

/** One state of a source key. Equal bytes have equal content ids. */
export interface SourceVersion {
  readonly contentId: string;
  readonly size: number;
  readonly etag: string;
  /** Epoch seconds. */
  readonly lastModified: number;
  readonly versionId?: string;
  readonly headers: Headers;
  readonly metadata: Metadata;
  readonly checksum?: FullObjectChecksum;
}

/** A byte range of some content. */
export interface Piece {
  readonly contentId: string;
  readonly firstByte: number;
  /** Inclusive; one less than `firstByte` when empty. */
  readonly lastByte: number;
}

/** One object in the directory bucket. */
export interface Replica {
  readonly pieces: readonly Piece[];
  readonly size: number;
  readonly etag: string;
  /** Epoch seconds. */
  readonly lastModified: number;
  readonly headers: Headers;
  readonly metadata: Metadata;
  readonly checksum?: FullObjectChecksum;
}

export function wholePiece(version: SourceVersion): Piece {
  return { contentId: version.contentId, firstByte: 0, lastByte: version.size - 1 };
}

/** Whether the pieces are not one content from its first byte on without gaps. */
export function isTorn(replica: Replica): boolean {
  let next = 0;
  for (const piece of replica.pieces) {
    if (piece.contentId !== replica.pieces[0]?.contentId || piece.firstByte !== next) return true;
    next = piece.lastByte + 1;
  }
  return next !== replica.size;
}

/** What the product promises: same bytes, same headers, same metadata but for our own fingerprint. */
export function isEqual(source: SourceVersion | undefined, replica: Replica | undefined): boolean {
  if (source === undefined || replica === undefined) return source === undefined && replica === undefined;
  return (
    !isTorn(replica) &&
    replica.size === source.size &&
    replica.pieces[0]?.contentId === source.contentId &&
    canonical(replica.headers) === canonical(source.headers) &&
    canonical(replica.metadata) === canonical(source.metadata)
  );
}

export function describeSource(version: SourceVersion | undefined): string {
  if (version === undefined) return "absent";
  return `${version.contentId} ${String(version.size)}B etag=${version.etag} modified=${String(version.lastModified)} ${canonical(version.metadata)}`;
}

export function describeReplica(replica: Replica | undefined): string {
  if (replica === undefined) return "absent";
  const contents = [...new Set(replica.pieces.map((piece) => piece.contentId))].join("+");
  return `${contents} ${String(replica.size)}B ${canonical(replica.metadata)}${isTorn(replica) ? " TORN" : ""}`;
}

function canonical(record: Readonly<Record<string, string | undefined>>): string {
  const entries = Object.entries(record).filter(([name, value]) => name !== FINGERPRINT_KEY && value !== undefined);
  const texts = entries.map(
    ([name, value = ""]) => `${name}=${value.length > 20 ? `#${String(value.length)}:${value.slice(-8)}` : value}`,
  );
  return `{${texts.sort().join(" ")}}`;
}
