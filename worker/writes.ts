/**
 * Writes to one destination key, and what we know about when they land (rules 3, 4 and 6).
 *
 * A write is sent only while a message for the key is held for longer than the write can take to land, so that nobody else
 * is given the message while it may still land. A write whose outcome is unknown leaves the key *unsettled* until its bound
 * has passed, even if a later attempt succeeds.
 */
import { writeBoundMs, type WriteOperation } from "../core/bounds";
import { asSyncError } from "../core/errors";
import type { CancelSignal, Clock } from "../core/ports";
import { Interruption } from "./interruption";
import { callOnce } from "./retry";

export interface Writes {
  /**
   * One attempt of one write. Rejects with an Interruption when no lease can be held for the write bound, or when `until` was
   * aborted before one could: then nothing was sent.
   */
  send<T>(
    operation: WriteOperation,
    size: number,
    call: (signal: CancelSignal) => Promise<T>,
    until?: CancelSignal,
  ): Promise<T>;
  /** Monotonic; until then a write of unknown outcome may land. 0: none. */
  readonly unsettledUntilMs: number;
  /** A write was sent since the key was last clean with all writes settled (rule 5: its state is unknown if we let go now). */
  readonly written: boolean;
  /** The key was found clean, and no write can land any more. */
  cleaned(): void;
  /** Milliseconds from now in which any write of ours, also one in flight, may land; 0 when none can. */
  landsWithinMs(): number;
  /** To be called once the bound has passed; the destination must be looked at afterwards. */
  settled(): void;
}

export interface WritesDeps {
  readonly clock: Clock;
  /** Aborted when the worker cannot wait for answers any longer. */
  readonly abandon: CancelSignal;
  /** See `Leases.ensure`, over all messages for this key. */
  readonly ensureLease: (ms: number, until: CancelSignal) => Promise<boolean>;
}

/** The answer is awaited for half of the bound; what is left covers a write that lands after we stopped waiting. */
const ANSWER_SHARE = 0.5;

export function makeWrites(deps: WritesDeps): Writes {
  return new KeyWrites(deps);
}

/** A class, because every key has one. */
class KeyWrites implements Writes {
  unsettledUntilMs = 0;
  written = false;
  private inFlightUntilMs = 0;

  constructor(private readonly deps: WritesDeps) {}

  async send<T>(
    operation: WriteOperation,
    size: number,
    call: (signal: CancelSignal) => Promise<T>,
    until: CancelSignal = this.deps.abandon,
  ): Promise<T> {
    const { clock, abandon, ensureLease } = this.deps;
    const bound = writeBoundMs(operation, size);
    if (!(await ensureLease(bound, until))) throw new Interruption(until.aborted ? "stopping" : "lease-lost");
    const landsUntil = clock.monotonicMs() + bound;
    this.inFlightUntilMs = landsUntil;
    this.written = true;
    try {
      return await callOnce(clock, operation, bound * ANSWER_SHARE, abandon, call);
    } catch (thrown) {
      const error = asSyncError(thrown, operation);
      if (error.effect === "unknown") this.unsettledUntilMs = Math.max(this.unsettledUntilMs, landsUntil);
      throw error;
    } finally {
      this.inFlightUntilMs = 0;
    }
  }

  cleaned(): void {
    this.written = false;
  }

  landsWithinMs(): number {
    return Math.max(0, Math.max(this.unsettledUntilMs, this.inFlightUntilMs) - this.deps.clock.monotonicMs());
  }

  settled(): void {
    this.unsettledUntilMs = 0;
  }
}
