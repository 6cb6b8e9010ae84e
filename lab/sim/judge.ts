/**
 * Watches the simulated world and says what must never happen. Everything is judged by what is true at the servers, not by
 * what a worker believes. Rule numbers are those of the convergence rule in docs/architecture.md.
 */
import { type History } from "./history";
import { describeReplica, describeSource, isEqual, isTorn, type Replica } from "./objects";
import type { Network } from "./network";
import type { SimProcess, WriteRecord } from "./process";
import type { SimDestination } from "./destination";
import type { SimMessage, SimQueue } from "./queue";
import type { SimSource } from "./source";

export interface Problem {
  /** Short name of the promise that was broken. */
  readonly promise: string;
  readonly key: string | undefined;
  readonly text: string;
}

/** Deliveries of one key; more means that it circles. */
const MAX_DELIVERIES = 300;
/** A bucket check may be this old when a delete is sent (rule 0), and the check itself took time. */
const BUCKET_CHECK_AGE_MS = 60_000;

/** The promise all others serve. */
export const EQUAL_AT_REST = "both sides equal at rest";

export interface JudgedWorld {
  readonly source: SimSource;
  readonly destination: SimDestination;
  readonly queue: SimQueue;
  readonly deadLetters: SimQueue;
  readonly network: Network;
}

export class Judge {
  readonly problems: Problem[] = [];
  /** Last instant at which both sides of a key were equal; "now" while they are. */
  private readonly equalUntil = new Map<string, number>();
  private readonly equalNow = new Map<string, boolean>();
  /** Keys whose source vanished together with its bucket: nobody was told, nobody can know. */
  readonly lostWithBucket = new Set<string>();
  private missingSince: number | undefined;
  private readonly deliveries = new Map<string, number>();

  constructor(
    private readonly world: JudgedWorld,
    private readonly history: History,
    private readonly now: () => number,
    private readonly prefix: string,
    private readonly copyConcurrency: number,
    /** Promises that are judged. */
    private readonly watched: (promise: string) => boolean,
  ) {}

  blame(promise: string, key: string | undefined, text: string): void {
    if (!this.watched(promise)) return;
    this.problems.push({ promise, key, text });
    this.history.add("judge", `BROKEN: ${promise}`, key, text);
  }

  /** After every change on either side. */
  compare(key: string): void {
    const equal = isEqual(this.world.source.get(key), this.world.destination.get(key));
    if (this.equalNow.get(key) !== false && !equal) this.equalUntil.set(key, this.now());
    this.equalNow.set(key, equal);
  }

  equalSince(key: string, sinceMs: number): boolean {
    if (isEqual(this.world.source.get(key), this.world.destination.get(key))) return true;
    return (this.equalUntil.get(key) ?? -1) >= sinceMs;
  }

  delivered(key: string): void {
    const count = (this.deliveries.get(key) ?? 0) + 1;
    this.deliveries.set(key, count);
    if (count > MAX_DELIVERIES) this.blame("no key circles", key, `${String(count)} deliveries`);
  }

  bucketDropped(keys: readonly string[]): void {
    this.missingSince = this.now();
    for (const key of keys) {
      this.lostWithBucket.add(key);
      this.compare(key);
    }
  }

  bucketCreated(): void {
    this.missingSince = undefined;
  }

  stored(key: string, replica: Replica | undefined): void {
    if (replica !== undefined && isTorn(replica)) this.blame("no torn object", key, describeReplica(replica));
    this.compare(key);
  }

  /** Any request that may change the destination. */
  touched(key: string, operation: string): void {
    if (!key.startsWith(this.prefix)) this.blame("only keys under the prefix", key, operation);
  }

  copySent(process: SimProcess, key: string): void {
    if (process.copiesInFlight > this.copyConcurrency) {
      this.blame("no more copies than slots", key, `${process.id} has ${String(process.copiesInFlight)} in flight`);
    }
  }

  /** A CopyObject, DELETE or Complete leaves a worker. */
  writeSent(process: SimProcess, write: WriteRecord): void {
    const { key, operation } = write;
    const leaseMs = this.world.queue.leaseUntil(process.id, key) - this.now();
    if (this.now() + leaseMs < write.boundAtMs) {
      const text = `${operation} of ${process.id}: lease left ${String(leaseMs)} ms, write bound ${String(write.boundAtMs - this.now())} ms`;
      this.blame("lease outlives the write (rule 4)", key, text);
    }
    const twin = process.writes.find((other) => other.key === key && other !== write && other.outcome === "in-flight");
    if (twin !== undefined) this.blame("one write of a key at a time", key, `${operation} beside ${twin.operation}`);
    if (operation === "DeleteObject" && this.missingSince !== undefined) {
      const missingMs = this.now() - this.missingSince;
      if (missingMs > BUCKET_CHECK_AGE_MS) {
        this.blame("no delete without a bucket (rule 0)", key, `bucket missing for ${String(missingMs / 1000)} s`);
      }
    }
  }

  /** A worker asks to delete a message. */
  deleteSent(process: SimProcess, receipt: string): void {
    const message = this.world.queue.byReceipt(receipt);
    if (message === undefined) return;
    if (message.receipt !== receipt || message.visibleAtMs <= this.now()) {
      this.blame("no delete after a lost lease (rule 5)", message.keys[0], `${process.id} deletes ${receipt}`);
    }
  }

  /** A message is gone for good; `receivedAtMs` is the receive whose receipt removed it. */
  acknowledged(process: SimProcess, message: SimMessage): void {
    for (const key of message.keys) {
      if (!key.startsWith(this.prefix)) continue;
      if (!this.hasSuccessor(key, message) && !this.excused(key) && !this.equalSince(key, message.receivedAtMs)) {
        const text = `${message.id} by ${process.id}; ${this.sides(key)}`;
        this.blame("no acknowledgement before a clean check", key, text);
      }
      process.finished.set(key, this.now());
      this.letGo(process, key, message.id);
    }
  }

  /** A worker let go of a message: somebody must come back to the key after its last write may have landed (rule 6). */
  letGo(process: SimProcess, key: string, messageId: string): void {
    const [write] = [...process.unsettled(key, this.now())].sort((a, b) => b.boundAtMs - a.boundAtMs);
    if (write === undefined) return;
    const guarded = this.world.queue.about(key).some((message) => message.visibleAtMs >= write.boundAtMs);
    if (guarded) return;
    const text = `${process.id} let go of ${messageId} with an unsettled ${write.operation} that may land for ${String(write.boundAtMs - this.now())} ms`;
    this.blame("no letting go of an unsettled key (rule 6)", key, text);
  }

  /** A message reached the dead-letter queue; `explained` when a death or the key itself accounts for it. */
  deadLettered(message: SimMessage, explained: boolean): void {
    const faulty = message.keys.some((key) => this.world.network.faultsOf(key) > 0);
    if (explained || faulty || message.keys.length === 0) return;
    this.blame(
      "no interruption alone dead-letters a key",
      message.keys[0],
      `${message.id} after ${String(message.receives)} receives`,
    );
  }

  /**
   * At rest: no upload is left by a process that knew of it and went on to finish the key; nobody else can be blamed. The upload of
   * a dead letter waits for whoever redrives it.
   */
  uploadsAtRest(processes: readonly SimProcess[], deadKeys: ReadonlySet<string>): void {
    for (const { id, key, creator, knownBy } of this.world.destination.uploads.values()) {
      if (deadKeys.has(key)) continue;
      for (const process of processes.filter(({ state }) => state === "ended")) {
        const knownAtMs = knownBy.get(process.id) ?? Infinity;
        const finishedAtMs = process.finished.get(key) ?? 0;
        if (finishedAtMs > knownAtMs)
          this.blame("no upload left open", key, `${id} by ${creator}, left by ${process.id}`);
      }
    }
  }

  /** At rest: both sides are equal, or the key is somewhere with a reason. */
  atRest(deadKeys: ReadonlySet<string>): void {
    const keys = new Set([...this.world.source.keys(), ...this.world.destination.keys()]);
    for (const key of keys) {
      if (!key.startsWith(this.prefix) || deadKeys.has(key) || this.excused(key)) continue;
      if (!isEqual(this.world.source.get(key), this.world.destination.get(key))) {
        this.blame(EQUAL_AT_REST, key, this.sides(key));
      }
    }
  }

  /** A message about the key that came after the other was received, or a dead letter that says why not. */
  private hasSuccessor(key: string, { receivedAtMs }: SimMessage): boolean {
    const { queue, deadLetters } = this.world;
    return [...queue.about(key), ...deadLetters.about(key)].some((other) => other.sentAtMs >= receivedAtMs);
  }

  private excused(key: string): boolean {
    return this.lostWithBucket.has(key);
  }

  private sides(key: string): string {
    return `source ${describeSource(this.world.source.get(key))}; destination ${describeReplica(this.world.destination.get(key))}`;
  }
}
