/**
 * The slot pool: permission for one request in flight, for all objects and parts of the process.
 *
 * - Fair: waiters are served round robin over their owners (keys), so one huge object may use every slot while nobody else
 *   wants one, and a small object gets the next slot that is freed, however many parts wait: an owner that was served last
 *   lets others pass first.
 * - AIMD: the limit is halved when S3 asks for fewer requests, at most once per round trip (a 503 of a request that was sent
 *   before the last decrease says nothing new), and grows by one per `limit` successes.
 */
import type { CancelSignal } from "../core/ports";
import { onAbort } from "./controller";
import { Interruption } from "./interruption";

export type SlotResult = "ok" | "throttled" | "failed";

export interface SlotPool {
  /** Waits for a slot. Rejects with an Interruption when `signal` is or becomes aborted. */
  acquire(owner: string, signal: CancelSignal): Promise<Slot>;
  readonly inUse: number;
  readonly limit: number;
  /** The most that were in use at once since this was last asked. */
  takePeak(): number;
}

export interface Slot {
  /** Exactly once. */
  release(result: SlotResult): void;
}

/** Below this the pool never shrinks: a worker that sends nothing learns nothing. */
export const SLOT_FLOOR = 4;

/** A class, because thousands are made a second. */
class Granted implements Slot {
  private isReleased = false;

  constructor(
    private readonly ordinal: number,
    private readonly onRelease: (result: SlotResult, ordinal: number) => void,
  ) {}

  release(result: SlotResult): void {
    if (this.isReleased) throw new Error("slot released twice");
    this.isReleased = true;
    this.onRelease(result, this.ordinal);
  }
}

type Waiter = (slot: Slot) => void;

export function makeSlots(max: number, onDecrease: (limit: number) => void = () => undefined): SlotPool {
  const floor = Math.min(SLOT_FLOOR, max);
  // A Map keeps insertion order: its first entry is the owner whose turn it is.
  const waiting = new Map<string, Waiter[]>();
  let limit = max;
  let inUse = 0;
  let peak = 0;
  let grown = 0;
  let sent = 0;
  let sentAtDecrease = 0;
  let servedLast: string | undefined;

  function grant(owner: string): Slot {
    inUse++;
    peak = Math.max(peak, inUse);
    servedLast = owner;
    return new Granted(++sent, released);
  }

  function released(result: SlotResult, ordinal: number): void {
    inUse--;
    if (result === "ok") grow();
    if (result === "throttled" && ordinal > sentAtDecrease) shrink();
    serve();
  }

  function grow(): void {
    if (limit >= max) return;
    grown++;
    if (grown < limit) return;
    grown = 0;
    limit++;
  }

  function shrink(): void {
    sentAtDecrease = sent;
    grown = 0;
    const next = Math.max(floor, Math.floor(limit / 2));
    if (next === limit) return;
    limit = next;
    onDecrease(limit);
  }

  function serve(): void {
    while (inUse < limit) {
      const next = nextInTurn();
      if (next === undefined) return;
      const [owner, queue] = next;
      const waiter = queue.shift();
      waiting.delete(owner);
      if (queue.length > 0) waiting.set(owner, queue);
      waiter?.(grant(owner));
    }
  }

  function nextInTurn(): [string, Waiter[]] | undefined {
    for (const entry of waiting) if (entry[0] !== servedLast || waiting.size === 1) return entry;
    return undefined;
  }

  function acquire(owner: string, signal: CancelSignal): Promise<Slot> {
    if (signal.aborted) return Promise.reject(new Interruption("stopping"));
    if (inUse < limit && waiting.size === 0) return Promise.resolve(grant(owner));
    return new Promise((resolve, reject) => {
      const queue = waiting.get(owner) ?? [];
      const granted: Waiter = (slot) => {
        forget();
        resolve(slot);
      };
      const cancelled = (): void => {
        const index = queue.indexOf(granted);
        if (index >= 0) queue.splice(index, 1);
        if (queue.length === 0 && waiting.get(owner) === queue) waiting.delete(owner);
        reject(new Interruption("stopping"));
      };
      const forget = onAbort(signal, cancelled);
      queue.push(granted);
      waiting.set(owner, queue);
    });
  }

  return {
    acquire,
    get inUse() {
      return inUse;
    },
    get limit() {
      return limit;
    },
    takePeak() {
      const most = peak;
      peak = inUse;
      return most;
    },
  };
}
