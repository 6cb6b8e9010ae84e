/** Signals that end work: one for each call, each key and the whole worker, cheap enough for thousands a second. */
import type { CancelSignal } from "../core/ports";

export interface Controller {
  readonly signal: CancelSignal;
  /** A second time does nothing. */
  abort(): void;
}

/**
 * An `AbortController` for the worker's own use. The platform's makes an event and, without a reason, an exception with a stack for
 * every abort, and keeps a list of listeners that is walked from its beginning for each that comes or goes: of a hundred calls that
 * listen to one signal each pays for the others.
 */
export function makeController(): Controller {
  return new Signal();
}

/** Its own controller: thousands are made a second. Whoever is given it as a `CancelSignal` can only listen. */
class Signal implements CancelSignal, Controller {
  aborted = false;
  /** Most signals have one listener and are gone a moment later. */
  private first: (() => void) | undefined;
  private others: Set<() => void> | undefined;

  get signal(): CancelSignal {
    return this;
  }

  /** A signal aborts once, so every listener is called once. */
  addEventListener(_type: "abort", listener: () => void): void {
    if (this.aborted || listener === this.first) return;
    if (this.first === undefined) this.first = listener;
    else (this.others ??= new Set()).add(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    if (this.first === listener) this.first = undefined;
    else this.others?.delete(listener);
  }

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    const { first, others } = this;
    this.first = undefined;
    first?.();
    for (const listener of others ?? []) {
      others?.delete(listener);
      listener();
    }
  }
}

/** Calls `run` when the signal aborts; the answer ends that. */
export function onAbort(signal: CancelSignal, run: () => void): () => void {
  // Equal functions are separate entries.
  const entry = (): void => run();
  signal.addEventListener("abort", entry, { once: true });
  return () => signal.removeEventListener("abort", entry);
}

/** A controller that is aborted with `parent`, too. `unlink` when done, or the parent keeps it for ever. */
export function makeChild(parent: CancelSignal): { controller: Controller; unlink: () => void } {
  const controller = makeController();
  const follow = (): void => controller.abort();
  if (parent.aborted) {
    follow();
    return { controller, unlink: () => undefined };
  }
  return { controller, unlink: onAbort(parent, follow) };
}

/** Asked anew each time: the compiler takes a property that was false for false for ever, also across an await. */
export function isAborted(signal: CancelSignal): boolean {
  return signal.aborted;
}
