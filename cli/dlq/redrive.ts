/** What a dead letter becomes when it is to be tried again. Pure but for the sending. */
import { encodeEnvelope, groupIdOf } from "../../core/envelope";
import { utf8Length } from "../../core/fingerprint";
import type { EntryResults, OutgoingMessage } from "../../core/ports";
import type { Letter } from "./letter";

export type Redrive =
  | { readonly kind: "send"; readonly message: OutgoingMessage }
  /** Stays where it is, because no worker could do anything with it. */
  | { readonly kind: "refuse"; readonly why: string };

/**
 * The message with fresh counters.
 *
 * | body                                | becomes                                       |
 * | ----------------------------------- | --------------------------------------------- |
 * | S3's or EventBridge's own           | the same body                                 |
 * | our envelope                        | the same with 0 failures, in its own group;   |
 * |                                     | moved by SQS, also with a sweep for what the  |
 * |                                     | workers that died with it may have left open  |
 * | S3's test event                     | the same body; the worker deletes it          |
 * | an envelope of a later version      | refused: only a newer worker knows it         |
 * | anything else                       | refused, with the reason                      |
 */
export function redriveOf({ parsed, body, movedBySqs }: Pick<Letter, "parsed" | "body" | "movedBySqs">): Redrive {
  switch (parsed.kind) {
    case "events":
    case "test-event":
      return { kind: "send", message: { body } };
    case "keys":
    case "handoff":
    case "list": {
      const groupId = groupIdOf(parsed);
      const fresh = encodeEnvelope({ ...parsed, failures: 0, ...(movedBySqs ? { sweep: true } : {}) });
      return { kind: "send", message: { body: fresh, ...(groupId === undefined ? {} : { groupId }) } };
    }
    case "newer":
      return { kind: "refuse", why: `written by a newer version (v ${parsed.version}): update the workers first` };
    case "unknown":
      return { kind: "refuse", why: parsed.problem };
  }
}

export interface RedrivePorts {
  /** At most ten messages and 1 MiB. */
  readonly send: (messages: readonly OutgoingMessage[]) => Promise<EntryResults>;
  /** At most ten receipt handles. */
  readonly remove: (receiptHandles: readonly string[]) => Promise<EntryResults>;
}

export interface Left {
  readonly letter: Letter;
  readonly why: string;
}

export interface RedriveResult {
  readonly redriven: readonly Letter[];
  readonly refused: readonly Left[];
  /** Not sent, or sent and not deleted: then it is sent again the next time, which only repeats a look at the key. */
  readonly failed: readonly Left[];
  /** Not tried, because `signal` aborted. */
  readonly untried: number;
}

/** Send first, delete after: a crash in between repeats work and loses nothing. Stops between two batches. */
export async function redrive(
  letters: readonly Letter[],
  ports: RedrivePorts,
  { signal, onDone }: { readonly signal: AbortSignal; readonly onDone: (letters: number) => void },
): Promise<RedriveResult> {
  const plans = letters.map((letter) => ({ letter, plan: redriveOf(letter) }));
  const refused = plans.flatMap(({ letter, plan }) => (plan.kind === "refuse" ? [{ letter, why: plan.why }] : []));
  const toSend = plans.flatMap(({ letter, plan }) => (plan.kind === "send" ? [{ letter, message: plan.message }] : []));
  const redriven: Letter[] = [];
  const failed: Left[] = [];
  for (const batch of batches(toSend)) {
    if (signal.aborted) break;
    const sent = await ports.send(batch.map(({ message }) => message));
    const taken = batch.filter(({ letter }, index) => {
      const error = sent[index];
      if (error !== undefined) failed.push({ letter, why: `not sent: ${error.message}` });
      return error === undefined;
    });
    const removed = await ports.remove(taken.map(({ letter }) => letter.receiptHandle));
    for (const [index, { letter }] of taken.entries()) {
      const error = removed[index];
      if (error === undefined) redriven.push(letter);
      else failed.push({ letter, why: `sent, but still in the dead-letter queue: ${error.message}` });
    }
    onDone(redriven.length + failed.length);
  }
  return { redriven, refused, failed, untried: toSend.length - redriven.length - failed.length };
}

/** Of one SendMessageBatch, with room for what is beside the bodies (API SendMessageBatch: 10 entries, 1 MiB). */
const MAX_BATCH_BYTES = 1_000_000;
const MAX_BATCH_ENTRIES = 10;

function batches<T extends { readonly message: OutgoingMessage }>(entries: readonly T[]): readonly (readonly T[])[] {
  const all: T[][] = [];
  let size = Infinity;
  for (const entry of entries) {
    const bytes = utf8Length(entry.message.body);
    if (size + bytes > MAX_BATCH_BYTES || (all.at(-1)?.length ?? 0) >= MAX_BATCH_ENTRIES) {
      all.push([]);
      size = 0;
    }
    all.at(-1)?.push(entry);
    size += bytes;
  }
  return all;
}
