/** Progress of one key's copy: what the room rule and the logs need to know. */
import type { Clock, Log } from "../core/ports";
import type { Tally } from "./tally";
import { mib } from "./calls";

export interface Progress {
  /** This many copy requests are to be made for this many bytes. */
  planned(requests: number, bytes: number): void;
  /** One of them was sent. */
  started(): void;
  /** A whole object by one request. */
  copied(bytes: number): void;
  partCopied(bytes: number): void;
  partsReused(parts: number, bytes: number): void;
  multipartCopied(): void;
}

const LOG_EVERY_MS = 10_000;

export interface ProgressDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly tally: Tally;
  readonly plan: (requests: number) => void;
}

export function makeProgress(deps: ProgressDeps, key: string): Progress {
  return new KeyProgress(deps, key);
}

/** A class, because every key has one. */
class KeyProgress implements Progress {
  private unstarted = 0;
  private parts = 0;
  private size = 0;
  private partsDone = 0;
  private bytesDone = 0;
  private bytesReused = 0;
  private beganAt = 0;
  private loggedAt = 0;

  constructor(
    private readonly deps: ProgressDeps,
    private readonly key: string,
  ) {}

  planned(requests: number, bytes: number): void {
    this.parts = requests;
    this.size = bytes;
    this.partsDone = this.bytesDone = this.bytesReused = 0;
    this.beganAt = this.loggedAt = this.deps.clock.monotonicMs();
    this.plan(requests);
  }

  started(): void {
    this.plan(this.unstarted - 1);
  }

  copied(bytes: number): void {
    this.deps.tally.add("copies");
    this.deps.tally.add("bytesCopied", bytes);
  }

  partCopied(bytes: number): void {
    this.partsDone++;
    this.bytesDone += bytes;
    this.deps.tally.add("parts");
    this.deps.tally.add("bytesCopied", bytes);
    this.logProgress();
  }

  partsReused(reused: number, bytes: number): void {
    this.partsDone += reused;
    this.bytesDone += bytes;
    this.bytesReused += bytes;
    this.deps.tally.add("partsReused", reused);
    this.plan(this.unstarted - reused);
  }

  multipartCopied(): void {
    this.deps.tally.add("copies");
  }

  private plan(requests: number): void {
    this.unstarted = Math.max(0, requests);
    this.deps.plan(this.unstarted);
  }

  private logProgress(): void {
    const now = this.deps.clock.monotonicMs();
    if (now - this.loggedAt < LOG_EVERY_MS) return;
    this.loggedAt = now;
    const { bytesDone, size } = this;
    const perMs = (bytesDone - this.bytesReused) / Math.max(1, now - this.beganAt);
    this.deps.log.info("copy-progress", {
      key: this.key,
      partsDone: this.partsDone,
      parts: this.parts,
      mibDone: mib(bytesDone),
      mib: mib(size),
      etaSeconds: perMs > 0 ? Math.ceil((size - bytesDone) / perMs / 1000) : undefined,
    });
  }
}
