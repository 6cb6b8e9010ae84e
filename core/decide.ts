/**
 * The decision of one look at a key. Pure; the truth table:
 *
 * | source            | destination (if looked at)          | decision                                     |
 * | ----------------- | ----------------------------------- | -------------------------------------------- |
 * | absent            | absent                              | in-sync  both-absent                         |
 * | absent            | object, or not looked at            | delete   source-absent                       |
 * | larger than S3's limit                                  || refuse   ObjectTooLarge                      |
 * | archived          | carries fingerprint and size        | in-sync  fingerprint-matches                 |
 * | archived          | anything else                       | refuse   ArchivedObject                      |
 * | object            | carries fingerprint and size        | in-sync  fingerprint-matches                 |
 * | object            | the same, but its checksum is another | copy   checksum-differs                    |
 * | object            | not looked at                       | copy     not-compared                        |
 * | object            | absent                              | copy     destination-absent                  |
 * | object            | object with another known fingerprint | copy   source-changed                      |
 * | object            | object without a known fingerprint  | copy     not-proven                          |
 */
import { FINGERPRINT_KEY, parseFingerprint } from "./fingerprint";
import type { CopyPlan, CopySizes } from "./parts";
import { planCopy } from "./parts";
import type { DestinationState, SourceObject, SourceState } from "./state";

export type Decision =
  | { readonly kind: "in-sync"; readonly reason: "both-absent" | "fingerprint-matches" }
  | { readonly kind: "delete"; readonly reason: "source-absent" }
  | {
      readonly kind: "copy";
      readonly reason: CopyReason;
      readonly source: SourceObject;
      readonly plan: CopyPlan;
    }
  | { readonly kind: "refuse"; readonly reason: "ArchivedObject" | "ObjectTooLarge" };

type CopyReason = "not-compared" | "destination-absent" | "source-changed" | "not-proven" | "checksum-differs";

/**
 * What to do about a key.
 * @param fingerprint the fingerprint of `source`; ignored when it is absent
 * @param destination undefined when it was not looked at, which saves a request wherever looking cannot pay
 */
export function decide(
  source: SourceState,
  fingerprint: string,
  destination: DestinationState | undefined,
  sizes: CopySizes,
): Decision {
  if (source.kind === "absent") {
    return destination?.kind === "absent"
      ? { kind: "in-sync", reason: "both-absent" }
      : { kind: "delete", reason: "source-absent" };
  }
  if (isReplica(destination, source, fingerprint) && !checksumsDiffer(source, destination)) {
    return { kind: "in-sync", reason: "fingerprint-matches" };
  }
  const plan = planCopy(source.size, sizes);
  if (plan === undefined) return { kind: "refuse", reason: "ObjectTooLarge" };
  if (source.archived === true) return { kind: "refuse", reason: "ArchivedObject" };
  return { kind: "copy", reason: copyReason(source, fingerprint, destination), source, plan };
}

function isReplica(destination: DestinationState | undefined, source: SourceObject, fingerprint: string): boolean {
  return (
    destination?.kind === "object" &&
    destination.size === source.size &&
    destination.metadata[FINGERPRINT_KEY] === fingerprint
  );
}

/** A copy whose bytes arrived wrong carries the fingerprint all the same. Without two checksums of one kind nothing is said. */
function checksumsDiffer(source: SourceObject, destination: DestinationState | undefined): boolean {
  return (
    destination?.kind === "object" &&
    source.checksum !== undefined &&
    destination.checksum?.algorithm === source.checksum.algorithm &&
    destination.checksum.value !== source.checksum.value
  );
}

function copyReason(source: SourceObject, fingerprint: string, destination: DestinationState | undefined): CopyReason {
  if (destination === undefined) return "not-compared";
  if (destination.kind === "absent") return "destination-absent";
  if (isReplica(destination, source, fingerprint)) return "checksum-differs";
  return parseFingerprint(destination.metadata[FINGERPRINT_KEY]) === undefined ? "not-proven" : "source-changed";
}
