/** The digest inside fingerprints. Whoever makes or checks one uses this. */
import * as crypto from "node:crypto";

/** SHA-256 in base64url: printable, and without the `;` that separates a fingerprint's fields. */
export function sha256(text: string): string {
  // Node 20.12 and later: no object is made for it.
  return oneShot === undefined
    ? crypto.createHash("sha256").update(text, "utf8").digest("base64url")
    : oneShot("sha256", text, "base64url");
}

const oneShot = (crypto as { readonly hash?: typeof crypto.hash }).hash;
