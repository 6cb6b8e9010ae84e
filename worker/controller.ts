/** AbortControllers for signals that hundreds of calls listen to at once, and for signals that follow another one. */
import { setMaxListeners } from "node:events";

/** Node warns above ten listeners of one signal; here that many are the normal case. */
export function makeController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** A controller that is aborted with `parent`, too. `unlink` when done, or the parent keeps it for ever. */
export function makeChild(parent: AbortSignal): { controller: AbortController; unlink: () => void } {
  const controller = makeController();
  const follow = (): void => controller.abort();
  if (parent.aborted) follow();
  else parent.addEventListener("abort", follow, { once: true });
  return { controller, unlink: () => parent.removeEventListener("abort", follow) };
}

/** Asked anew each time: the compiler takes a property that was false for false for ever, also across an await. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
