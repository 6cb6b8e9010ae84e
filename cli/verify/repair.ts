/**
 * What --repair does about the findings: it enqueues keys, and the workers decide. A key that is only at the destination is enqueued
 * only when deleting is allowed; the worker that gets it looks at both sides again and deletes on condition that the destination
 * still has the object it saw. So verify itself never writes to the destination.
 */
import { encodeEnvelope, groupIdOf, putBack, splitEnvelope } from "../../core/envelope";
import type { KeyEntry } from "../../core/messages";
import type { CopySizes } from "../../core/parts";
import type { CancelSignal, Clock, OutgoingMessage, Queue } from "../../core/ports";
import { callOnce, withRetry } from "../../worker/retry";
import type { Comparison } from "./compare";
import { type Counts, type Finding, type Kind, KIND_TRAITS, KINDS } from "./findings";

/** How many extras may be deleted: so many, or so much of the destination. Undefined: none. */
export type DeleteBound = { readonly keys: number } | { readonly percent: number } | undefined;

/** "100" or "2%". Undefined when it is neither. */
export function parseDeleteBound(text: string): NonNullable<DeleteBound> | undefined {
  const [, digits = "", percent] = /^(\d{1,12}(?:\.\d{1,3})?)(%?)$/.exec(text) ?? [];
  const value = Number(digits);
  if (digits === "") return undefined;
  if (percent === "%") return value <= 100 ? { percent: value } : undefined;
  return Number.isInteger(value) ? { keys: value } : undefined;
}

export type DeletePlan =
  | { readonly kind: "none"; readonly why: "no-extras" | "not-asked" }
  | { readonly kind: "delete"; readonly keys: number }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * | extras | bound     | source listing | plan                       |
 * | ------ | --------- | -------------- | -------------------------- |
 * | none   |           |                | none                       |
 * | some   | not given |                | none: deleting is opt-in   |
 * | some   | given     | empty          | refused                    |
 * | more than the bound |  | not empty    | refused: all, not a part   |
 * | up to the bound     |  | not empty    | delete                     |
 *
 * A source that lists nothing, or much less than the destination, is more often a wrong bucket, a wrong prefix or a lost permission
 * than a wish.
 */
export function planDeletes(
  comparison: Pick<Comparison, "counts" | "source" | "destination">,
  bound: DeleteBound,
): DeletePlan {
  const extras = comparison.counts.extra;
  if (extras === 0) return { kind: "none", why: "no-extras" };
  if (bound === undefined) return { kind: "none", why: "not-asked" };
  if (comparison.source.objects === 0) {
    return {
      kind: "refused",
      reason: "the source listing came back empty; what is really to be emptied, empty by hand",
    };
  }
  const most = "keys" in bound ? bound.keys : Math.floor((comparison.destination.objects * bound.percent) / 100);
  if (extras > most) {
    const asked = "keys" in bound ? `${bound.keys}` : `${bound.percent}% of the destination's objects, ${most}`;
    return {
      kind: "refused",
      reason: `${extras} keys are only at the destination, more than --max-delete allows (${asked})`,
    };
  }
  return { kind: "delete", keys: extras };
}

/** The keys to enqueue, extras only when they may be deleted. */
export function* keysToEnqueue(findings: Iterable<Finding>, withExtras: boolean): Generator<KeyEntry> {
  for (const { key, kind, sourceSize } of findings) {
    if (!isEnqueued(kind, withExtras)) continue;
    yield { key, ...(sourceSize === undefined ? {} : { size: sourceSize }) };
  }
}

/** How many those are. */
export function countToEnqueue(counts: Counts, withExtras: boolean): number {
  return KINDS.filter((kind) => isEnqueued(kind, withExtras)).reduce((sum, kind) => sum + counts[kind], 0);
}

function isEnqueued(kind: Kind, withExtras: boolean): boolean {
  const { repair } = KIND_TRAITS[kind];
  return repair === "enqueue" || (repair === "delete" && withExtras);
}

export interface EnqueueDeps {
  readonly queue: Pick<Queue, "send">;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: CancelSignal;
  readonly sizes: CopySizes;
  readonly progress: (done: number) => void;
}

/** SendMessageBatch takes ten; an envelope is small enough for ten of them (core/envelope.ts). */
const MESSAGES_PER_CALL = 10;
/** Cut into messages by core/envelope.ts; so many keys are held at a time. */
const KEYS_AT_A_TIME = 1_000;
const SEND_TIMEOUT_MS = 30_000;

/** Resolves to the number of keys sent. Sending a key twice is harmless, so a call of unknown outcome is simply repeated. */
export async function enqueue(keys: Iterable<KeyEntry>, deps: EnqueueDeps): Promise<number> {
  let sent = 0;
  for (const some of groupsOf(keys, KEYS_AT_A_TIME)) {
    const now = deps.clock.wallMs();
    const envelope = putBack(some, { failures: 0, eventTime: now, firstSeen: now, origin: "verify" });
    const messages = splitEnvelope(envelope, deps.sizes).map((part): OutgoingMessage => {
      const groupId = groupIdOf(part);
      return { body: encodeEnvelope(part), ...(groupId === undefined ? {} : { groupId }) };
    });
    for (const batch of groupsOf(messages, MESSAGES_PER_CALL)) await send(batch, deps);
    sent += some.length;
    deps.progress(sent);
  }
  return sent;
}

/** Until every entry of the batch is in the queue: a batch answers 200 although entries failed. */
async function send(batch: readonly OutgoingMessage[], { queue, clock, random, signal }: EnqueueDeps): Promise<void> {
  let left = batch;
  await withRetry({ clock, random, onError: () => undefined }, "SendMessageBatch", signal, async () => {
    const results = await callOnce(clock, "SendMessageBatch", SEND_TIMEOUT_MS, signal, (inner) =>
      queue.send(left, inner),
    );
    const failed = results.flatMap((error, index) => (error === undefined ? [] : [{ error, message: left[index] }]));
    left = failed.flatMap(({ message }) => (message === undefined ? [] : [message]));
    if (failed[0] !== undefined) throw failed[0].error;
  });
}

function* groupsOf<T>(items: Iterable<T>, size: number): Generator<readonly T[]> {
  let group: T[] = [];
  for (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
