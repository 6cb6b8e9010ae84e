/** An explanation as text for people: the answer first, then each side, the messages, the last decision, what comes next. */
import type { DestinationState, SourceState } from "../../core/state";
import { parseFingerprint } from "../../core/fingerprint";
import { bytes, count, dateOf } from "../shell/words";
import { type Explanation, isUnseen, type Unseen } from "./gather";
import type { History } from "./history";
import type { KeyLetters } from "./letters";
import { decisionText, lettersText, type LogSpan, messageText, whatWouldHappen } from "./words";

export function answerOf({ key, source, equal }: Explanation): string {
  const name = JSON.stringify(key);
  if (equal === undefined) return `${name}: it cannot be told whether both sides are equal.`;
  if (!equal) return `${name} is not equal.`;
  return source.kind === "absent" ? `${name} is equal: it exists on neither side.` : `${name} is equal.`;
}

export interface ShownWith extends LogSpan {
  readonly prefix: string;
}

export function explanationLines(found: Explanation, { prefix, ...span }: ShownWith): readonly string[] {
  const { key, underPrefix, source, destination, carried, fingerprint, uploads, history, deadLetters } = found;
  const rows: (readonly [string, string])[] = [
    ["source", sourceText(source)],
    ["destination", destinationText(destination)],
    ["fingerprint", fingerprintText(destination, carried, fingerprint)],
    ["open uploads", uploadsText(uploads)],
  ];
  const letters = deadLetters === undefined || isUnseen(deadLetters) ? undefined : deadLetters;
  if (isUnseen(history)) {
    rows.push(["log", unseenText(history)]);
  } else {
    rows.push(["last decision", decisionText(history, span, isCopiedElsewhere(found, history))]);
    rows.push(["message", messageText(history, letters, span)]);
  }
  rows.push(["dead letters", deadLettersText(deadLetters, key, span.now)]);
  const advice = adviceOf(history, letters);
  if (advice !== undefined) rows.push(["advice", advice]);
  rows.push(["next", wouldText(found, prefix)]);
  const width = Math.max(...rows.map(([name]) => name.length));
  const note = underPrefix
    ? []
    : [`The key is outside the prefix ${JSON.stringify(prefix)}: this system does not sync it.`];
  return [answerOf(found), ...note, "", ...rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`)];
}

function sourceText(state: SourceState | Unseen): string {
  if (state.kind === "unseen") return unseenText(state);
  if (state.kind === "absent") return "absent";
  const { size, etag, lastModified, versionId, headers, metadata, archived } = state;
  return [
    bytes(size),
    `ETag ${etag}`,
    `changed ${dateOf(lastModified * 1000)}`,
    ...(versionId === undefined ? [] : [`version ${versionId}`]),
    headers["content-type"] ?? "no content type",
    count(Object.keys(metadata).length, "metadata entry", "metadata entries"),
    ...(archived === true ? ["archived"] : []),
  ].join(", ");
}

function destinationText(state: DestinationState | Unseen): string {
  if (state.kind === "unseen") return unseenText(state);
  if (state.kind === "absent") return "absent";
  return `${bytes(state.size)}, ETag ${state.etag} (random in a directory bucket)`;
}

function fingerprintText(
  destination: DestinationState | Unseen,
  carried: string | undefined,
  expected: string | undefined,
): string {
  if (destination.kind !== "object") return "-";
  if (carried === undefined)
    return "none: the object was not written by a worker, or its metadata left no room for one";
  if (carried === expected) return "of the source as it is now";
  const parsed = parseFingerprint(carried);
  if (parsed === undefined) return `of another version, which proves nothing: ${carried}`;
  return `of another source state: ETag ${parsed.etag}, ${bytes(parsed.size)}, changed ${dateOf(parsed.lastModified * 1000)}`;
}

function uploadsText(uploads: readonly string[] | Unseen): string {
  if (isUnseen(uploads)) return unseenText(uploads);
  if (uploads.length === 0) return "none";
  return `${uploads.length}: a copy in parts is under way, or was left; the next worker to get the key resumes or aborts it`;
}

/** The replica is of the source as it is now, and no line that was read can be the one of that copy. */
function isCopiedElsewhere({ source, carried, fingerprint }: Explanation, { last, doing }: History): boolean {
  if (source.kind !== "object" || carried === undefined || carried !== fingerprint || doing !== undefined) return false;
  return last === undefined || source.lastModified * 1000 > last.at;
}

function deadLettersText(letters: Explanation["deadLetters"], key: string, now: number): string {
  if (letters === undefined) return "not looked at: --no-dead-letters";
  return isUnseen(letters) ? unseenText(letters) : lettersText(letters, key, now);
}

/** The log's, else that of the largest group of letters. */
function adviceOf(history: Explanation["history"], letters: KeyLetters | undefined): string | undefined {
  const logged = isUnseen(history) ? undefined : history.last?.advice;
  return logged ?? letters?.reasons.find(({ advice }) => advice !== "")?.advice;
}

function wouldText({ decision, source, underPrefix }: Explanation, prefix: string): string {
  if (!underPrefix) return `nothing: only keys that begin with ${JSON.stringify(prefix)} are its work`;
  if (decision !== undefined) return whatWouldHappen(decision);
  return source.kind === "unseen" ? "the same question, with its own rights" : "not known";
}

function unseenText({ why, advice }: Unseen): string {
  // Some of AWS's messages end in a period.
  return `could not be looked at: ${advice === undefined ? why : `${why.replace(/\.$/, "")}. ${advice}`}`;
}
