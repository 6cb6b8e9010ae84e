/**
 * How requests about one key are made: under a limiter, with a deadline, repeated as core/retry.ts decides.
 * Slots are taken per attempt, so that nothing holds one while it waits to try again.
 */
import { writeBoundMs, type WriteOperation } from "../core/bounds";
import { classOf, asSyncError, type SyncError } from "../core/errors";
import { MIB } from "../core/parts";
import type { CancelSignal, Clock, Log } from "../core/ports";
import { Interruption } from "./interruption";
import { callOnce, type RetryDeps, withRetry } from "./retry";
import type { SlotPool, SlotResult } from "./slots";
import type { Tally } from "./tally";
import { makeWrites, type Writes } from "./writes";

const READ_TIMEOUT_MS = 15_000;

/** What a request about a key may lean on; one per worker. */
export interface CallDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly tally: Tally;
  /** Copy requests, deletes and everything about uploads. */
  readonly slots: SlotPool;
  /** HEAD requests at the source: S3 Standard limits them per prefix (5,500/s). */
  readonly heads: SlotPool;
  /** Aborted when the drain budget is used up: answers are not awaited any longer. */
  readonly abandon: CancelSignal;
}

/** Requests about one key. All reject with a SyncError or an Interruption. */
export interface Requests {
  /** A read at the source. */
  readSource<T>(operation: string, call: Call<T>): Promise<T>;
  /** A read at the destination. */
  readDestination<T>(operation: string, call: Call<T>): Promise<T>;
  /** A write that is not fenced by an upload id (rules 3 and 4). */
  write<T>(operation: WriteOperation, size: number, call: Call<T>): Promise<T>;
  /** A request about an upload, which changes nothing visible; `bytes` are copied by it. */
  upload<T>(operation: string, bytes: number, call: Call<T>): Promise<T>;
}

export type Call<T> = (signal: CancelSignal) => Promise<T>;

export interface KeyCalls {
  /** Requests that begin something: interrupted as soon as the work on this key has to end. */
  readonly begin: Requests;
  /** Requests that finish what was begun (look again, complete, abort): made until the drain budget is used up. */
  readonly finish: Requests;
  readonly writes: Writes;
  /** Waits between two rounds of something; ends at once when the drain budget is used up. */
  readonly pause: (ms: number) => Promise<void>;
  /** Whether somebody else can go on with an upload that we leave: a message for the key is held, and there is a queue. */
  readonly canHandOff: () => boolean;
}

export interface KeyHold {
  /** Aborted when the work on this key has to end soon. */
  readonly stopping: CancelSignal;
  /** See `Leases.ensure`, over all messages for this key. */
  readonly ensureLease: (ms: number, until: CancelSignal) => Promise<boolean>;
  readonly canHandOff: () => boolean;
  /** The destination took something: proof that it is well, long before a large copy is complete. */
  readonly onWritten: () => void;
}

export function makeKeyCalls(deps: CallDeps, key: string, hold: KeyHold): KeyCalls {
  const about = new AboutKey(deps, key, hold);
  return {
    begin: new KeyRequests(about, hold.stopping),
    finish: new KeyRequests(about, deps.abandon),
    writes: about.writes,
    pause: (ms) => deps.clock.sleep(ms, deps.abandon),
    canHandOff: hold.canHandOff,
  };
}

/** What all requests about one key share. Classes here, because every key has its own. */
class AboutKey implements RetryDeps {
  readonly writes: Writes;
  readonly clock: Clock;
  readonly random: () => number;

  constructor(
    readonly deps: CallDeps,
    private readonly key: string,
    private readonly hold: KeyHold,
  ) {
    const { clock, random, abandon } = deps;
    this.clock = clock;
    this.random = random;
    this.writes = makeWrites({ clock, abandon, ensureLease: hold.ensureLease });
  }

  onError(error: SyncError): void {
    const { tally, log } = this.deps;
    tally.add(classOf(error) === "throttled" ? "throttles" : "retries");
    log.debug("call-failed", {
      key: this.key,
      operation: error.operation,
      code: error.code,
      effect: error.effect,
      message: error.message,
    });
  }

  /** The destination took what was sent. */
  readonly written = <T>(result: T): T => {
    this.hold.onWritten();
    return result;
  };

  async inSlot<T>(pool: SlotPool, until: CancelSignal, attempt: () => Promise<T>): Promise<T> {
    const slot = await pool.acquire(this.key, until);
    let result: SlotResult = "failed";
    try {
      const value = await attempt();
      result = "ok";
      return value;
    } catch (error) {
      if (!(error instanceof Interruption) && classOf(asSyncError(error, "")) === "throttled") result = "throttled";
      throw error;
    } finally {
      slot.release(result);
    }
  }
}

class KeyRequests implements Requests {
  constructor(
    private readonly about: AboutKey,
    private readonly until: CancelSignal,
  ) {}

  readSource<T>(operation: string, call: Call<T>): Promise<T> {
    return this.repeated(this.about.deps.heads, operation, READ_TIMEOUT_MS, call);
  }

  readDestination<T>(operation: string, call: Call<T>): Promise<T> {
    return this.repeated(this.about.deps.slots, operation, READ_TIMEOUT_MS, call);
  }

  write<T>(operation: WriteOperation, size: number, call: Call<T>): Promise<T> {
    const { about, until } = this;
    const { slots } = about.deps;
    const attempt = (): Promise<T> => about.writes.send(operation, size, call, until);
    return withRetry(about, operation, until, () => about.inSlot(slots, until, attempt)).then(about.written);
  }

  upload<T>(operation: string, bytes: number, call: Call<T>): Promise<T> {
    const { about } = this;
    const done = this.repeated(about.deps.slots, operation, writeBoundMs("CopyObject", bytes), call);
    // Only a part shows that copying works: uploads can be created, listed and aborted where the source cannot be read.
    return bytes > 0 ? done.then(about.written) : done;
  }

  private repeated<T>(pool: SlotPool, operation: string, timeoutMs: number, call: Call<T>): Promise<T> {
    const { about, until } = this;
    const { clock, abandon } = about.deps;
    const attempt = (): Promise<T> => callOnce(clock, operation, timeoutMs, abandon, call);
    return withRetry(about, operation, until, () => about.inSlot(pool, until, attempt));
  }
}

/** For logs: bytes as MiB with one digit. */
export function mib(bytes: number): number {
  return Math.round((bytes / MIB) * 10) / 10;
}
