/** The real clock. Everything in worker/ takes a `Clock`, so tests run under virtual time. */
import type { Clock } from "../core/ports";
import { makeController } from "./controller";

export const systemClock: Clock = {
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done, { once: true });
    }),
};

/** For clocks that can only sleep. */
export function afterSleeping(sleep: Clock["sleep"]): Clock["after"] {
  return (ms, run) => {
    const controller = makeController();
    void sleep(ms, controller.signal).then(() => (controller.signal.aborted ? undefined : run()));
    return () => controller.abort();
  };
}
