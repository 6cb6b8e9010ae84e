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
      readonly reason: "not-compared" | "destination-absent" | "source-changed" | "not-proven";
      readonly source: SourceObject;
      readonly plan: CopyPlan;
    }
  | { readonly kind: "refuse"; readonly reason: "ArchivedObject" | "ObjectTooLarge" };

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
  if (
    destination?.kind === "object" &&
    destination.size === source.size &&
    destination.metadata[FINGERPRINT_KEY] === fingerprint
  ) {
    return { kind: "in-sync", reason: "fingerprint-matches" };
  }
  const plan = planCopy(source.size, sizes);
  if (plan === undefined) return { kind: "refuse", reason: "ObjectTooLarge" };
  if (source.archived === true) return { kind: "refuse", reason: "ArchivedObject" };
  return { kind: "copy", reason: copyReason(destination), source, plan };
}

function copyReason(
  destination: DestinationState | undefined,
): "not-compared" | "destination-absent" | "source-changed" | "not-proven" {
  if (destination === undefined) return "not-compared";
  if (destination.kind === "absent") return "destination-absent";
  return parseFingerprint(destination.metadata[FINGERPRINT_KEY]) === undefined ? "not-proven" : "source-changed";
}
