/** What a dead letter says: why it is there, which keys it is about, what to do. Pure. */
import type { ReceivedLetter } from "../../aws/operator/dead-letters";
import { parseMessage } from "../../core/events";
import type { ParsedMessage } from "../../core/messages";
import { attributeText } from "../../worker/dead-letter";

/** Reasons of letters that no worker gave one. */
export const MOVED_BY_SQS = "no-reason-recorded";
export const UNKNOWN_SENDER = "unknown-sender";

export interface Letter extends ReceivedLetter {
  /** What letters are grouped by: the error's code, or its name where the code says nothing. */
  readonly reason: string;
  /** In words. */
  readonly why: string;
  readonly advice: string;
  /** The key the verdict is about, else those its body names. */
  readonly keys: readonly string[];
  readonly parsed: ParsedMessage;
}

export function readLetter(received: ReceivedLetter): Letter {
  const {
    ErrorCode: code,
    ErrorName: name = "",
    ErrorMessage: message,
    Advice: advice = "",
    Key: key,
  } = received.attributes;
  const parsed = parseMessage(received.body);
  const named = keysOf(parsed);
  const keys = key === undefined ? named : [named.find((one) => attributeText(one) === key) ?? key];
  const base = { ...received, parsed, keys };
  if (code !== undefined) {
    const reason = code === "Unknown" && name !== "" ? name : code;
    return { ...base, reason, why: message ?? name, advice };
  }
  if (received.movedBySqs) return { ...base, reason: MOVED_BY_SQS, ...movedBySqs(received.receives) };
  return {
    ...base,
    reason: UNKNOWN_SENDER,
    why: "it carries no reason and was not moved here by SQS: somebody sent it by hand",
    advice: "Look at the body.",
  };
}

/** The receives of whoever looked into the queue count as well: the number only grows. */
function movedBySqs(receives: number): Pick<Letter, "why" | "advice"> {
  return {
    why: `no reason recorded, ${receives} receives: a worker died holding it`,
    advice: "Redrive it once; if it comes back, look for the end of the workers that held it (logs worker --errors).",
  };
}

function keysOf(parsed: ParsedMessage): readonly string[] {
  if (parsed.kind === "events") return [...new Set(parsed.events.map((event) => event.key))];
  if (parsed.kind === "keys" || parsed.kind === "handoff") return parsed.keys.map(({ key }) => key);
  return [];
}
