/** A log group: its streams and their events in order of time. Bounded: beyond `keepBytes` the oldest events go. Knows no protocol. */

/** What AWS adds to the UTF-8 bytes of a message when it counts sizes. API PutLogEvents. */
export const OVERHEAD_BYTES = 26;

export interface LogEvent {
  /** Makes events of one millisecond tell apart; grows with ingestion. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly ingestedAt: number;
  readonly stream: string;
  readonly message: string;
}

export interface LogStream {
  readonly name: string;
  readonly createdAt: number;
  firstEventAt: number | undefined;
  lastEventAt: number | undefined;
  lastIngestedAt: number | undefined;
}

/** A place between events: everything before it has been seen. */
export interface Position {
  readonly at: number;
  readonly sequence: number;
}

export class LogGroup {
  private readonly byName = new Map<string, LogStream>();
  private readonly ordered: LogEvent[] = [];
  /** Where `ordered` begins: dropping one by one from an array's front would move all others each time. */
  private dropped = 0;
  private bytes = 0;
  private nextSequence = 0;

  constructor(
    readonly name: string,
    readonly createdAt: number,
    readonly retentionInDays: number | undefined,
    private readonly keepBytes: number,
  ) {}

  get storedBytes(): number {
    return this.bytes;
  }

  streams(): LogStream[] {
    return [...this.byName.values()];
  }

  stream(name: string): LogStream | undefined {
    return this.byName.get(name);
  }

  /** The stream of that name, made if it is new. */
  openStream(name: string, now: number): LogStream {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const made = {
      name,
      createdAt: now,
      firstEventAt: undefined,
      lastEventAt: undefined,
      lastIngestedAt: undefined,
    };
    this.byName.set(name, made);
    return made;
  }

  put(streamName: string, at: number, message: string, now: number): void {
    const stream = this.openStream(streamName, now);
    stream.firstEventAt = Math.min(stream.firstEventAt ?? at, at);
    stream.lastEventAt = Math.max(stream.lastEventAt ?? at, at);
    stream.lastIngestedAt = now;
    const event = { sequence: this.nextSequence, at, ingestedAt: now, stream: streamName, message };
    this.nextSequence += 1;
    this.ordered.splice(this.dropped + this.indexOf(event), 0, event);
    this.bytes += sizeOf(event);
    this.dropOldest();
  }

  /** How many events there are. */
  get count(): number {
    return this.ordered.length - this.dropped;
  }

  /** In order of time, events of one millisecond in the order they came. */
  event(index: number): LogEvent | undefined {
    return index < 0 ? undefined : this.ordered[this.dropped + index];
  }

  /** Index of the first event that does not lie before the position; `count` if all do. */
  indexOf({ at, sequence }: Position): number {
    const isBefore = (event: LogEvent | undefined) =>
      event !== undefined && (event.at < at || (event.at === at && event.sequence < sequence));
    // Nearly every new event is the latest.
    if (isBefore(this.ordered.at(-1))) return this.count;
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.event(middle))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private dropOldest(): void {
    while (this.bytes > this.keepBytes && this.count > 1) {
      const oldest = this.event(0);
      if (oldest !== undefined) this.bytes -= sizeOf(oldest);
      this.dropped += 1;
    }
    if (this.dropped > 1024 && this.dropped > this.ordered.length / 2) {
      this.ordered.splice(0, this.dropped);
      this.dropped = 0;
    }
  }
}

export function sizeOf(event: LogEvent): number {
  return Buffer.byteLength(event.message) + OVERHEAD_BYTES;
}
