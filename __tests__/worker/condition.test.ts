/** Waiting for a change, and signals that follow others: nobody sleeps for ever, nothing is left behind. */
import { systemClock } from "../../worker/clock";
import { makeCondition } from "../../worker/condition";
import { isAborted, makeChild } from "../../worker/controller";
import { makeClock } from "../support/worker-clock";
import { countingController, watch } from "../support/worker-fakes";

const clock = makeClock();

describe("a condition", () => {
  it("wakes everybody who waits, once", async () => {
    const condition = makeCondition();
    const seen = [watch(condition.wait()), watch(condition.wait())];
    await clock.settle();
    expect(seen.map(({ state }) => state)).toEqual(["pending", "pending"]);
    condition.notify();
    const late = watch(condition.wait());
    await clock.settle();
    expect([...seen, late].map(({ state }) => state)).toEqual(["resolved", "resolved", "pending"]);
  });

  it("wakes whoever's signal aborts, and leaves no listener", async () => {
    const condition = makeCondition();
    const { controller, listeners } = countingController();
    const aborted = watch(condition.wait(controller.signal));
    const other = watch(condition.wait());
    controller.abort();
    await clock.settle();
    expect([aborted.state, other.state, listeners()]).toEqual(["resolved", "pending", 0]);
    await condition.wait(controller.signal);
    const notified = countingController();
    const waiting = condition.wait(notified.controller.signal);
    condition.notify();
    await waiting;
    expect(notified.listeners()).toBe(0);
  });
});

describe("a child controller", () => {
  it("follows its parent, and does not lead it", () => {
    const parent = new AbortController();
    const child = makeChild(parent.signal);
    const sibling = makeChild(parent.signal);
    child.controller.abort();
    expect([isAborted(parent.signal), isAborted(sibling.controller.signal)]).toEqual([false, false]);
    parent.abort();
    expect(isAborted(sibling.controller.signal)).toBe(true);
  });

  it("is born aborted when its parent is, and unlinks", () => {
    expect(makeChild(AbortSignal.abort()).controller.signal.aborted).toBe(true);
    const { controller, listeners } = countingController();
    const { unlink } = makeChild(controller.signal);
    expect(listeners()).toBe(1);
    unlink();
    expect(listeners()).toBe(0);
  });
});

describe("the real clock", () => {
  it("does not sleep when it is too late already, and wakes up when that comes", async () => {
    await systemClock.sleep(3_600_000, AbortSignal.abort());
    const { controller, listeners } = countingController();
    const sleeping = systemClock.sleep(3_600_000, controller.signal);
    expect(listeners()).toBe(1);
    controller.abort();
    await sleeping;
    expect(listeners()).toBe(0);
  });

  it("tells two times apart: one for people, one for deadlines", () => {
    expect(systemClock.wallMs()).toBeGreaterThan(1_700_000_000_000);
    expect(systemClock.monotonicMs()).toBeLessThan(systemClock.wallMs() / 10);
  });
});
