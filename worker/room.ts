/**
 * Room: how many more messages a worker may receive. Counted in planned copy requests that have not been started: two pools full, so
 * that it is never starved, and never hoards a backlog that others could share.
 *
 * What a message asks for is only known when it is here: one event, or a batch of a hundred keys. So it is reckoned with what messages
 * have lately asked for; otherwise ten batches of a backfill at once would keep live events out until they are worked off.
 */

export interface Room {
  /** Messages that may be received now. */
  messages(): number;
  /** Messages that may be received beyond what the steady receivers bring: none while enough is waiting to be started. */
  messagesForHelp(): number;
  /** A message has been filed; it asks for this many copy requests. */
  filed(requests: number): void;
}

export interface RoomDeps {
  /** Copy requests at once. */
  readonly slots: number;
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
/** Before anything is known: live events. A worker that begins among batches takes ten of them once. */
const FIRST_GUESS = 1;
/** How fast a heavy message is forgotten when light ones follow. */
const FORGETTING = 0.9;

export function makeRoom({ slots, unstarted, held, ranges, keysWhileOpen }: RoomDeps): Room {
  let perMessage = FIRST_GUESS;

  /** Until so many copy requests wait to be started. */
  function messagesUpTo(most: number): number {
    if (held() >= HELD_PER_SLOT * slots) return 0;
    const left = most - unstarted() - ranges() * Math.ceil((2 * slots) / RANGES_PER_WORKER);
    return Math.max(0, Math.ceil(left / perMessage));
  }

  return {
    messages() {
      // While the breaker is open one more key is taken if there is only one to judge by: another may show that S3 is well.
      const keys = keysWhileOpen();
      if (keys !== undefined) return held() < HELD_PER_SLOT * slots && keys <= 1 ? 1 : 0;
      return messagesUpTo(2 * slots);
    },
    messagesForHelp: () => (keysWhileOpen() === undefined ? messagesUpTo(ENOUGH * slots) : 0),
    filed(requests) {
      if (requests > 0) perMessage = Math.max(1, requests, perMessage * FORGETTING);
    },
  };
}
