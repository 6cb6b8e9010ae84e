/** How an object of a given size is copied: one CopyObject, or a multipart copy and its parts. Sizes are bytes. */

export const MIB = 1024 * 1024;
export const GIB = 1024 * MIB;

/** CopyObject refuses sources above this (API CopyObject: "maximum allowable size for a copy source: 5368709120"). */
export const MAX_SINGLE_COPY_BYTES = 5 * GIB;
/** A byte range can only be copied out of a source larger than this (API UploadPartCopy). */
export const MIN_RANGE_SOURCE_BYTES = 5 * MIB;
/** Smallest part but the last (User Guide, multipart upload limits). */
export const MIN_PART_BYTES = 5 * MIB;
export const MAX_PART_BYTES = 5 * GIB;
export const MAX_PARTS = 10_000;
/** 10,000 parts of 5 GiB: 48.8 TiB (User Guide, multipart upload limits). */
export const MAX_OBJECT_BYTES = MAX_PARTS * MAX_PART_BYTES;

export interface CopySizes {
  /** Wanted part size; larger objects get larger parts. */
  readonly partSize: number;
  /** Objects up to this size are copied by one CopyObject. */
  readonly multipartThreshold: number;
}

export interface SinglePlan {
  readonly kind: "single";
  readonly size: number;
}

export interface MultipartPlan {
  readonly kind: "multipart";
  readonly size: number;
  readonly partSize: number;
  /** Parts are numbered 1..partCount without gaps: a directory bucket refuses anything else (API CompletedPart). */
  readonly partCount: number;
}

export type CopyPlan = SinglePlan | MultipartPlan;

export interface PartRange {
  readonly partNumber: number;
  readonly firstByte: number;
  /** Inclusive, as in CopySourceRange. */
  readonly lastByte: number;
}

/** Undefined when no plan within S3's limits exists (object larger than {@link MAX_OBJECT_BYTES}). */
export function planCopy(size: number, sizes: CopySizes): CopyPlan | undefined {
  if (size > MAX_OBJECT_BYTES) return undefined;
  const threshold = Math.min(Math.max(sizes.multipartThreshold, MIN_RANGE_SOURCE_BYTES), MAX_SINGLE_COPY_BYTES);
  if (size <= threshold) return { kind: "single", size };
  const smallest = Math.ceil(size / MAX_PARTS / MIB) * MIB;
  const partSize = Math.min(Math.max(sizes.partSize, smallest, MIN_PART_BYTES), MAX_PART_BYTES);
  return { kind: "multipart", size, partSize, partCount: Math.ceil(size / partSize) };
}

/** The byte range of one part; part numbers start at 1. */
export function partRange(plan: MultipartPlan, partNumber: number): PartRange {
  const firstByte = (partNumber - 1) * plan.partSize;
  return { partNumber, firstByte, lastByte: Math.min(firstByte + plan.partSize, plan.size) - 1 };
}

export function partBytes(plan: MultipartPlan, partNumber: number): number {
  const range = partRange(plan, partNumber);
  return range.lastByte - range.firstByte + 1;
}

/** Copy requests an object of this size will take; an unknown size counts as one. */
export function plannedRequests(size: number | undefined, sizes: CopySizes): number {
  if (size === undefined) return 1;
  const plan = planCopy(size, sizes);
  return plan?.kind === "multipart" ? plan.partCount : 1;
}
