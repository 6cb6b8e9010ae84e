/** Buckets and objects as a cloud before this one left them in the directory. */
import type { BlobStore } from "./blobs";
import type { BucketContent } from "./journal";
import type { Bucket } from "./model";
import { uploadFrom, versionFrom } from "./stored-form";
import { makeBucket } from "./world";

/** @throws Error for an object whose file is not there */
export function restoredBucket({ bucket: form, keys, uploads }: BucketContent, blobs: BlobStore): Bucket {
  const bucket: Bucket = Object.assign(makeBucket(form.name, form.kind, form.createdMs), form);
  for (const [key, versions] of keys) {
    bucket.objects.set(
      key,
      versions.map((version) => versionFrom(version, blobs)),
    );
    bucket.index.add(key);
  }
  for (const [uploadId, { upload, parts }] of uploads)
    bucket.uploads.set(uploadId, uploadFrom(upload, parts.values(), blobs));
  return bucket;
}

/** Bytes of all objects, for the counter. */
export function bytesIn(bucket: Bucket): number {
  let sum = 0;
  for (const versions of bucket.objects.values())
    for (const version of versions) if (!version.isDeleteMarker) sum += version.size;
  return sum;
}
