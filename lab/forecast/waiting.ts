/** The queue: lots that are visible, first come first served, and how many messages are held. */
import type { QueueDepth } from "../../core/scale";
import type { Lot } from "./lots";

export interface Waiting {
  put(lot: Lot): void;
  /** The oldest; it is in flight from then on. */
  take(): Lot | undefined;
  /** Messages were deleted, or put back by whoever held them. */
  letGo(messages: number): void;
  depth(): QueueDepth;
}

export function makeWaiting(): Waiting {
  let lots: Lot[] = [];
  let first = 0;
  let visible = 0;
  let inFlight = 0;
  return {
    put(lot) {
      lots.push(lot);
      visible += lot.messages;
    },
    take() {
      const lot = lots[first];
      if (lot === undefined) return undefined;
      first++;
      if (first > 10_000 && first * 2 > lots.length) {
        lots = lots.slice(first);
        first = 0;
      }
      visible -= lot.messages;
      inFlight += lot.messages;
      return lot;
    },
    letGo: (messages) => void (inFlight -= messages),
    depth: () => ({ visible, inFlight, delayed: 0 }),
  };
}
