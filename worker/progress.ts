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

export function makeProgress(
  deps: { clock: Clock; log: Log; tally: Tally; plan: (requests: number) => void },
  key: string,
): Progress {
  const { clock, log, tally } = deps;
  let unstarted = 0;
  let parts = 0;
  let size = 0;
  let partsDone = 0;
  let bytesDone = 0;
  let bytesReused = 0;
  let beganAt = 0;
  let loggedAt = 0;

  function plan(requests: number): void {
    unstarted = Math.max(0, requests);
    deps.plan(unstarted);
  }

  function logProgress(): void {
    const now = clock.monotonicMs();
    if (now - loggedAt < LOG_EVERY_MS) return;
    loggedAt = now;
    const perMs = (bytesDone - bytesReused) / Math.max(1, now - beganAt);
    log.info("copy-progress", {
      key,
      partsDone,
      parts,
      mibDone: mib(bytesDone),
      mib: mib(size),
      etaSeconds: perMs > 0 ? Math.ceil((size - bytesDone) / perMs / 1000) : undefined,
    });
  }

  return {
    planned(requests, bytes) {
      parts = requests;
      size = bytes;
      partsDone = bytesDone = bytesReused = 0;
      beganAt = loggedAt = clock.monotonicMs();
      plan(requests);
    },
    started: () => plan(unstarted - 1),
    copied(bytes) {
      tally.add("copies");
      tally.add("bytesCopied", bytes);
    },
    partCopied(bytes) {
      partsDone++;
      bytesDone += bytes;
      tally.add("parts");
      tally.add("bytesCopied", bytes);
      logProgress();
    },
    partsReused(reused, bytes) {
      partsDone += reused;
      bytesDone += bytes;
      bytesReused += bytes;
      tally.add("partsReused", reused);
      plan(unstarted - reused);
    },
    multipartCopied: () => tally.add("copies"),
  };
}
