/**
 * What the dead letters say about a key whose HEADs are well on both sides, but whose copy is refused. Pure.
 *
 * A letter names the state of the source it is about by its fingerprint (worker/dead-letter.ts). While the source is in that state the
 * same copy would be refused again; once it has changed, the letter says nothing about it. Times could not tell: LastModified of an
 * upload in parts is the time of its initiation, so a state may be newer than a letter and look older.
 */
import type { ReceivedLetter } from "../../aws/operator/dead-letters";
import { ERROR_CODES, type ErrorCode } from "../../core/errors";
import { parseFingerprint } from "../../core/fingerprint";
import type { Finding, Kind } from "./findings";

/** Why a worker gave up on one state of a source object. */
export interface Refusal {
  readonly fingerprint: string;
  readonly code: ErrorCode;
  /** In words, on one line. */
  readonly why: string;
  /** Nothing but a change of the source helps; else it may pass, or be mended elsewhere. */
  readonly lasts: boolean;
  /** Epoch milliseconds. */
  readonly sentAt: number;
}

/** Undefined where the letter is no evidence: it names no state of a source, or what HEAD tells as it is now. */
export function refusalOf({ attributes, sentAt }: Pick<ReceivedLetter, "attributes" | "sentAt">): Refusal | undefined {
  const { ErrorCode: code = "", ErrorMessage: message = "", Fingerprint: fingerprint } = attributes;
  if (fingerprint === undefined || parseFingerprint(fingerprint) === undefined || !isErrorCode(code)) return undefined;
  // A restore changes nothing that a fingerprint covers.
  if (code === "ArchivedObject") return undefined;
  const why = message.replace(/\s+/g, " ").replace(/[. ]+$/, "");
  return { fingerprint, code, why, lasts: ERROR_CODES[code].class === "key", sentAt };
}

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}

/** Of two about one state: the one that lasts, else the newer. */
export function weightier(a: Refusal, b: Refusal): Refusal {
  if (a.lasts !== b.lasts) return a.lasts ? a : b;
  return b.sentAt > a.sentAt ? b : a;
}

const ASKED: readonly Kind[] = ["missing", "different", "stale", "in-motion"];

/** Whether a letter can change what is said of it: the source has such an object, and it would have to be copied. */
export function mayBeRefused({ kind, sourceSize }: Finding): boolean {
  return sourceSize !== undefined && ASKED.includes(kind);
}

/**
 * | the letter | finding                              | becomes                        |
 * | ---------- | ------------------------------------ | ------------------------------ |
 * | lasts      | any that {@link mayBeRefused}        | unsyncable, with its reason    |
 * | may pass   | in-motion                            | the same                       |
 * | may pass   | any other that {@link mayBeRefused}  | the same, and its reason added |
 *
 * @param refusal of the source's state as it is now
 */
export function withRefusal(finding: Finding, refusal: Refusal | undefined): Finding {
  if (refusal === undefined) return finding;
  const { code, why, lasts } = refusal;
  if (lasts) {
    const replica = finding.destinationSize === undefined ? "" : "; the destination keeps an older state";
    return { ...finding, kind: "unsyncable", reason: `${code}: ${why}${replica}; it is among the dead letters` };
  }
  if (finding.kind === "in-motion") return finding;
  return { ...finding, reason: `${finding.reason}; its dead letter says ${code}: ${why}` };
}

/** How far the dead letters were looked at. */
export interface LettersLook {
  readonly read: number;
  /** There were more than are read, or somebody else held them; approximate, as counts of SQS are. */
  readonly unread: number;
  /** Why there was nothing to look at, or no more. */
  readonly problem: string | null;
}

/** What a look that is not whole leaves open, in sentences. */
export function lookLines(look: LettersLook | null): readonly string[] {
  if (look === null) return [];
  const open = "Keys whose copy is refused are not told from those that wait for one";
  return [
    ...(look.problem === null ? [] : [`${open}: ${look.problem}.`]),
    ...(look.problem !== null || look.unread === 0
      ? []
      : [`${open} where their dead letter is one of about ${look.unread.toLocaleString("en-US")} that were not read.`]),
  ];
}
