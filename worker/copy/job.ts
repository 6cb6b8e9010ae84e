/** What one copy is about, and what it may lean on. */
import { FINGERPRINT_KEY, fingerprintFits } from "../../core/fingerprint";
import type { UploadState } from "../../core/messages";
import type { CopyPlan } from "../../core/parts";
import type { Content, DestinationBucket } from "../../core/ports";
import type { SourceObject } from "../../core/state";
import type { KeyCalls } from "../calls";
import type { Progress } from "../progress";
import type { Checksums } from "./checksums";

export interface CopyDeps {
  readonly destination: DestinationBucket;
  readonly checksums: Checksums;
  readonly calls: KeyCalls;
  readonly progress: Progress;
  /** Parts of one object that may be in flight at once: the size of the slot pool. */
  readonly lanes: number;
  /** An upload may have been created whose id we never learned. */
  readonly onOrphan: () => void;
}

export interface CopyJob {
  readonly key: string;
  readonly source: SourceObject;
  readonly fingerprint: string;
  readonly plan: CopyPlan;
  /**
   * The open uploads of this key that we are responsible for. A multipart copy goes on with one of exactly this fingerprint,
   * adds one that it creates, and takes out one that is completed or aborted; what is left can be handed on.
   */
  readonly uploads: UploadState[];
}

/** What the replica carries. Without room for the fingerprint it is left out: correct, only not free on redelivery. */
export function contentOf(source: SourceObject, fingerprint: string): Content {
  if (fingerprintFits(source.metadata, fingerprint)) return provenContent(source, fingerprint);
  return { headers: source.headers, metadata: source.metadata };
}

/** What the replica carries where there is room for the fingerprint. */
export function provenContent(source: SourceObject, fingerprint: string): Content {
  return { headers: source.headers, metadata: { ...source.metadata, [FINGERPRINT_KEY]: fingerprint } };
}
