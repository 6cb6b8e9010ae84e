/** Multipart copies into the directory bucket: create, copy parts, complete, abort. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { encodeCopySource } from "../core/keys";
import type {
  CancelSignal,
  CompleteUploadRequest,
  CopyPartRequest,
  CopyResult,
  CreateUploadRequest,
  DestinationBucket,
} from "../core/ports";
import { incompleteAnswer } from "./call";
import { copyResult, type DestinationContext } from "./destination-context";
import { quoted, unquoted } from "./object-headers";
import { contentHeaders } from "./wire-headers";

type Uploads = Pick<DestinationBucket, "createUpload" | "copyPart" | "completeUpload" | "abortUpload">;

export function makeUploads(context: DestinationContext): Uploads {
  return {
    createUpload: (request, signal) => createUpload(context, request, signal),
    copyPart: (request, signal) => copyPart(context, request, signal),
    completeUpload: (request, signal) => completeUpload(context, request, signal),
    abortUpload: async (key, uploadId, signal) => {
      const command = new AbortMultipartUploadCommand({ Bucket: context.name, Key: key, UploadId: uploadId });
      await context.call(command, { operation: "AbortMultipartUpload", kind: "write", signal });
    },
  };
}

/** Nothing of the source is taken over by itself (API CreateMultipartUpload), so the content is said here. */
async function createUpload(
  { call, name, encryption }: DestinationContext,
  { key, content, checksumAlgorithm }: CreateUploadRequest,
  signal: CancelSignal,
): Promise<string> {
  const command = new CreateMultipartUploadCommand({
    Bucket: name,
    Key: key,
    ...(checksumAlgorithm === undefined ? {} : { ChecksumAlgorithm: checksumAlgorithm, ChecksumType: "FULL_OBJECT" }),
    ...encryption,
  });
  const headers = contentHeaders(content);
  const { output } = await call(command, { operation: "CreateMultipartUpload", kind: "write", signal, headers });
  if (!output.UploadId) throw incompleteAnswer("CreateMultipartUpload", "UploadId", "write");
  return output.UploadId;
}

async function copyPart(
  { call, name, sourceBucket }: DestinationContext,
  request: CopyPartRequest,
  signal: CancelSignal,
): Promise<string> {
  const { key, uploadId, partNumber, firstByte, lastByte, sourceEtag } = request;
  const command = new UploadPartCopyCommand({
    Bucket: name,
    Key: key,
    UploadId: uploadId,
    PartNumber: partNumber,
    CopySource: encodeCopySource(sourceBucket, key),
    CopySourceRange: `bytes=${firstByte}-${lastByte}`,
    CopySourceIfMatch: quoted(sourceEtag),
  });
  const { output } = await call(command, { operation: "UploadPartCopy", kind: "write", signal });
  const etag = output.CopyPartResult?.ETag;
  if (!etag) throw incompleteAnswer("UploadPartCopy", "ETag", "write");
  return unquoted(etag);
}

/** Without If-Match: the destination's ETag is random and says nothing; the source conditions of the parts are the fence. */
async function completeUpload(
  { call, name }: DestinationContext,
  request: CompleteUploadRequest,
  signal: CancelSignal,
): Promise<CopyResult> {
  const { key, uploadId, parts, size, checksumAlgorithm } = request;
  const command = new CompleteMultipartUploadCommand({
    Bucket: name,
    Key: key,
    UploadId: uploadId,
    MultipartUpload: { Parts: parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: quoted(etag) })) },
    MpuObjectSize: size,
    ...(checksumAlgorithm === undefined ? {} : { ChecksumType: "FULL_OBJECT" }),
  });
  const { output } = await call(command, { operation: "CompleteMultipartUpload", kind: "write", signal });
  if (!output.ETag) throw incompleteAnswer("CompleteMultipartUpload", "ETag", "write");
  return copyResult(output, checksumAlgorithm);
}
