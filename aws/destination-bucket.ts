/** The directory bucket through the SDK. */
import { CopyObjectCommand, DeleteObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { isSyncError } from "../core/errors";
import { encodeCopySource } from "../core/keys";
import type { CancelSignal, CopyObjectRequest, CopyResult, DestinationBucket } from "../core/ports";
import { ABSENT } from "../core/state";
import { incompleteAnswer, makeCall } from "./call";
import { copyResult, type DestinationContext, type Encryption } from "./destination-context";
import { makeListings } from "./destination-listings";
import { makeUploads } from "./destination-uploads";
import { headObject } from "./head";
import { destinationObjectOf, quoted } from "./object-headers";
import type { Sessions } from "./sessions";
import { contentHeaders } from "./wire-headers";

export interface DestinationBucketOptions {
  readonly client: S3Client;
  /** Told when a session is no longer taken. */
  readonly sessions?: Pick<Sessions, "invalidate">;
  readonly name: string;
  /** Where the copies come from. */
  readonly sourceBucket: string;
  /** The key of the bucket's default encryption; a directory bucket takes no other. */
  readonly kmsKeyArn?: string;
}

export function makeDestinationBucket(options: DestinationBucketOptions): DestinationBucket {
  const { client, sessions, name, sourceBucket, kmsKeyArn } = options;
  const call = makeCall(client, (token) => sessions?.invalidate(name, token));
  const encryption: Encryption =
    kmsKeyArn === undefined ? {} : { ServerSideEncryption: "aws:kms", SSEKMSKeyId: kmsKeyArn };
  const context: DestinationContext = { call, name, sourceBucket, encryption };
  return {
    name,
    head: async (key, signal) => (await headObject(call, name, key, destinationObjectOf, signal)) ?? ABSENT,
    copyObject: (request, signal) => copyObject(context, request, signal),
    deleteObject: (key, signal, ifMatch) => deleteObject(context, key, signal, ifMatch),
    ...makeUploads(context),
    ...makeListings(context),
  };
}

async function copyObject(
  { call, name, sourceBucket, encryption }: DestinationContext,
  request: CopyObjectRequest,
  signal: CancelSignal,
): Promise<CopyResult> {
  const { key, sourceEtag, content, checksumAlgorithm } = request;
  const command = new CopyObjectCommand({
    Bucket: name,
    Key: key,
    CopySource: encodeCopySource(sourceBucket, key),
    CopySourceIfMatch: quoted(sourceEtag),
    MetadataDirective: content === undefined ? "COPY" : "REPLACE",
    // Without it a tagged source is a 501: directory buckets have no object tags (API CopyObject).
    TaggingDirective: "REPLACE",
    ...(checksumAlgorithm === undefined ? {} : { ChecksumAlgorithm: checksumAlgorithm }),
    ...encryption,
  });
  const headers = content === undefined ? {} : contentHeaders(content);
  const { output } = await call(command, { operation: "CopyObject", kind: "write", signal, headers });
  const result = output.CopyObjectResult;
  if (result?.ETag === undefined) throw incompleteAnswer("CopyObject", "ETag", "write");
  return copyResult(result, checksumAlgorithm);
}

/** A missing object is a success; S3 answers 204 for it, but a 404 would mean the same. */
async function deleteObject(
  { call, name }: DestinationContext,
  key: string,
  signal: CancelSignal,
  ifMatch: string | undefined,
): Promise<void> {
  const condition = ifMatch === undefined ? {} : { IfMatch: quoted(ifMatch) };
  const command = new DeleteObjectCommand({ Bucket: name, Key: key, ...condition });
  try {
    await call(command, { operation: "DeleteObject", kind: "write", signal });
  } catch (error) {
    if (!isSyncError(error) || error.code !== "NoSuchKey") throw error;
  }
}
