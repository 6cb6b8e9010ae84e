/**
 * Visibility changes of one message whose answers were lost. Each may still be processed until its own time is up, and then
 * sets the visibility to what it asked for, whatever was set in between: so it caps what can be relied on.
 */

export interface LostChanges {
  /** A change to `seconds` may be processed until `untilMs` (monotonic). */
  add(untilMs: number, seconds: number): void;
  /** The seconds that a change sent at `atMs` can be relied on for, at most; Infinity when nothing is open. */
  capSeconds(atMs: number): number;
  /** Monotonic; until then an extension by `ms` cannot be relied on. 0: it can be at once. */
  blockedUntilMs(nowMs: number, ms: number): number;
}

export function makeLostChanges(): LostChanges {
  let open: { untilMs: number; seconds: number }[] = [];

  function at(ms: number): typeof open {
    open = open.filter((change) => ms < change.untilMs);
    return open;
  }

  return {
    add(untilMs, seconds) {
      open.push({ untilMs, seconds });
    },
    capSeconds: (atMs) => Math.min(...at(atMs).map((change) => change.seconds), Infinity),
    blockedUntilMs: (nowMs, ms) =>
      Math.max(0, ...at(nowMs).map((change) => (change.seconds * 1000 < ms ? change.untilMs : 0))),
  };
}
