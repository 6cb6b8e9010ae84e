/** Objects and uploads as text that can be kept: JSON, with the bytes of small blobs in it and the names of the others' files. */
import { memoryBlob, phantomBlob, type BlobStore, type Extent, type Extents } from "./blobs";
import type { Bucket, Part, StoredVersion, Upload } from "./model";

/** One range of one blob. Small blobs are written out once per range: only the range, which is then a blob of its own. */
export type StoredExtent =
  | { readonly base64: string }
  | { readonly file: string; readonly size: number; readonly offset: number; readonly length: number }
  | { readonly phantom: number; readonly size: number; readonly offset: number; readonly length: number };

type Stored<T extends { readonly extents: Extents }> = Omit<T, "extents"> & {
  readonly extents: readonly StoredExtent[];
};

export type VersionForm =
  Stored<Extract<StoredVersion, { isDeleteMarker: false }>> | Extract<StoredVersion, { isDeleteMarker: true }>;

export type PartForm = Stored<Part>;

/** An upload without its parts: each is written as it comes. */
export type UploadForm = Omit<Upload, "parts">;

/** Everything of a bucket but what is in it. */
export type BucketForm = Omit<Bucket, "objects" | "index" | "uploads" | "sleep">;

export function bucketForm({ objects: _o, index: _i, uploads: _u, sleep: _s, ...rest }: Bucket): BucketForm {
  return rest;
}

export function versionForm(version: StoredVersion): VersionForm {
  return version.isDeleteMarker ? version : { ...version, extents: version.extents.map(extentForm) };
}

export function uploadForm({ parts: _parts, ...rest }: Upload): UploadForm {
  return rest;
}

export function partForm(part: Part): PartForm {
  return { ...part, extents: part.extents.map(extentForm) };
}

/** Holds a reference to each blob. @throws Error for a file that is not there */
export function versionFrom(form: VersionForm, blobs: BlobStore): StoredVersion {
  if (form.isDeleteMarker) return form;
  return { ...form, extents: extentsFrom(form.extents, blobs) };
}

/** Holds a reference to each blob. @throws Error for a file that is not there */
export function uploadFrom(form: UploadForm, parts: Iterable<PartForm>, blobs: BlobStore): Upload {
  const upload: Upload = { ...form, parts: new Map() };
  for (const part of parts) upload.parts.set(part.number, { ...part, extents: extentsFrom(part.extents, blobs) });
  return upload;
}

function extentForm({ blob, offset, length }: Extent): StoredExtent {
  const { content, size } = blob;
  switch (content.kind) {
    case "memory":
      return { base64: content.bytes.toString("base64", offset, offset + length) };
    case "file":
      return { file: content.path.slice(content.path.lastIndexOf("/") + 1), size, offset, length };
    case "phantom":
      return { phantom: content.seed, size, offset, length };
  }
}

function extentsFrom(forms: readonly StoredExtent[], blobs: BlobStore): Extents {
  return forms.map((form) => {
    if ("base64" in form) {
      const blob = memoryBlob(Buffer.from(form.base64, "base64"));
      return { blob, offset: 0, length: blob.size };
    }
    const { offset, length } = form;
    if ("phantom" in form) return { blob: phantomBlob(form.size, form.phantom), offset, length };
    const blob = blobs.adopt(form.file, form.size);
    blobs.retain([{ blob, offset, length }]);
    return { blob, offset, length };
  });
}
