/** The general purpose bucket: HEADs over the lean transport, everything else through the SDK. */
import type { SourceBucket } from "../../core/ports";
import { ABSENT, type SourceState } from "../../core/state";
import { sourceObjectOf } from "../object-headers";
import { leanHead } from "./head";
import type { S3Transport } from "./s3-transport";

/** @param sdk the same bucket through the SDK */
export function makeLeanSourceBucket(sdk: SourceBucket, transport: S3Transport): SourceBucket {
  const bySdk = (key: string, signal: AbortSignal): Promise<SourceState> => sdk.head(key, signal);
  return {
    ...sdk,
    head: (key, signal) =>
      leanHead<SourceState>(transport, { key, session: false, parse: sourceObjectOf, absent: ABSENT, bySdk }, signal),
  };
}
