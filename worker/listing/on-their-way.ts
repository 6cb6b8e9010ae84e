/**
 * Keys that this worker has queued and not seen again. They are work that is there, though nobody holds it yet: a lister that did not count
 * them would list range after range in the moment before the first of them come, and whatever arrives in the queue then waits behind all of
 * them.
 */
import type { Clock } from "../../core/ports";

export interface OnTheirWay {
  readonly keys: number;
  /** So many are about to be sent. */
  add(keys: number): void;
  /** SQS has taken them, or not: from now on they come within a moment, or to another worker. */
  sent(): void;
  /** So many keys of a backfill have come, whoever queued them. */
  came(keys: number): void;
}

/** Milliseconds. A receive that waits is answered within some tens of them; a second without means that others have them. */
const MOMENT_MS = 1_000;

/** @param onGone told when those that have not come are no longer waited for */
export function makeOnTheirWay(clock: Pick<Clock, "after">, onGone: () => void): OnTheirWay {
  let keys = 0;
  let sending = 0;
  let forget: (() => void) | undefined;

  function giveUp(): void {
    keys = 0;
    onGone();
  }

  return {
    get keys() {
      return keys;
    },
    add(more) {
      keys += more;
      sending++;
      forget?.();
    },
    sent() {
      if (--sending === 0 && keys > 0) forget = clock.after(MOMENT_MS, giveUp);
    },
    came(fewer) {
      keys = Math.max(0, keys - fewer);
    },
  };
}
