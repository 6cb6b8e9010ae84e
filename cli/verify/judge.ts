/**
 * The two looks at a key. Pure.
 *
 * The first look has only the two listings. It acquits, or it suspects; nothing is reported on its word, because a listing is
 * minutes or hours old when the run ends. The second look, at the end, has a HEAD of both sides, and decides with the worker's own rule
 * (core/decide.ts).
 */
import { decide, type Decision } from "../../core/decide";
import { FINGERPRINT_KEY, fingerprintFits, parseFingerprint, withoutFingerprint } from "../../core/fingerprint";
import type { CopySizes } from "../../core/parts";
import {
  type DestinationObject,
  type DestinationState,
  sameContent,
  type SourceObject,
  type SourceState,
} from "../../core/state";
import type { Finding } from "./findings";
import type { Facts } from "./record";

/** What the listings say about one key; one of them at least has it. */
export interface Listed {
  readonly source: Facts | undefined;
  readonly destination: Facts | undefined;
}

/** `head`: a HEAD of the destination decides, by its fingerprint. */
export type FirstLook = "equal" | "suspect" | "head";

/**
 * | listings                                      | cheap    | deep    |
 * | --------------------------------------------- | -------- | ------- |
 * | only one side has the key                     | suspect  | suspect |
 * | sizes differ                                  | suspect  | suspect |
 * | the source was uploaded in parts (ETag "..-N") | head    | head    |
 * | destination written before the source, or in the same second | suspect | head |
 * | else                                          | equal    | head    |
 *
 * LastModified of an upload in parts is the time of its initiation, so time says nothing about those.
 */
export function firstLook({ source, destination }: Listed, deep: boolean): FirstLook {
  if (source === undefined || destination === undefined || source.size !== destination.size) return "suspect";
  if (deep || isMultipart(source.etag)) return "head";
  return destination.lastModified > source.lastModified ? "equal" : "suspect";
}

/** ETags of uploads in parts end in the number of parts (API CompleteMultipartUpload). */
export function isMultipart(etag: string): boolean {
  return etag.includes("-");
}

/** Whether the destination's fingerprint names the state that the source's listing shows. */
export function provesListing(destination: DestinationState, source: Facts): boolean {
  if (destination.kind === "absent") return false;
  const copied = parseFingerprint(destination.metadata[FINGERPRINT_KEY]);
  return (
    copied?.etag === source.etag &&
    copied.size === source.size &&
    destination.size === source.size &&
    copied.lastModified === source.lastModified
  );
}

export interface SecondLook {
  readonly key: string;
  readonly source: SourceState;
  readonly destination: DestinationState;
  /** Of `source`; "" when it is absent. */
  readonly fingerprint: string;
  /** When the destination's listing says it was written, epoch seconds; undefined when it did not have the key. */
  readonly destinationWritten: number | undefined;
  /** What changed from this second on (epoch) may still be on its way. */
  readonly inMotionSince: number;
  readonly sizes: CopySizes;
}

/** Undefined: equal now, or gone on both sides. */
export function secondLook(look: SecondLook): Finding | undefined {
  const { key, source, destination, inMotionSince } = look;
  const sizes = {
    ...(source.kind === "absent" ? {} : { sourceSize: source.size }),
    ...(destination.kind === "absent" ? {} : { destinationSize: destination.size }),
  };
  const verdict = source.kind === "absent" ? withoutSource(look) : withSource(look, source);
  if (verdict === undefined) return undefined;
  const changed = source.kind === "absent" ? look.destinationWritten : source.lastModified;
  const mayBeOnItsWay = verdict.kind !== "unsyncable" && verdict.kind !== "unproven";
  if (mayBeOnItsWay && changed !== undefined && changed >= inMotionSince) {
    return { key, kind: "in-motion", reason: `changed at ${timeOf(changed)}; now ${verdict.kind}`, ...sizes };
  }
  return { key, ...verdict, ...sizes };
}

type Verdict = Pick<Finding, "kind" | "reason">;

function withoutSource({ destination }: SecondLook): Verdict | undefined {
  if (destination.kind === "absent") return undefined;
  return { kind: "extra", reason: "the source has no such object" };
}

function withSource(look: SecondLook, source: SourceObject): Verdict | undefined {
  const { destination, fingerprint, sizes } = look;
  const decision = decide(source, fingerprint, destination, sizes);
  switch (decision.kind) {
    case "in-sync":
      return undefined;
    case "refuse":
      return refused(decision.reason, destination);
    case "copy":
      return destination.kind === "absent"
        ? { kind: "missing", reason: "the destination has no such object" }
        : notEqual(decision.reason, source, destination, look);
    case "delete":
      throw new Error("a source that exists is never a reason to delete");
  }
}

function refused(reason: Extract<Decision, { kind: "refuse" }>["reason"], destination: DestinationState): Verdict {
  const replica = destination.kind === "absent" ? "" : "; the destination keeps an older state";
  const why =
    reason === "ArchivedObject"
      ? "the source object is archived: restore it, then it is synced"
      : "the source object is larger than S3 can copy";
  return { kind: "unsyncable", reason: `${why}${replica}` };
}

type CopyReason = Extract<Decision, { kind: "copy" }>["reason"];

function notEqual(
  reason: CopyReason,
  source: SourceObject,
  destination: DestinationObject,
  { fingerprint, destinationWritten }: SecondLook,
): Verdict | undefined {
  if (source.size !== destination.size) return { kind: "different", reason: "another size" };
  if (reason === "checksum-differs") return { kind: "different", reason: "another checksum" };
  const copied = parseFingerprint(destination.metadata[FINGERPRINT_KEY]);
  if (copied !== undefined) {
    return copied.lastModified < source.lastModified
      ? { kind: "stale", reason: `copied from the source's state of ${timeOf(copied.lastModified)}` }
      : { kind: "different", reason: "its fingerprint names another state of the source" };
  }
  if (!fingerprintFits(source.metadata, fingerprint)) return withoutRoom(source, destination);
  return destinationWritten !== undefined && destinationWritten < source.lastModified
    ? {
        kind: "stale",
        reason: `written at ${timeOf(destinationWritten)}, before the source, and without a fingerprint`,
      }
    : { kind: "different", reason: "not proven: written by something else, it has no fingerprint" };
}

/** Metadata that fill S3's 2 KB leave no room for a fingerprint: then it takes everything else together. */
function withoutRoom(source: SourceObject, destination: DestinationObject): Verdict | undefined {
  if (!sameContent(source, { ...destination, metadata: withoutFingerprint(destination.metadata) })) {
    return { kind: "different", reason: "other headers or metadata" };
  }
  const comparable = source.checksum !== undefined && source.checksum.algorithm === destination.checksum?.algorithm;
  if (comparable) {
    return source.checksum.value === destination.checksum.value
      ? undefined
      : { kind: "different", reason: "another checksum" };
  }
  return {
    kind: "unproven",
    reason: "its metadata leave no room for a fingerprint, and there is no checksum to compare",
  };
}

/** An epoch second for people. */
function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
