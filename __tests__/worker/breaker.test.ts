/** The breaker: trouble with one key is the key's own only while others succeed; otherwise it is held, probed, and reported. */
import { makeBreaker } from "../../worker/breaker";
import { Interruption } from "../../worker/interruption";
import { makeClock } from "../support/worker-clock";
import { countingController, failure, makeRecordedLog, watch } from "../support/worker-fakes";

const SECOND = 1000;
const denied = failure("AccessDenied");
const never = new AbortController().signal;

function begin() {
  const clock = makeClock();
  const log = makeRecordedLog();
  const events: string[] = [];
  const breaker = makeBreaker({
    clock,
    log,
    budgetMs: 900 * SECOND,
    onOpen: () => void events.push(`open at ${clock.now / SECOND}`),
    onClose: () => void events.push(`closed at ${clock.now / SECOND}`),
    onBudgetSpent: (error) => void events.push(`${error.code} spent at ${clock.now / SECOND}`),
  });
  return { clock, log, events, breaker };
}

/** Keys wait at the gate; each that is let through is recorded with its time. */
function wait(world: ReturnType<typeof begin>, keys: readonly string[]): string[] {
  const probes: string[] = [];
  for (const key of keys) {
    void world.breaker.gate(key, never).then(() => probes.push(`${key} at ${world.clock.now / SECOND}`));
  }
  return probes;
}

describe("evidence", () => {
  it("a failure while nothing succeeds opens the breaker, and the key is held", async () => {
    const { breaker, events, log } = begin();
    await breaker.gate("a", never);
    expect([breaker.failed("a", denied), breaker.isOpen, breaker.failingKeys]).toEqual(["hold", true, 1]);
    expect(events).toEqual(["open at 0"]);
    expect(log.of("breaker-open")).toMatchObject([{ key: "a", code: "AccessDenied", budgetSeconds: 900 }]);
  });

  it("a failure while another key succeeds is the key's own", async () => {
    const { breaker, events } = begin();
    await breaker.gate("a", never);
    breaker.succeeded("b");
    expect([breaker.failed("a", denied), breaker.isOpen]).toEqual(["key", false]);
    expect(events).toEqual([]);
  });

  it("a key's own success says nothing about its failure", async () => {
    const { breaker } = begin();
    await breaker.gate("a", never);
    breaker.succeeded("a");
    expect(breaker.failed("a", denied)).toBe("hold");
  });

  it.each([
    [10 * SECOND, "key"],
    [10 * SECOND + 1, "hold"],
  ])("another's success counts for ten seconds: %d ms ago", async (ago, expected) => {
    const { breaker, clock } = begin();
    breaker.succeeded("b");
    await clock.advance(ago);
    await breaker.gate("a", never);
    expect(breaker.failed("a", denied)).toBe(expected);
  });

  it("another's success counts, however long ago, if it came while the key was worked on", async () => {
    const { breaker, clock } = begin();
    await breaker.gate("a", never);
    await clock.advance(SECOND);
    breaker.succeeded("b");
    await clock.advance(600 * SECOND);
    expect(breaker.failed("a", denied)).toBe("key");
  });

  it("three failing keys without a success between them are systemic, recent success or not", async () => {
    const { breaker } = begin();
    breaker.succeeded("ok");
    const verdicts = ["a", "b", "a", "c"].map((key) => breaker.failed(key, denied));
    expect(verdicts).toEqual(["key", "key", "key", "hold"]);
  });

  it("a success between them starts the count anew", async () => {
    const { breaker } = begin();
    breaker.succeeded("ok");
    breaker.failed("a", denied);
    breaker.failed("b", denied);
    breaker.succeeded("ok");
    expect([breaker.failed("c", denied), breaker.failingKeys]).toEqual(["key", 1]);
  });
});

describe("while it is open", () => {
  it("lets one key at a time probe, after pauses that double up to 30 s", async () => {
    const world = begin();
    const { breaker, clock } = world;
    breaker.failed("x", denied);
    const probes = wait(world, ["a", "b", "c", "d", "e", "f", "g"]);
    const failed = new Set<string>();
    for (let i = 0; i < 150; i++) {
      await clock.advance(SECOND);
      const latest = probes.at(-1)?.split(" ")[0];
      if (latest !== undefined && !failed.has(latest)) {
        failed.add(latest);
        expect(breaker.failed(latest, denied)).toBe("hold");
      }
    }
    expect(probes).toEqual(["a at 1", "b at 3", "c at 7", "d at 15", "e at 31", "f at 61", "g at 91"]);
  });

  it("lets nobody else through while a probe is under way", async () => {
    const world = begin();
    world.breaker.failed("x", denied);
    const probes = wait(world, ["a", "b"]);
    await world.clock.advance(300 * SECOND);
    expect(probes).toEqual(["a at 1"]);
  });

  it("lets the next one probe when one ends without proof", async () => {
    const world = begin();
    const { breaker, clock } = world;
    breaker.failed("x", denied);
    const probes = wait(world, ["a", "b"]);
    await clock.advance(SECOND);
    breaker.inconclusive("b");
    breaker.inconclusive("a");
    await clock.advance(2 * SECOND);
    expect(probes).toEqual(["a at 1", "b at 3"]);
  });

  it("failures of keys that were in flight neither end the probe nor count against anybody", async () => {
    const world = begin();
    const { breaker, clock } = world;
    breaker.failed("x", denied);
    const probes = wait(world, ["a", "b"]);
    await clock.advance(SECOND);
    expect(breaker.failed("y", failure("Unavailable"))).toBe("hold");
    await clock.advance(60 * SECOND);
    expect(probes).toEqual(["a at 1"]);
  });

  it("closes with the first success, and everybody goes on", async () => {
    const world = begin();
    const { breaker, clock, events, log } = world;
    breaker.failed("x", denied);
    const probes = wait(world, ["a", "b", "c"]);
    await clock.advance(SECOND);
    breaker.succeeded("a");
    await clock.settle();
    expect({ probes, open: breaker.isOpen, events }).toEqual({
      probes: ["a at 1", "b at 1", "c at 1"],
      open: false,
      events: ["open at 0", "closed at 1"],
    });
    expect(log.of("breaker-closed")).toEqual([{ key: "a", openSeconds: 1 }]);
    await clock.advance(1_000 * SECOND);
    expect(events).toHaveLength(2);
  });

  it("begins with short pauses again when it opens again", async () => {
    const world = begin();
    const { breaker, clock } = world;
    breaker.failed("x", denied);
    const first = wait(world, ["a"]);
    await clock.advance(SECOND);
    breaker.failed("a", denied);
    breaker.succeeded("in-flight");
    await clock.advance(60 * SECOND);
    breaker.failed("x", denied);
    const second = wait(world, ["b"]);
    await clock.advance(SECOND);
    expect([first, second]).toEqual([["a at 1"], ["b at 62"]]);
  });

  it("a key that stops waiting is interrupted, and leaves no listener", async () => {
    const { breaker, clock } = begin();
    breaker.failed("x", denied);
    const { controller, listeners } = countingController();
    const gate = breaker.gate("a", controller.signal);
    const seen = watch(gate);
    await clock.settle();
    expect(seen.state).toBe("pending");
    controller.abort();
    await expect(gate).rejects.toEqual(new Interruption("stopping"));
    expect(listeners()).toBe(0);
  });

  it("tells when its budget is spent, once, with the last error", async () => {
    const { breaker, clock, events, log } = begin();
    breaker.failed("x", denied);
    breaker.failed("y", failure("Session"));
    await clock.advance(900 * SECOND - 1);
    expect(events).toEqual(["open at 0"]);
    await clock.advance(600 * SECOND);
    expect(events).toEqual(["open at 0", "Session spent at 900"]);
    expect(log.of("breaker-budget-spent")).toMatchObject([{ code: "Session" }]);
  });
});
