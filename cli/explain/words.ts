/** What was found about a key, in sentences. Pure. */
import type { Decision } from "../../core/decide";
import { MOST_LETTERS } from "../dlq/sweep";
import { duration } from "../shell/progress";
import { bytes, count } from "../shell/words";
import type { Decided, History } from "./history";
import type { KeyLetters } from "./letters";

/** "What would a worker do now?" */
export function whatWouldHappen(decision: Decision): string {
  switch (decision.kind) {
    case "in-sync":
      return decision.reason === "both-absent"
        ? "nothing: the key exists on neither side"
        : "nothing: the replica carries the fingerprint of the source as it is now";
    case "delete":
      return "the replica is deleted: the source has no such object";
    case "refuse":
      return decision.reason === "ArchivedObject"
        ? "the key goes to the dead letters: the source object is archived (restore it, and its event syncs it)"
        : "the key goes to the dead letters: the object is larger than S3 can copy";
    case "copy":
      return `${planText(decision.plan)}, ${COPY_REASONS[decision.reason]}`;
  }
}

type Copy = Extract<Decision, { kind: "copy" }>;

const COPY_REASONS: Readonly<Record<Copy["reason"], string>> = {
  "not-compared": "without looking at the destination first",
  "destination-absent": "because the destination has no such object",
  "source-changed": "because the replica is of another source state",
  "not-proven": "because nothing proves what the destination's object is a copy of",
  "checksum-differs": "because the replica's checksum is another one",
};

function planText(plan: Copy["plan"]): string {
  if (plan.kind === "single") return `${bytes(plan.size)} are copied by one request`;
  return `${bytes(plan.size)} are copied in ${count(plan.partCount, "part")} of ${bytes(plan.partSize)}`;
}

const EVENTS: Readonly<Record<Decided["event"], string>> = {
  synced: "synced",
  unsyncable: "found unsyncable",
  "dead-lettered": "given up, to the dead letters",
  "failed-put-back": "failed and put back",
  unstable: "put back, because it changed under every copy",
  "handed-off": "handed to the next worker",
  "let-go": "let go, because its message was no longer held",
  "left-to-its-lease": "left to its lease, because SQS took no new message",
};

/** "synced 3 min ago by worker 057cf5a8: copy (not-compared), 1 message, 1.7 s after the event". */
export function lastText(last: Decided, now: number): string {
  const { event, at, worker, action, reason, messages, lagSeconds, error } = last;
  const decided = action === undefined ? "" : `: ${action}${reason === undefined ? "" : ` (${reason})`}`;
  const facts = [
    count(messages, "message"),
    ...(lagSeconds === undefined ? [] : [`${lagSeconds} s after the event`]),
    ...(error === undefined ? [] : [error]),
  ];
  return `${EVENTS[event]} ${duration((now - at) / 1000)} ago by worker ${worker.slice(0, 8)}${decided}, ${facts.join(", ")}`;
}

export interface LogSpan {
  /** Epoch milliseconds. */
  readonly now: number;
  /** How far back the log was read, in words. */
  readonly since: string;
}

/** @param isCopiedElsewhere the replica proves a copy that no line of this log tells of */
export function decisionText({ last }: History, { now, since }: LogSpan, isCopiedElsewhere: boolean): string {
  if (last !== undefined) {
    const again = "; copied since, by someone whose log is not here: `work`, or a line still on its way";
    return `${lastText(last, now)}${isCopiedElsewhere ? again : ""}`;
  }
  const none = `none in the fleet's log of the last ${since}`;
  return isCopiedElsewhere
    ? `${none}; copied all the same, by someone whose log is not here: \`work\`, a line still on its way, or before that (--since goes back further)`
    : `${none} (--since goes back further)`;
}

/** Where a message for the key is, as far as the log knows: what nobody has received yet cannot be seen. */
export function messageText({ holding, last, doing }: History, letters: Letters, { now, since }: LogSpan): string {
  switch (holding) {
    case "none":
      return last === undefined
        ? `no worker of the fleet has logged it in the last ${since}`
        : "none since that in the fleet's log";
    case "held": {
      const { event, at, worker } = doing ?? { event: "", at: now, worker: "" };
      return `worker ${worker.slice(0, 8)} is at it, or died: ${event} ${duration((now - at) / 1000)} ago`;
    }
    case "waiting":
      return `one comes back${last?.waitSeconds === undefined ? "" : `, ${duration(last.waitSeconds)} after that`}`;
    case "dead":
      return deadText(letters);
  }
}

/** What was seen of the dead-letter queue; undefined when nobody could look, or was to. */
type Letters = KeyLetters | undefined;

/** By the log it went there; whether it is there still only the queue can tell. */
function deadText(letters: Letters): string {
  if (letters === undefined) return "it went to the dead letters";
  const { reasons, looked, whole, hidden } = letters;
  if (reasons.length > 0) return "it is among the dead letters";
  if (!whole || hidden > 0) return "it went to the dead letters";
  return looked === 0
    ? "it went to the dead letters, whose queue counts none now: redriven or purged since, or not counted yet"
    : "it went to the dead letters, and is not there now: redriven or purged since";
}

/** The letters about the key, and what to do with them. */
export function lettersText({ reasons, looked, whole, hidden }: KeyLetters, key: string, now: number): string {
  const show = `dlq show ${JSON.stringify(key)}`;
  const unseen = [
    ...(whole ? [] : [`only ${count(looked, "letter")} looked at: ${show} --limit ${MOST_LETTERS} sees more`]),
    ...(hidden > 0 ? [`${count(hidden, "letter")} not seen: held by somebody who looks into the queue`] : []),
  ];
  const rest = unseen.map((text) => `; ${text}`).join("");
  const letters = reasons.reduce((sum, group) => sum + group.letters, 0);
  if (letters === 0) return `none${whole ? "" : " seen"}${rest}`;
  const [first] = reasons;
  const why =
    reasons.length === 1 && first !== undefined
      ? first.reason
      : reasons.map((group) => `${group.letters} ${group.reason}`).join(", ");
  const oldest = Math.min(...reasons.map(({ oldestSentAt }) => oldestSentAt));
  const age = `${letters === 1 ? "sent" : "the oldest sent"} ${duration((now - oldest) / 1000)} ago`;
  const redrive = `dlq redrive --key ${JSON.stringify(key)}`;
  return `${count(letters, "letter")} (${why}), ${age}: ${show}; once the cause is gone: ${redrive}${rest}`;
}
