/** What the contract suites of a `DestinationBucket` work on. */
import type { Content, CopyObjectRequest, DestinationBucket } from "../../../core/ports";
import type { FullObjectChecksum } from "../../../core/state";
import type { Fixture } from "./fixtures";

export interface DestinationSubject {
  readonly destination: DestinationBucket;
  /** Resolves to what a HEAD of the source would say. */
  readonly putSource: (key: string, fixture?: Fixture) => Promise<{ etag: string; checksum?: FullObjectChecksum }>;
  readonly removeSource: (key: string) => Promise<void>;
  /** The destination object's bytes. */
  readonly read: (key: string) => Promise<Uint8Array | undefined>;
  readonly close: () => Promise<void>;
}

export interface DestinationContract {
  readonly name: string;
  readonly make: () => Promise<DestinationSubject>;
}

export const CONTENT: Content = {
  headers: { "content-type": "text/plain", "cache-control": "no-store" },
  metadata: { owner: "me", "s3es-source": "1;abc;3;1;;d" },
};

export const copyOf = (key: string, sourceEtag: string, more: Partial<CopyObjectRequest> = {}): CopyObjectRequest => ({
  key,
  sourceEtag,
  content: CONTENT,
  checksumAlgorithm: undefined,
  ...more,
});
