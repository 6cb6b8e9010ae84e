/** What goes to the dead-letter queue: the message, and for people the error, the key and what to do. */
import { adviceFor, type SyncError } from "../core/errors";
import type { OutgoingMessage } from "../core/ports";

/** SQS counts attributes into the message's 1 MiB; an attribute is for a glance, so it is cut. */
const MAX_ATTRIBUTE_CHARACTERS = 1_000;

/** What a verdict is about. */
export interface DeadKey {
  readonly key: string;
  /** Of the source state that could not be synced, where it came to be known; for whoever asks whether the letter still holds. */
  readonly fingerprint: string | undefined;
}

/**
 * @param about undefined when the verdict is not about one key
 * @param advice overrides the general advice for the error's code
 */
export function deadLetterOf(
  body: string,
  error: SyncError,
  about: DeadKey | undefined,
  advice?: string,
): OutgoingMessage {
  const attributes = {
    ErrorName: error.awsName,
    ErrorCode: error.code,
    ErrorMessage: error.message,
    Advice: advice ?? adviceFor(error.code),
    ...(about === undefined ? {} : { Key: about.key }),
    ...(about?.fingerprint === undefined ? {} : { Fingerprint: about.fingerprint }),
  };
  return {
    body,
    attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, attributeText(value)])),
  };
}

/**
 * Text as an attribute has it: not empty, cut, and of characters XML 1.0 can carry (API SendMessage). A key may be another one
 * there: in full it is in the body.
 */
export function attributeText(text: string): string {
  const cut = text.slice(0, MAX_ATTRIBUTE_CHARACTERS);
  return cut.replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "\ufffd") || "-";
}
