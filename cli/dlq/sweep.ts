/**
 * Takes everything out of a dead-letter queue for a moment. SQS has no way to look at a queue but to receive from it, so what was
 * received and not dealt with is given back at the end; the receives this costs do no harm, because nothing redrives out of a
 * dead-letter queue by itself.
 *
 * What is received stays hidden from others until then, and so it is not received twice. After kill -9 it comes back by itself
 * when its visibility timeout is over. All of it is taken before any is dealt with: a redriven message that fails again at once
 * is a new letter, which a sweep that still receives would redrive for ever.
 */
import type { ReceivedLetter } from "../../aws/operator/dead-letters";
import type { EntryResults } from "../../core/ports";
import { type Letter, readLetter } from "./letter";

export interface SweepPorts {
  readonly receive: (visibilitySeconds: number, signal: AbortSignal) => Promise<readonly ReceivedLetter[]>;
  /** At most ten receipt handles. */
  readonly giveBack: (receiptHandles: readonly string[]) => Promise<EntryResults>;
}

export interface SweepOptions {
  /** What the queue says it holds. */
  readonly expected: number;
  /** Take no more than this many. */
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly onSeen: (seen: number) => void;
}

export interface Swept {
  readonly letters: readonly Letter[];
  /** False when it ended at the limit, so that there may be more. */
  readonly whole: boolean;
}

/** SQS allows 120,000 messages in flight (SQS quotas); beyond them a receive answers nothing, and a sweep would look complete. */
export const MOST_LETTERS = 100_000;

/** Long polls ask all servers of the queue: after three empty ones in a row nothing is unseen. */
const EMPTY_ENOUGH = 3;
/** Slower than any sweep and what is done after it, so that nothing comes back before the end. */
const LETTERS_PER_SECOND = 5;
const LEAST_VISIBILITY_SECONDS = 120;
const MAX_VISIBILITY_SECONDS = 43_200;

/**
 * Everything in the queue, for as long as `use` takes; what `use` does not answer as gone is given back, also after an error.
 * Rejects when `signal` aborts meanwhile.
 */
export async function withLetters<T>(
  ports: SweepPorts,
  options: SweepOptions,
  use: (swept: Swept) => Promise<{ readonly result: T; readonly gone: readonly Letter[] }>,
): Promise<T> {
  /** Receipt handles by message id: of a message that was received twice the last one counts. */
  const held = new Map<string, string>();
  const letters = new Map<string, ReceivedLetter>();
  try {
    const whole = await sweep(ports, options, held, (letter) => letters.set(letter.messageId, letter));
    const { result, gone } = await use({ letters: [...letters.values()].map(readLetter), whole });
    for (const { messageId } of gone) held.delete(messageId);
    return result;
  } finally {
    await giveBackAll(ports, [...held.values()]);
  }
}

/**
 * The same for who takes from each letter what is needed, as it comes: a body can be 1 MiB, and of thousands none is kept. All are given
 * back at the end. Resolves to false when it ended at the limit, so that there may be more.
 * @param see a letter that is received twice is seen twice
 */
export async function eachLetter(
  ports: SweepPorts,
  options: SweepOptions,
  see: (letter: ReceivedLetter) => void,
): Promise<boolean> {
  const held = new Map<string, string>();
  try {
    return await sweep(ports, options, held, see);
  } finally {
    await giveBackAll(ports, [...held.values()]);
  }
}

/** Resolves to true when nothing more came, or no more was expected. */
async function sweep(
  { receive }: SweepPorts,
  { expected, limit, signal, onSeen }: SweepOptions,
  held: Map<string, string>,
  see: (letter: ReceivedLetter) => void,
): Promise<boolean> {
  const seen = new Set<string>();
  const visibilitySeconds = Math.min(
    MAX_VISIBILITY_SECONDS,
    LEAST_VISIBILITY_SECONDS + Math.ceil(Math.min(expected, limit) / LETTERS_PER_SECOND),
  );
  for (let empty = 0; empty < EMPTY_ENOUGH && seen.size < limit;) {
    signal.throwIfAborted();
    const before = seen.size;
    for (const letter of await receive(visibilitySeconds, signal)) {
      held.set(letter.messageId, letter.receiptHandle);
      if (seen.size === limit && !seen.has(letter.messageId)) continue;
      seen.add(letter.messageId);
      see(letter);
    }
    empty = seen.size === before ? empty + 1 : 0;
    onSeen(seen.size);
  }
  return seen.size < limit || expected <= limit;
}

/** What cannot be given back comes back by itself. */
async function giveBackAll({ giveBack }: SweepPorts, handles: readonly string[]): Promise<void> {
  for (let from = 0; from < handles.length; from += 10) {
    await giveBack(handles.slice(from, from + 10)).catch(() => undefined);
  }
}
