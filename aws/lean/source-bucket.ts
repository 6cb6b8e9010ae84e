/** The general purpose bucket: HEADs over the lean transport, everything else through the SDK. */
import type { SourceBucket } from "../../core/ports";
import { ABSENT, type SourceState } from "../../core/state";
import type { ExplainHead } from "../head";
import { sourceObjectOf } from "../object-headers";
import { leanHead } from "./head";
import type { S3Transport } from "./s3-transport";

export interface LeanSourceOptions {
  /** The same bucket through the SDK. */
  readonly sdk: SourceBucket;
  readonly transport: S3Transport;
  readonly explain: ExplainHead;
}

export function makeLeanSourceBucket({ sdk, transport, explain }: LeanSourceOptions): SourceBucket {
  return {
    ...sdk,
    head: (key, signal) =>
      leanHead<SourceState>(transport, { key, session: false, parse: sourceObjectOf, absent: ABSENT, explain }, signal),
  };
}
