/**
 * Imported before everything else by main.ts: how much garbage V8's old generation may hold.
 *
 * What belongs to a key in flight outlives a few collections of the young generation and then lies in the old one, long after the key is
 * done. V8 lets it grow there to about four times of what lived at the last full collection before it looks again; here to less than twice that. The
 * worker's peak is lower for it, and full collections, which are short while little lives, come more often. It is no limit: a worker that
 * needs more gets it. docs/performance.md has what lives and what is garbage.
 */
import { setFlagsFromString } from "node:v8";

// Read by V8 at the end of every full collection.
setFlagsFromString("--heap-growing-percent=75");
