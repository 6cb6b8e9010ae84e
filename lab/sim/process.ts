/** One simulated worker process: alive, killed or ended, and what the world must know about it. */

export type ProcessState = "running" | "killed" | "ended";

/** A destination write that is not fenced by an upload id, from its sending on. */
export interface WriteRecord {
  readonly key: string;
  readonly operation: string;
  readonly sentAtMs: number;
  /** When it can no longer land: sent plus write bound. */
  readonly boundAtMs: number;
  /** In flight, known to have happened or not, or of unknown outcome. */
  outcome: "in-flight" | "settled" | "unknown";
}

export class SimProcess {
  state: ProcessState = "running";
  /** Aborted on SIGTERM. */
  readonly stop = new AbortController();
  /** Port calls made so far. */
  calls = 0;
  /** Answers and timers before this instant wait: the process does not get the processor. */
  frozenUntilMs = 0;
  /** Copy requests that it waits for. */
  copiesInFlight = 0;
  readonly writes: WriteRecord[] = [];
  private readonly callsOf = new Map<string, number>();
  /** When it last acknowledged a message of a key. */
  readonly finished = new Map<string, number>();
  wasFrozen = false;
  /** When a call of its was disturbed last. */
  lastFaultAtMs = -1;

  constructor(
    readonly id: string,
    readonly ordinal: number,
    readonly startedAtMs: number,
  ) {}

  isRunning(): boolean {
    return this.state === "running";
  }

  /** Counts a call of the operation; resolves to how many there have been. */
  countCall(operation: string): number {
    const count = (this.callsOf.get(operation) ?? 0) + 1;
    this.callsOf.set(operation, count);
    return count;
  }

  /** Writes to the key that may, as far as the process can know, still land. */
  unsettled(key: string, nowMs: number): readonly WriteRecord[] {
    return this.writes.filter((w) => w.key === key && w.outcome !== "settled" && w.boundAtMs > nowMs);
  }
}
