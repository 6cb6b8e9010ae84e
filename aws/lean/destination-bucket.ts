/**
 * The directory bucket: HEAD, copies and DELETE over the lean transport; what only happens after trouble goes through the SDK. Each
 * request is what aws/destination-bucket.ts would send. Multipart copies are in destination-uploads.ts.
 */
import { encodeCopySource } from "../../core/keys";
import { isSyncError } from "../../core/errors";
import type { CancelSignal, CopyObjectRequest, CopyResult, DestinationBucket } from "../../core/ports";
import { ABSENT, type DestinationState } from "../../core/state";
import { incompleteAnswer } from "../call";
import { copyResult } from "../destination-context";
import type { ExplainHead } from "../head";
import { destinationObjectOf, quoted } from "../object-headers";
import { contentHeaders, type RawHeaders } from "../wire-headers";
import { encryptionHeaders, makeLeanUploads } from "./destination-uploads";
import { leanHead } from "./head";
import type { S3Transport } from "./s3-transport";

export interface LeanDestinationOptions {
  /** The same bucket through the SDK. */
  readonly sdk: DestinationBucket;
  readonly transport: S3Transport;
  readonly explain: ExplainHead;
  readonly sourceBucket: string;
  readonly kmsKeyArn?: string;
}

export function makeLeanDestinationBucket(options: LeanDestinationOptions): DestinationBucket {
  const { sdk, transport, explain } = options;
  return {
    ...sdk,
    head: (key, signal) =>
      leanHead<DestinationState>(
        transport,
        { key, session: true, parse: destinationObjectOf, absent: ABSENT, explain },
        signal,
      ),
    copyObject: (request, signal) => copyObject(options, request, signal),
    deleteObject: (key, signal, ifMatch) => deleteObject(transport, key, signal, ifMatch),
    ...makeLeanUploads(options),
  };
}

async function copyObject(
  { transport, sourceBucket, kmsKeyArn }: LeanDestinationOptions,
  { key, sourceEtag, content, checksumAlgorithm }: CopyObjectRequest,
  signal: CancelSignal,
): Promise<CopyResult> {
  const headers: RawHeaders = {
    "x-amz-copy-source": encodeCopySource(sourceBucket, key),
    "x-amz-copy-source-if-match": quoted(sourceEtag),
    "x-amz-metadata-directive": content === undefined ? "COPY" : "REPLACE",
    // Without it a tagged source is a 501: directory buckets have no object tags (API CopyObject).
    "x-amz-tagging-directive": "REPLACE",
    ...(checksumAlgorithm === undefined ? {} : { "x-amz-checksum-algorithm": checksumAlgorithm }),
    ...encryptionHeaders(kmsKeyArn),
    ...(content === undefined ? {} : contentHeaders(content)),
  };
  const { fields } = await transport.send(
    { operation: "CopyObject", kind: "write", method: "PUT", key, headers },
    signal,
  );
  if (fields["ETag"] === undefined) throw incompleteAnswer("CopyObject", "ETag", "write");
  return copyResult(fields, checksumAlgorithm);
}

/** A missing object is a success; S3 answers 204 for it, but a 404 would mean the same. */
async function deleteObject(
  transport: S3Transport,
  key: string,
  signal: CancelSignal,
  ifMatch: string | undefined,
): Promise<void> {
  const headers: RawHeaders = ifMatch === undefined ? {} : { "if-match": quoted(ifMatch) };
  const request = { operation: "DeleteObject", kind: "write", method: "DELETE", key, headers, session: true } as const;
  try {
    await transport.send(request, signal);
  } catch (error) {
    if (!isSyncError(error) || error.code !== "NoSuchKey") throw error;
  }
}
