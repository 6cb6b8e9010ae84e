/** What the contract suites of the ports need to say, and the odd values they try. */
import type { ChecksumAlgorithm } from "../../../core/state";
import { isSyncError, type SyncError } from "../../../core/errors";

/** An object to be put into the source bucket. */
export interface Fixture {
  /** Default "content". */
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly storageClass?: string;
  /** Default none. */
  readonly checksum?: ChecksumAlgorithm;
  /** As uploaded in parts of these sizes. */
  readonly partSizes?: readonly number[];
  /** Encrypted with a key of the customer's. */
  readonly isCustomerEncrypted?: boolean;
}

export const ODD_KEYS: readonly (readonly [name: string, key: string])[] = [
  ["with a space", "a b"],
  ["with a plus", "a+b"],
  ["with a percent escape", "a%20b"],
  ["beyond ASCII", "日本/ü"],
  ["with a double slash", "a//b"],
  ["with ..", "a/../b"],
  ["with .", "a/./b"],
  ["with URL delimiters", "x?y#z&w=v;u"],
  ["with an emoji", "😀.txt"],
  ["with XML's delimiters", `<a>&"b'`],
  ["with what encodeURIComponent leaves alone", "!'()*~-_."],
  ["with a slash in front", "/lead"],
  ["with a slash at the end", "trail/"],
  ["of 1,024 characters", "k".repeat(1024)],
  ["of 512 characters and 1,024 bytes", "ü".repeat(512)],
];

/** User metadata as S3 returns it: ASCII, anything else as RFC 2047 words (User Guide, object metadata). */
export const ODD_METADATA: readonly (readonly [name: string, value: string])[] = [
  ["an RFC 2047 word", "=?UTF-8?B?5pel5pys?="],
  ["quotes and commas", `a, "b"; c=d`],
  ["spaces inside", "a  b"],
  ["an equals sign and a question mark", "=?not a word?="],
];

/** Header values as they come from a HEAD: one character per byte. */
export const ODD_VALUES: readonly (readonly [name: string, value: string])[] = [
  ...ODD_METADATA,
  ["raw UTF-8 bytes", Buffer.from("à 日本 ü", "utf8").toString("latin1")],
];

export const signal = (): AbortSignal => new AbortController().signal;

/** The SyncError a call rejects with; anything else fails the test. */
export async function rejection(work: Promise<unknown>): Promise<SyncError> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("value" in outcome) throw new Error(`expected a rejection, got ${JSON.stringify(outcome.value)}`);
  if (!isSyncError(outcome.error)) throw outcome.error;
  return outcome.error;
}
