/** AbortControllers for signals that hundreds of calls listen to at once, and for signals that follow another one. */
import { setMaxListeners } from "node:events";

/** Node warns above ten listeners of one signal; here that many are the normal case. */
export function makeController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** By signal: what is to be called when it aborts. */
const listening = new WeakMap<AbortSignal, Listeners>();

interface Listeners {
  readonly all: Set<() => void>;
  readonly call: () => void;
}

/**
 * Calls `run` when the signal aborts; the answer ends that. For signals that hundreds of calls listen to: a signal's own list of
 * listeners is walked from its beginning for every one that comes or goes.
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  const { all, call } = listeningTo(signal);
  // Equal functions are separate entries.
  const entry = (): void => run();
  if (all.size === 0) signal.addEventListener("abort", call, { once: true });
  all.add(entry);
  return () => {
    if (all.delete(entry) && all.size === 0) signal.removeEventListener("abort", call);
  };
}

function listeningTo(signal: AbortSignal): Listeners {
  const known = listening.get(signal);
  if (known !== undefined) return known;
  const all = new Set<() => void>();
  const call = (): void => {
    for (const each of all) {
      all.delete(each);
      each();
    }
  };
  const made = { all, call };
  listening.set(signal, made);
  return made;
}

/** A controller that is aborted with `parent`, too. `unlink` when done, or the parent keeps it for ever. */
export function makeChild(parent: AbortSignal): { controller: AbortController; unlink: () => void } {
  const controller = makeController();
  const follow = (): void => controller.abort();
  if (parent.aborted) {
    follow();
    return { controller, unlink: () => undefined };
  }
  return { controller, unlink: onAbort(parent, follow) };
}

/** Asked anew each time: the compiler takes a property that was false for false for ever, also across an await. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
