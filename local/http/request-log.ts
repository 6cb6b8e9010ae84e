/**
 * What was asked of the cloud, by whom, with what result. Permissions, costs and test assertions are derived from it, so it counts everything
 * but keeps only the last entries.
 */
import { createWriteStream, openSync, type WriteStream } from "node:fs";

export interface LogEntry {
  readonly id: string;
  /** Arrival, milliseconds since the epoch (the machine's clock). */
  readonly at: number;
  /** From arrival to the end of the answer. */
  readonly ms: number;
  readonly principal: string;
  readonly service: string;
  readonly operation: string;
  readonly resource?: string;
  readonly key?: string;
  /** "bucket/key" of a copy source. */
  readonly source?: string;
  /** 0 = the connection was cut without an answer. */
  readonly status: number;
  readonly errorCode?: string;
  /** Names of the fault rules that acted on this request. */
  readonly faults?: readonly string[];
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface LogFilter {
  readonly service?: string;
  readonly operation?: string | readonly string[];
  readonly principal?: string;
  readonly resource?: string;
  readonly key?: string;
  readonly status?: number;
  readonly errorCode?: string;
  /** Only entries that arrived at or after this time (ms since the epoch). */
  readonly since?: number;
}

/** One line of `counters()`. */
export interface Counter {
  readonly principal: string;
  readonly service: string;
  readonly operation: string;
  readonly requests: number;
  /** Answers of 400 and above, and cut connections. */
  readonly errors: number;
}

export interface RequestLogOptions {
  /** How many entries are kept; default 100,000, 0 for none. Counters go on for ever. */
  readonly keep?: number;
  /** JSON lines are appended here. */
  readonly file?: string;
}

export class RequestLog {
  private readonly ring: LogEntry[] = [];
  private next = 0;
  private readonly keep: number;
  private readonly counts = new Map<
    string,
    { principal: string; service: string; operation: string; requests: number; errors: number }
  >();
  private readonly inFlight = new Map<string, number>();
  private readonly peak = new Map<string, number>();
  private readonly busy = new Map<string, { sinceMs: number; ms: number }>();
  private readonly sink: WriteStream | undefined;
  private readonly listeners = new Set<(entry: LogEntry) => void>();

  /** @throws Error when the file cannot be opened */
  constructor(options: RequestLogOptions = {}) {
    this.keep = options.keep ?? 100_000;
    this.sink = options.file === undefined ? undefined : appendTo(options.file);
  }

  /** A request of this operation has begun. */
  begin(operation: string): void {
    const now = this.step(operation, 1);
    if (now > (this.peak.get(operation) ?? 0)) this.peak.set(operation, now);
  }

  /** A request in flight turned out to be another operation. */
  rename(from: string, to: string): void {
    this.step(from, -1);
    this.begin(to);
  }

  /** It has ended: answered, or cut. */
  end(entry: LogEntry): void {
    this.step(entry.operation, -1);
    const name = `${entry.principal}\n${entry.service}\n${entry.operation}`;
    let count = this.counts.get(name);
    if (count === undefined) {
      count = {
        principal: entry.principal,
        service: entry.service,
        operation: entry.operation,
        requests: 0,
        errors: 0,
      };
      this.counts.set(name, count);
    }
    count.requests += 1;
    if (entry.status === 0 || entry.status >= 400 || entry.errorCode !== undefined) count.errors += 1;
    if (this.keep > 0) {
      this.ring[this.next] = entry;
      this.next = (this.next + 1) % this.keep;
    }
    this.sink?.write(`${JSON.stringify(entry)}\n`);
    for (const listener of this.listeners) listener(entry);
  }

  /** Kept entries that match, in the order they ended. */
  entries(filter: LogFilter = {}): LogEntry[] {
    const found: LogEntry[] = [];
    const full = this.ring.length === this.keep;
    for (let i = 0; i < this.ring.length; i++) {
      const entry = this.ring[full ? (this.next + i) % this.keep : i];
      if (entry !== undefined && matches(entry, filter)) found.push(entry);
    }
    return found;
  }

  /** Requests since the start (or `clear`), per principal and operation. */
  counters(): Counter[] {
    return [...this.counts.values()].map((count) => ({ ...count }));
  }

  /** Sum of `counters()` for an operation. */
  count(operation: string, principal?: string): number {
    let sum = 0;
    for (const c of this.counts.values()) {
      if (c.operation === operation && (principal === undefined || c.principal === principal)) sum += c.requests;
    }
    return sum;
  }

  /** The most requests of one operation that were in flight at once. */
  maxInFlight(operation: string): number {
    return this.peak.get(operation) ?? 0;
  }

  /** Requests of one operation in flight right now. */
  inFlightNow(operation: string): number {
    return this.inFlight.get(operation) ?? 0;
  }

  /** Milliseconds that requests of one operation took together: 2 of them for one second at once are 2,000. */
  busyMs(operation: string): number {
    const { sinceMs = 0, ms = 0 } = this.busy.get(operation) ?? {};
    return ms + (performance.now() - sinceMs) * this.inFlightNow(operation);
  }

  /** Called for each entry from now on; the answer ends that. */
  subscribe(listener: (entry: LogEntry) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Forgets entries, counters and peaks; requests in flight stay counted. */
  clear(): void {
    this.ring.length = 0;
    this.next = 0;
    this.counts.clear();
    this.peak.clear();
    const sinceMs = performance.now();
    for (const operation of this.busy.keys()) this.busy.set(operation, { sinceMs, ms: 0 });
  }

  private step(operation: string, by: 1 | -1): number {
    const before = this.inFlightNow(operation);
    const now = performance.now();
    const busy = this.busy.get(operation);
    if (busy === undefined) this.busy.set(operation, { sinceMs: now, ms: 0 });
    else {
      busy.ms += (now - busy.sinceMs) * before;
      busy.sinceMs = now;
    }
    this.inFlight.set(operation, before + by);
    return before + by;
  }

  async close(): Promise<void> {
    const sink = this.sink;
    if (sink !== undefined && !sink.destroyed) await new Promise<void>((done) => sink.end(() => done()));
  }
}

/** Opened at once, so that a wrong path is an error of the start. A disk that is full later ends the file with a warning, not the cloud. */
function appendTo(file: string): WriteStream {
  const sink = createWriteStream(file, { fd: openSync(file, "a") });
  sink.on("error", (error) => process.emitWarning(`the request log ${file} ends here: ${error.message}`));
  return sink;
}

function matches(entry: LogEntry, filter: LogFilter): boolean {
  const operations = filter.operation;
  return (
    (filter.service === undefined || entry.service === filter.service) &&
    (operations === undefined ||
      (typeof operations === "string" ? entry.operation === operations : operations.includes(entry.operation))) &&
    (filter.principal === undefined || entry.principal === filter.principal) &&
    (filter.resource === undefined || entry.resource === filter.resource) &&
    (filter.key === undefined || entry.key === filter.key) &&
    (filter.status === undefined || entry.status === filter.status) &&
    (filter.errorCode === undefined || entry.errorCode === filter.errorCode) &&
    (filter.since === undefined || entry.at >= filter.since)
  );
}
