import { withAbortSignal } from "../../aws/abort-signal";
import { makeController } from "../../worker/controller";

it("hands the platform's own signal on as it is", async () => {
  const { signal } = new AbortController();
  await expect(withAbortSignal(signal, (given) => Promise.resolve(given))).resolves.toBe(signal);
});

it("aborts the platform's signal as soon as the other does", async () => {
  const controller = makeController();
  const { signal } = controller;
  let given: AbortSignal | undefined;
  const running = withAbortSignal(signal, (abortSignal) => {
    given = abortSignal;
    return new Promise((resolve) => abortSignal.addEventListener("abort", () => resolve("aborted")));
  });
  expect(given?.aborted).toBe(false);
  controller.abort();
  await expect(running).resolves.toBe("aborted");
});

it("begins aborted when the other has aborted", async () => {
  const controller = makeController();
  const { signal } = controller;
  controller.abort();
  await expect(withAbortSignal(signal, (given) => Promise.resolve(given.aborted))).resolves.toBe(true);
});

it("listens no longer once the call is over, however it ended", async () => {
  const controller = makeController();
  const { signal } = controller;
  const seen: AbortSignal[] = [];
  const call = (end: () => Promise<void>) => (given: AbortSignal) => {
    seen.push(given);
    return end();
  };
  await withAbortSignal(
    signal,
    call(() => Promise.resolve()),
  );
  await withAbortSignal(
    signal,
    call(() => Promise.reject(new Error("failed"))),
  ).catch(() => undefined);
  controller.abort();
  expect(seen.map(({ aborted }) => aborted)).toEqual([false, false]);
});
