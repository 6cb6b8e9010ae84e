/** What was found about a key, in sentences. Pure. */
import type { Decision } from "../../core/decide";
import { duration } from "../shell/progress";
import { bytes, count } from "../shell/words";
import type { Decided, History } from "./history";

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

/** Where a message for the key is, as far as the log knows: what nobody has received yet cannot be seen. */
export function messageText({ holding, last, doing }: History, key: string, now: number): string {
  switch (holding) {
    case "none":
      return last === undefined ? "no worker has received one" : "none since that";
    case "held": {
      const { event, at, worker } = doing ?? { event: "", at: now, worker: "" };
      return `worker ${worker.slice(0, 8)} is at it, or died: ${event} ${duration((now - at) / 1000)} ago`;
    }
    case "waiting":
      return `one comes back${last?.waitSeconds === undefined ? "" : `, ${duration(last.waitSeconds)} after that`}`;
    case "dead":
      return `it is among the dead letters: dlq show ${JSON.stringify(key)}`;
  }
}
