/** ListObjectsV2 through the SDK, for both kinds of buckets. */
import { ListObjectsV2Command, type ListObjectsV2Output, type S3Client, type _Object } from "@aws-sdk/client-s3";
import { decodeEventKey } from "../core/keys";
import type { ListedObject, Listing, ListPage, ListRequest } from "../core/ports";
import { incompleteAnswer, makeCall } from "./call";
import { unquoted } from "./object-headers";
import type { Sessions } from "./sessions";

export interface ListingOptions {
  readonly client: S3Client;
  readonly name: string;
  /** Of a directory bucket: told when a session is no longer taken. */
  readonly sessions?: Pick<Sessions, "invalidate">;
}

export function makeListing({ client, name, sessions }: ListingOptions): Listing {
  const call = makeCall(client, (token) => sessions?.invalidate(name, token));
  return {
    name,
    async list(request, signal) {
      const command = new ListObjectsV2Command(inputOf(name, request));
      const { output } = await call(command, { operation: "ListObjectsV2", kind: "read", signal });
      return pageOf(output, request.token);
    },
  };
}

function inputOf(name: string, { prefix, delimited, after, token, maxKeys }: ListRequest) {
  return {
    Bucket: name,
    // XML cannot carry every key.
    EncodingType: "url" as const,
    ...(prefix === "" ? {} : { Prefix: prefix }),
    ...(delimited === true ? { Delimiter: "/" } : {}),
    ...(token === undefined ? {} : { ContinuationToken: token }),
    // With a token S3 ignores it.
    ...(after === undefined || token !== undefined ? {} : { StartAfter: after }),
    ...(maxKeys === undefined ? {} : { MaxKeys: maxKeys }),
  };
}

function pageOf(output: ListObjectsV2Output, previous: string | undefined): ListPage {
  // The answer says whether it honoured the encoding.
  const decoded = (text: string): string => (output.EncodingType === "url" ? (decodeEventKey(text) ?? text) : text);
  return {
    objects: (output.Contents ?? []).map((object) => listed(object, decoded)),
    prefixes: (output.CommonPrefixes ?? []).map(({ Prefix = "" }) => decoded(Prefix)),
    token: nextToken(output, previous),
  };
}

function listed(
  { Key, Size, ETag, LastModified, StorageClass }: _Object,
  decoded: (text: string) => string,
): ListedObject {
  if (Key === undefined || Size === undefined || ETag === undefined || LastModified === undefined) {
    throw incompleteAnswer("ListObjectsV2", "Key, Size, ETag or LastModified", "read");
  }
  return {
    key: decoded(Key),
    size: Size,
    etag: unquoted(ETag),
    lastModified: Math.floor(LastModified.getTime() / 1000),
    ...(StorageClass === undefined ? {} : { storageClass: StorageClass }),
  };
}

/** A truncated page without a way on would be taken for the last one, and what follows for missing. */
function nextToken({ IsTruncated, NextContinuationToken }: ListObjectsV2Output, previous: string | undefined) {
  if (IsTruncated !== true) return undefined;
  if (!NextContinuationToken || NextContinuationToken === previous) {
    throw incompleteAnswer("ListObjectsV2", "token of the next page", "read");
  }
  return NextContinuationToken;
}
