/**
 * Room: how many more messages a worker may receive. Counted in planned copy requests that have not been started: two pools full, so
 * that it is never starved, and never hoards a backlog that others could share.
 *
 * What a message asks for is only known when it is here: one event, or a batch of a hundred keys. While the queue gives what it is asked
 * for, the next message is reckoned with what messages have lately asked for. Otherwise a receive may wait, and what it will bring is
 * not in the queue yet: then it is reckoned with a whole batch. Ten batches of a backfill at once would keep live events out until they
 * are worked off.
 *
 * A worker that is full of single events has room for another one whenever a copy begins. It waits until every receiver can ask for a whole
 * receive: SQS is paid by the request.
 */
import { DEFAULT_BATCH_LIMITS } from "../core/envelope";

export interface Room {
  /** Messages that one receiver may ask for now. */
  messages(): number;
  /** Messages that may be received beyond what the steady receivers bring: none while enough is waiting to be started. */
  messagesForHelp(): number;
  /** A message has been filed; it asks for this many copy requests. */
  filed(requests: number): void;
  /** A range has come to be listed: batches of keys will follow it. */
  filedRange(): void;
  /** So many messages were asked for at once, and so many came. */
  answered(asked: number, came: number): void;
}

export interface RoomDeps {
  /** Copy requests at once. */
  readonly slots: number;
  /** They share the room: each asks before it knows what the others bring. */
  readonly receivers: number;
  readonly unstarted: () => number;
  /** Messages held. */
  readonly held: () => number;
  /** Ranges that wait to be listed. */
  readonly ranges: () => number;
  /** Undefined: the breaker is closed. Otherwise the keys at hand. */
  readonly keysWhileOpen: () => number | undefined;
}

/** Messages held at once, as a multiple of the slots: what can be heartbeaten, and bounded memory for hot keys. */
const HELD_PER_SLOT = 8;
/** So many ranges that wait to be listed leave no room: the others are for other workers. */
const RANGES_PER_WORKER = 8;
/** So much of a pool that waits to be started is enough: more would only be held, and a busy worker is no faster for it. */
const ENOUGH = 1 / 4;
/** Copy requests of a full batch of small objects. */
const WHOLE_BATCH = DEFAULT_BATCH_LIMITS.maxKeys;
/** Messages that came, as a part of those asked for: from here on more of the same kind are likely to be there. */
const DEEP = 1 / 2;
/** Messages of a whole receive (API ReceiveMessage). */
const WHOLE_RECEIVE = 10;
/** Never waits for more room than this part of a pool, which comes by itself while the rest of it is begun. */
const WORTH_A_WAIT = 1 / 4;
/** How fast a heavy message is forgotten when light ones follow. */
const FORGETTING = 0.9;

export function makeRoom({ slots, receivers, unstarted, held, ranges, keysWhileOpen }: RoomDeps): Room {
  let perMessage: number | undefined;
  let isDeep = false;

  /** Copy requests until so many wait to be started. */
  function leftUpTo(most: number): number {
    return most - unstarted() - ranges() * Math.ceil((2 * slots) / RANGES_PER_WORKER);
  }

  function messagesUpTo(most: number, weight: number): number {
    return Math.max(0, Math.ceil(Math.min(leftUpTo(most) / weight, HELD_PER_SLOT * slots - held())));
  }

  /** Nearly full, and what comes are single events, one request each: batches are few, and another may be a live event among them. */
  function isWorthAWait(weight: number): boolean {
    return weight === 1 && leftUpTo(2 * slots) < Math.min(receivers * WHOLE_RECEIVE, WORTH_A_WAIT * slots);
  }

  function noted(requests: number): void {
    perMessage = Math.max(1, requests, (perMessage ?? 0) * FORGETTING);
  }

  return {
    messages() {
      // While the breaker is open one more key is taken if there is only one to judge by: another may show that S3 is well.
      const keys = keysWhileOpen();
      if (keys !== undefined) return held() < HELD_PER_SLOT * slots && keys <= 1 ? 1 : 0;
      const weight = isDeep ? (perMessage ?? WHOLE_BATCH) : WHOLE_BATCH;
      return isWorthAWait(weight) ? 0 : Math.ceil(messagesUpTo(2 * slots, weight) / receivers);
    },
    messagesForHelp: () =>
      keysWhileOpen() === undefined ? messagesUpTo(ENOUGH * slots, perMessage ?? WHOLE_BATCH) : 0,
    filed(requests) {
      if (requests > 0) noted(requests);
    },
    filedRange: () => noted(WHOLE_BATCH),
    answered(asked, came) {
      isDeep = came > 0 && came >= DEEP * asked;
    },
  };
}
