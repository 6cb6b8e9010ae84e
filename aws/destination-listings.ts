/** What is open at the directory bucket: parts of an upload, uploads of a key. All pages. */
import {
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type ListMultipartUploadsOutput,
  type Part,
} from "@aws-sdk/client-s3";
import { decodeEventKey, uploadsPrefix } from "../core/keys";
import type { CancelSignal, DestinationBucket, ListedPart } from "../core/ports";
import { incompleteAnswer } from "./call";
import type { DestinationContext } from "./destination-context";
import { unquoted } from "./object-headers";

type Listings = Pick<DestinationBucket, "listParts" | "listUploads">;

export function makeListings(context: DestinationContext): Listings {
  return {
    listParts: (key, uploadId, signal) => listParts(context, key, uploadId, signal),
    listUploads: (key, signal) => listUploads(context, key, signal),
  };
}

async function listParts(
  { call, name }: DestinationContext,
  key: string,
  uploadId: string,
  signal: CancelSignal,
): Promise<readonly ListedPart[]> {
  const parts: ListedPart[] = [];
  let marker: string | undefined;
  do {
    const command = new ListPartsCommand({
      Bucket: name,
      Key: key,
      UploadId: uploadId,
      ...(marker === undefined ? {} : { PartNumberMarker: marker }),
    });
    const { output } = await call(command, { operation: "ListParts", kind: "read", signal });
    parts.push(...(output.Parts ?? []).map(listedPart));
    marker = nextMarker("ListParts", output.IsTruncated, output.NextPartNumberMarker, marker);
  } while (marker !== undefined);
  return parts;
}

function listedPart({ PartNumber, ETag, Size }: Part): ListedPart {
  if (PartNumber === undefined || ETag === undefined || Size === undefined) {
    throw incompleteAnswer("ListParts", "PartNumber, ETag or Size", "read");
  }
  return { partNumber: PartNumber, etag: unquoted(ETag), size: Size };
}

/**
 * A directory bucket only takes prefixes that end in `/` and sorts nothing, so the whole directory of the key is listed (with
 * the delimiter: without what lies deeper) and filtered.
 */
async function listUploads(
  { call, name }: DestinationContext,
  key: string,
  signal: CancelSignal,
): Promise<readonly string[]> {
  const prefix = uploadsPrefix(key);
  const ids: string[] = [];
  let keyMarker: string | undefined;
  let uploadIdMarker: string | undefined;
  do {
    const command = new ListMultipartUploadsCommand({
      Bucket: name,
      Delimiter: "/",
      // XML cannot carry every key.
      EncodingType: "url",
      ...(prefix === "" ? {} : { Prefix: prefix }),
      ...(keyMarker === undefined ? {} : { KeyMarker: keyMarker }),
      // Directory buckets give none and take none.
      ...(uploadIdMarker ? { UploadIdMarker: uploadIdMarker } : {}),
    });
    const { output } = await call(command, { operation: "ListMultipartUploads", kind: "read", signal });
    ids.push(...uploadsOf(key, output));
    uploadIdMarker = output.NextUploadIdMarker;
    const marker = nextMarker(
      "ListMultipartUploads",
      output.IsTruncated,
      output.NextKeyMarker,
      uploadIdMarker ? undefined : keyMarker,
    );
    keyMarker = marker === undefined ? undefined : decoded(output, marker);
  } while (keyMarker !== undefined);
  return ids;
}

function uploadsOf(key: string, output: ListMultipartUploadsOutput): string[] {
  const own = (output.Uploads ?? []).filter((upload) => decoded(output, upload.Key ?? "") === key);
  return own.flatMap((upload) => (upload.UploadId ? [upload.UploadId] : []));
}

/** The answer says whether it honoured the encoding. */
function decoded(output: ListMultipartUploadsOutput, text: string): string {
  return output.EncodingType === "url" ? (decodeEventKey(text) ?? text) : text;
}

/** A truncated page without a way on would be taken for the last one, or repeat for ever. */
function nextMarker(
  operation: string,
  isTruncated: boolean | undefined,
  next: string | undefined,
  previous: string | undefined,
): string | undefined {
  if (isTruncated !== true) return undefined;
  if (!next || next === previous) throw incompleteAnswer(operation, "marker of the next page", "read");
  return next;
}
