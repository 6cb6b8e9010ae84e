/**
 * Multipart copies into the directory bucket over the lean transport: create, copy parts, complete. Each request is what
 * aws/destination-uploads.ts would send.
 */
import { encodeCopySource } from "../../core/keys";
import type {
  CancelSignal,
  CompletedPart,
  CompleteUploadRequest,
  CopyPartRequest,
  CopyResult,
  CreateUploadRequest,
  DestinationBucket,
} from "../../core/ports";
import { incompleteAnswer } from "../call";
import { copyResult } from "../destination-context";
import { quoted, unquoted } from "../object-headers";
import { contentHeaders, type RawHeaders } from "../wire-headers";
import type { S3Transport } from "./s3-transport";
import { escapeXml } from "./xml";

export interface LeanUploadOptions {
  readonly transport: S3Transport;
  readonly sourceBucket: string;
  readonly kmsKeyArn?: string;
}

type Uploads = Pick<DestinationBucket, "createUpload" | "copyPart" | "completeUpload">;

export function makeLeanUploads(options: LeanUploadOptions): Uploads {
  return {
    createUpload: (request, signal) => createUpload(options, request, signal),
    copyPart: (request, signal) => copyPart(options, request, signal),
    completeUpload: (request, signal) => completeUpload(options, request, signal),
  };
}

/** The key of the bucket's default encryption; a directory bucket takes no other (API CopyObject, CreateMultipartUpload). */
export function encryptionHeaders(kmsKeyArn: string | undefined): RawHeaders {
  if (kmsKeyArn === undefined) return {};
  return { "x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": kmsKeyArn };
}

/** Nothing of the source is taken over by itself (API CreateMultipartUpload), so the content is said here. */
async function createUpload(
  { transport, kmsKeyArn }: LeanUploadOptions,
  { key, content, checksumAlgorithm }: CreateUploadRequest,
  signal: CancelSignal,
): Promise<string> {
  const operation = "CreateMultipartUpload";
  const headers: RawHeaders = {
    ...(checksumAlgorithm === undefined
      ? {}
      : { "x-amz-checksum-algorithm": checksumAlgorithm, "x-amz-checksum-type": "FULL_OBJECT" }),
    ...encryptionHeaders(kmsKeyArn),
    ...contentHeaders(content),
  };
  const request = { operation, kind: "write", method: "POST", key, query: "uploads=", headers, session: true } as const;
  const { fields } = await transport.send(request, signal);
  if (!fields["UploadId"]) throw incompleteAnswer(operation, "UploadId", "write");
  return fields["UploadId"];
}

async function copyPart(
  { transport, sourceBucket }: LeanUploadOptions,
  { key, uploadId, partNumber, firstByte, lastByte, sourceEtag }: CopyPartRequest,
  signal: CancelSignal,
): Promise<string> {
  const headers: RawHeaders = {
    "x-amz-copy-source": encodeCopySource(sourceBucket, key),
    "x-amz-copy-source-range": `bytes=${firstByte}-${lastByte}`,
    "x-amz-copy-source-if-match": quoted(sourceEtag),
  };
  const query = `partNumber=${partNumber}&uploadId=${encodeURIComponent(uploadId)}`;
  const { fields } = await transport.send(
    { operation: "UploadPartCopy", kind: "write", method: "PUT", key, query, headers },
    signal,
  );
  if (!fields["ETag"]) throw incompleteAnswer("UploadPartCopy", "ETag", "write");
  return unquoted(fields["ETag"]);
}

/** Without If-Match: the destination's ETag is random and says nothing; the source conditions of the parts are the fence. */
async function completeUpload(
  { transport }: LeanUploadOptions,
  { key, uploadId, parts, size, checksumAlgorithm }: CompleteUploadRequest,
  signal: CancelSignal,
): Promise<CopyResult> {
  const operation = "CompleteMultipartUpload";
  const headers: RawHeaders = {
    "content-type": "application/xml",
    "x-amz-mp-object-size": String(size),
    ...(checksumAlgorithm === undefined ? {} : { "x-amz-checksum-type": "FULL_OBJECT" }),
  };
  const query = `uploadId=${encodeURIComponent(uploadId)}`;
  const body = Buffer.from(partsDocument(parts));
  const request = { operation, kind: "write", method: "POST", key, query, headers, body, session: true } as const;
  const { fields } = await transport.send(request, signal);
  if (!fields["ETag"]) throw incompleteAnswer(operation, "ETag", "write");
  return copyResult(fields, checksumAlgorithm);
}

function partsDocument(parts: readonly CompletedPart[]): string {
  const lines = parts.map(
    ({ partNumber, etag }) =>
      `<Part><ETag>${escapeXml(quoted(etag))}</ETag><PartNumber>${partNumber}</PartNumber></Part>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?><CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${lines.join("")}</CompleteMultipartUpload>`;
}
