/** One call under a deadline, and its repetition: what is awaited, for how long, and what is left behind. */
import type { ErrorCode } from "../../core/errors";
import { Interruption } from "../../worker/interruption";
import { callOnce, withRetry } from "../../worker/retry";
import { makeClock, type VirtualClock } from "../support/worker-clock";
import { countingController, deferred, failure, hang, raise, scripted, watch } from "../support/worker-fakes";
import type { CancelSignal } from "../../core/ports";

describe("callOnce", () => {
  it("answers with what the call answers, and leaves no timer and no listener", async () => {
    const clock = makeClock();
    const { controller, listeners } = countingController();
    let inner: CancelSignal | undefined;
    const answer = await callOnce(clock, "HeadObject", 5_000, controller.signal, async (signal) => {
      inner = signal;
      expect(listeners()).toBe(1);
      return "there";
    });
    expect(answer).toBe("there");
    expect({ timers: clock.timers, listeners: listeners() }).toEqual({ timers: 0, listeners: 0 });
    controller.abort();
    expect(inner?.aborted).toBe(false);
  });

  it("stops waiting exactly at the deadline: Timeout, effect unknown, and the call is told", async () => {
    const clock = makeClock();
    const { controller, listeners } = countingController();
    let inner: CancelSignal | undefined;
    const call = callOnce(clock, "CopyObject", 5_000, controller.signal, (signal) => {
      inner = signal;
      return hang();
    });
    const seen = watch(call);
    await clock.advance(4_999);
    expect({ state: seen.state, aborted: inner?.aborted }).toEqual({ state: "pending", aborted: false });
    await clock.advance(1);
    await expect(call).rejects.toMatchObject({
      code: "Timeout",
      effect: "unknown",
      message: "CopyObject: no answer within 5 s",
    });
    expect({ aborted: inner?.aborted, listeners: listeners(), timers: clock.timers }).toEqual({
      aborted: true,
      listeners: 0,
      timers: 0,
    });
  });

  it("is given up when the signal aborts: Aborted, effect unknown, because the request is on its way", async () => {
    const clock = makeClock();
    const { controller, listeners } = countingController();
    const call = callOnce(clock, "CopyObject", 5_000, controller.signal, () => hang());
    expect(listeners()).toBe(1);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "Aborted", effect: "unknown" });
    expect({ timers: clock.timers, listeners: listeners() }).toEqual({ timers: 0, listeners: 0 });
  });

  it("is not made at all when the signal is aborted already: effect none", async () => {
    const call = scripted(() => "never");
    const made = callOnce(makeClock(), "CopyObject", 5_000, AbortSignal.abort(), call);
    await expect(made).rejects.toMatchObject({ code: "Aborted", effect: "none" });
    expect(call.calls).toHaveLength(0);
  });

  it("ignores an answer and an error that come too late", async () => {
    const clock = makeClock();
    const late = deferred<string>();
    const failing = deferred<string>();
    const one = callOnce(clock, "HeadObject", 100, new AbortController().signal, () => late.promise);
    const other = callOnce(clock, "HeadObject", 100, new AbortController().signal, () => failing.promise);
    const ends = Promise.allSettled([one, other]);
    await clock.advance(100);
    late.resolve("late");
    failing.reject(new Error("late"));
    await clock.settle();
    expect((await ends).map((end) => end.status === "rejected" && (end.reason as unknown))).toMatchObject([
      { code: "Timeout" },
      { code: "Timeout" },
    ]);
  });

  it("makes a SyncError of unknown effect out of anything else that is thrown", async () => {
    const made = callOnce(makeClock(), "HeadObject", 100, new AbortController().signal, () => {
      throw new TypeError("not a function");
    });
    await expect(made).rejects.toMatchObject({ code: "Unknown", effect: "unknown", awsName: "TypeError" });
  });
});

describe("withRetry", () => {
  const policy = { attempts: 4, baseMs: 100, capMs: 250 };

  function begin(clock: VirtualClock, codes: ErrorCode[], stopping = new AbortController().signal) {
    const errors: string[] = [];
    const attempt = scripted(() => "done");
    for (const code of codes) attempt.once(() => raise(failure(code)));
    const deps = {
      clock,
      random: () => 0.999,
      onError: (error: { code: string }) => void errors.push(`${error.code} at ${clock.now}`),
    };
    return { errors, attempt, result: withRetry(deps, "CopyObject", stopping, attempt, policy) };
  }

  it("repeats what waiting can help, after jittered, doubling, capped pauses", async () => {
    const clock = makeClock();
    const { errors, result } = begin(clock, ["Unavailable", "Throttled", "Timeout"]);
    await expect(clock.until(result)).resolves.toBe("done");
    expect(errors).toEqual(["Unavailable at 0", "Throttled at 99", "Timeout at 298"]);
    expect(clock.now).toBe(298 + 249);
  });

  it("rejects with the last error once its attempts are used up", async () => {
    const clock = makeClock();
    const { attempt, result } = begin(clock, ["Unavailable", "Unavailable", "Unavailable", "Connection"]);
    await expect(clock.until(result)).rejects.toMatchObject({ code: "Connection" });
    expect(attempt.calls).toHaveLength(4);
  });

  it.each<ErrorCode>(["AccessDenied", "PreconditionFailed", "KeyRefused", "Aborted"])(
    "does not repeat %s",
    async (code) => {
      const { attempt, result, errors } = begin(makeClock(), [code]);
      await expect(result).rejects.toMatchObject({ code });
      expect({ calls: attempt.calls.length, errors }).toEqual({ calls: 1, errors: [`${code} at 0`] });
    },
  );

  it("passes an interruption on, uncounted", async () => {
    const { attempt, errors, result } = begin(makeClock(), []);
    attempt.once(() => raise(new Interruption("lease-lost")));
    const again = withRetry(
      { clock: makeClock(), random: () => 0, onError: () => void errors.push("counted") },
      "CopyObject",
      new AbortController().signal,
      scripted(() => raise(new Interruption("lease-lost"))),
    );
    await expect(again).rejects.toEqual(new Interruption("lease-lost"));
    await result.catch(() => undefined);
    expect(errors).toEqual([]);
  });

  it("ends the pause when the worker stops: an interruption, not a failure", async () => {
    const clock = makeClock();
    const { controller, listeners } = countingController();
    const { attempt, result } = begin(clock, ["Unavailable"], controller.signal);
    await clock.advance(50);
    controller.abort();
    await expect(result).rejects.toEqual(new Interruption("stopping"));
    expect({ calls: attempt.calls.length, now: clock.now, listeners: listeners() }).toEqual({
      calls: 1,
      now: 50,
      listeners: 0,
    });
  });

  it.each<[ErrorCode, unknown]>([
    ["Aborted", new Interruption("stopping")],
    ["Unavailable", new Interruption("stopping")],
    ["KeyRefused", expect.objectContaining({ code: "KeyRefused" })],
    ["PreconditionFailed", expect.objectContaining({ code: "PreconditionFailed" })],
  ])("while stopping, %s ends as it should", async (code, end) => {
    const { result } = begin(makeClock(), [code], AbortSignal.abort());
    await expect(result).rejects.toEqual(end);
  });
});
