/** The digest inside fingerprints. Whoever makes or checks one uses this. */
import { createHash } from "node:crypto";

/** SHA-256 in base64url: printable, and without the `;` that separates a fingerprint's fields. */
export function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("base64url");
}
