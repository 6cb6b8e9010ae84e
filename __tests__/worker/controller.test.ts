import type { CancelSignal } from "../../core/ports";
import { makeController, onAbort } from "../../worker/controller";

type Make = () => { readonly signal: CancelSignal; abort(): void };

/** What the worker leans on must be true of the platform's signal, too: the ports are given either. */
describe.each<[string, Make]>([
  ["the worker's own", makeController],
  ["the platform's", () => new AbortController()],
])("a signal: %s", (_name, make) => {
  it("calls every listener once, in the order they came", () => {
    const { signal, abort } = boundTo(make());
    const calls: string[] = [];
    for (const name of ["a", "b", "c"]) signal.addEventListener("abort", () => calls.push(name), { once: true });
    expect(signal.aborted).toBe(false);
    abort();
    abort();
    expect(signal.aborted).toBe(true);
    expect(calls).toEqual(["a", "b", "c"]);
  });

  it("is aborted already when its listeners are called", () => {
    const { signal, abort } = boundTo(make());
    let seen: boolean | undefined;
    signal.addEventListener("abort", () => (seen = signal.aborted));
    abort();
    expect(seen).toBe(true);
  });

  it("forgets a listener that is removed, whichever it is", () => {
    for (const removed of [0, 1, 2]) {
      const { signal, abort } = boundTo(make());
      const listeners = [0, 1, 2].map(() => jest.fn());
      for (const listener of listeners) signal.addEventListener("abort", listener);
      signal.removeEventListener("abort", listeners[removed] as () => void);
      abort();
      expect(listeners.map((listener) => listener.mock.calls.length)).toEqual(
        [0, 1, 2].map((index) => (index === removed ? 0 : 1)),
      );
    }
  });

  it("takes one function as one listener", () => {
    const { signal, abort } = boundTo(make());
    const listeners = [jest.fn(), jest.fn()];
    for (const listener of [...listeners, ...listeners]) signal.addEventListener("abort", listener);
    abort();
    expect(listeners.map((listener) => listener.mock.calls.length)).toEqual([1, 1]);
  });

  it("calls no listener that another one removes meanwhile", () => {
    const { signal, abort } = boundTo(make());
    const last = jest.fn();
    signal.addEventListener("abort", () => undefined);
    signal.addEventListener("abort", () => signal.removeEventListener("abort", last));
    signal.addEventListener("abort", last);
    abort();
    expect(last).not.toHaveBeenCalled();
  });

  it("calls nobody who listens after it has aborted", () => {
    const { signal, abort } = boundTo(make());
    abort();
    const late = jest.fn();
    signal.addEventListener("abort", late);
    abort();
    expect(late).not.toHaveBeenCalled();
  });

  it("keeps equal functions apart for onAbort, and ends each by itself", () => {
    const { signal, abort } = boundTo(make());
    const run = jest.fn();
    const forget = onAbort(signal, run);
    onAbort(signal, run);
    forget();
    abort();
    expect(run).toHaveBeenCalledTimes(1);
  });
});

function boundTo(controller: ReturnType<Make>): { readonly signal: CancelSignal; readonly abort: () => void } {
  return { signal: controller.signal, abort: () => controller.abort() };
}
