/**
 * The canary: an object that a schedule writes to the source again and again, so that a way that is broken from end to end is noticed also
 * when nobody else writes anything.
 */
import { utf8Length } from "./fingerprint";
import { MAX_KEY_BYTES } from "./keys";

const NAME = ".s3-express-sync-canary";

/** Under the prefix, or it would not be synced. */
export function canaryKey(prefix: string): string {
  return `${prefix}${NAME}`;
}

/** The longest prefix that leaves room for it, in bytes of UTF-8. */
export const MAX_CANARY_PREFIX_BYTES = MAX_KEY_BYTES - utf8Length(NAME);
