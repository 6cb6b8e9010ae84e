/** Looks of a person at a bucket: repeated, and not for ever. */
import type { CancelSignal } from "../../../core/ports";
import type { SourceState } from "../../../core/state";
import { makePatience } from "../../../cli/shell/patience";
import { makeClock } from "../../support/worker-clock";
import { failure, hang } from "../../support/worker-fakes";

const ABSENT = { kind: "absent" } as const;

function looking(head: (key: string, signal: CancelSignal) => Promise<SourceState>) {
  const clock = makeClock();
  const { signal } = new AbortController();
  const bucket = { name: "b", head, exists: () => Promise.resolve(true) };
  const patience = makePatience({ clock, random: () => 0.5, signal });
  return { clock, looking: patience.source(bucket).head("k", signal) };
}

test("trouble that passes is gone through", async () => {
  const answers = [() => Promise.reject(failure("Unavailable")), () => Promise.resolve(ABSENT)];
  const { clock, looking: look } = looking(() => (answers.shift() ?? hang)());
  expect(await clock.until(look)).toEqual(ABSENT);
});

test("a bucket that never answers is given up within two minutes, and every call to it with it", async () => {
  const signals: { readonly aborted: boolean }[] = [];
  const { clock, looking: look } = looking((_, signal) => {
    signals.push(signal);
    return hang();
  });
  const ended = look.catch((error: unknown) => error);
  expect(await clock.until(ended)).toMatchObject({ operation: "HeadObject", effect: "unknown" });
  expect(clock.now).toBeLessThan(120_000);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true, true, true]);
});
