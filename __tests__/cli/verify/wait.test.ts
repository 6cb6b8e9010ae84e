/** Waiting for the workers: what is done next, when it ends, and what is then said, under virtual time. */
import type { Comparison } from "../../../cli/verify/compare";
import { type Counts, noCounts } from "../../../cli/verify/findings";
import type { RepairDone } from "../../../cli/verify/report";
import { type VerifyRun, type WaitDeps, waitUntilEqual } from "../../../cli/verify/wait";
import { nextStep, verdictAfter, type Watched } from "../../../cli/verify/wait-decision";
import { waitDocument } from "../../../cli/verify/wait-words";
import type { Situation } from "../../../cli/status/situation";
import { makeClock } from "../../support/worker-clock";
import { situation } from "../status/situations";

const S = 1_000;
const counts = (some: Partial<Counts>): Counts => ({ ...noCounts(), ...some });
const messages = (visible: number): Situation => situation({ queue: { visible }, fleet: { running: 1 } });
const EMPTY = messages(0);

describe("the next step", () => {
  const at = (now: number, rest: Partial<Watched> = {}): Watched => ({
    now: now * S,
    deadline: 1_000 * S,
    emptySince: undefined,
    verified: { begun: 0, ended: 1 * S },
    ...rest,
  });

  test.each([
    ["time is up", at(1_000), "give-up"],
    ["time is up and it would be time to verify", at(1_000, { emptySince: 10 * S }), "give-up"],
    ["not empty", at(30), "look"],
    ["just empty", at(10, { emptySince: 10 * S }), "look"],
    ["empty for 5 s", at(15, { emptySince: 10 * S }), "verify"],
    ["verified since it is empty", at(40, { emptySince: 10 * S, verified: { begun: 15 * S, ended: 16 * S } }), "look"],
    ["empty for a minute", at(70, { emptySince: 10 * S, verified: { begun: 15 * S, ended: 16 * S } }), "verify"],
    ["never empty, verified a minute ago", at(61), "verify"],
    ["never empty, and a verify takes long", at(90, { verified: { begun: 0, ended: 30 * S } }), "look"],
    ["never empty, four times as long ago", at(150, { verified: { begun: 0, ended: 30 * S } }), "verify"],
  ] as const)("%s: %o", (_, watched, step) => expect(nextStep(watched)).toBe(step));
});

describe("the verdict", () => {
  test.each([
    [{}, "empty", "equal"],
    [{ unproven: 3 }, "busy", "equal"],
    [{ "in-motion": 1 }, "busy", "equal"],
    [{ "in-motion": 1 }, "empty", undefined],
    [{ "in-motion": 1 }, "quiet", undefined],
    [{ missing: 1 }, "busy", undefined],
    [{ missing: 1 }, "empty", undefined],
    [{ missing: 1 }, "quiet", "different"],
    [{ unsyncable: 2 }, "busy", "different"],
    [{ unsyncable: 2, stale: 1 }, "busy", undefined],
    [{ unsyncable: 2, "in-motion": 1 }, "busy", undefined],
  ] as const)("%j in a queue that is %s: %s", (some, queue, verdict) => {
    expect(verdictAfter(counts(some), queue)).toBe(verdict);
  });
});

interface Story {
  readonly first: Partial<Counts>;
  /** Of each further verify; the last one stays. */
  readonly then: readonly Partial<Counts>[];
  /** By seconds of waiting. */
  readonly queue: (seconds: number) => Situation | undefined;
  readonly timeoutSeconds?: number;
  readonly verifySeconds?: number;
  /** Ctrl-C, after so many seconds. */
  readonly stopAfter?: number;
}

async function waiting(story: Story) {
  const { first, then, queue, timeoutSeconds = 1_800, verifySeconds = 1 } = story;
  const clock = makeClock();
  const stop = new AbortController();
  const released: string[] = [];
  let verifies = 0;
  const runOf = (some: Partial<Counts>, name: string): VerifyRun => ({
    comparison: { counts: counts(some) } as Comparison,
    seconds: verifySeconds,
    release: () => released.push(name),
  });
  const deps: WaitDeps = {
    clock,
    signal: stop.signal,
    timeoutMs: timeoutSeconds * S,
    look: async (signal) => {
      signal.throwIfAborted();
      return queue(clock.now / S);
    },
    verify: async (signal) => {
      await clock.sleep(verifySeconds * S, signal);
      signal.throwIfAborted();
      return runOf(then[Math.min(verifies, then.length - 1)] ?? {}, `verify ${++verifies}`);
    },
    shown: (label, work) => {
      expect(label()).toMatch(/^waiting for the workers: ./);
      return work;
    },
  };
  if (story.stopAfter !== undefined) void clock.sleep(story.stopAfter * S).then(() => stop.abort());
  const waited = await clock.until(waitUntilEqual(runOf(first, "first"), deps));
  expect(clock.timers).toBe(0);
  return { waited, released, document: (repair?: RepairDone) => waitDocument(waited, repair) };
}

const REPAIRED: RepairDone = { enqueued: 2, dryRun: false, deletes: { kind: "none", why: "no-extras" } };
const DELETING: RepairDone = { enqueued: 2, dryRun: false, deletes: { kind: "delete", keys: 2 } };

describe("waiting", () => {
  test("what is equal is not waited for", async () => {
    const { document, released } = await waiting({ first: {}, then: [], queue: () => EMPTY });
    const expected = {
      outcome: "equal",
      seconds: 0,
      verifies: 0,
      queue: null,
      state: null,
      sentence: "Nothing to wait for.",
    };
    expect(document()).toEqual(expected);
    expect(released).toEqual([]);
  });

  test("nor is what no worker can sync", async () => {
    const { document } = await waiting({ first: { unsyncable: 2 }, then: [], queue: () => EMPTY });
    expect(document(REPAIRED)).toMatchObject({
      outcome: "different",
      seconds: 0,
      sentence: "Not waited: 2 keys still differ, and no worker can sync what cannot be synced.",
    });
  });

  test("until the queue is empty, then once more; what was found before is let go", async () => {
    const queue = (seconds: number): Situation => messages(seconds < 20 ? 3 : 0);
    const { document, released } = await waiting({ first: { missing: 3 }, then: [{}], queue });
    expect(document(REPAIRED)).toEqual({
      outcome: "equal",
      seconds: 26,
      verifies: 1,
      queue: { visible: 0, inFlight: 0, delayed: 0 },
      state: "idle",
      sentence: "Equal after 26 s.",
    });
    expect(released).toEqual(["first"]);
  });

  test("an empty queue that is not empty after all ends nothing", async () => {
    const queue = (seconds: number): Situation => messages(seconds >= 15 && seconds < 100 ? 3 : 0);
    const { document } = await waiting({ first: { missing: 3 }, then: [{ missing: 3 }, { missing: 1 }, {}], queue });
    expect(document(REPAIRED)).toMatchObject({ outcome: "equal", verifies: 3 });
  });

  test("quiet for a minute and still different: ended, with what to do", async () => {
    const { document, waited } = await waiting({ first: { missing: 1 }, then: [{ missing: 1 }], queue: () => EMPTY });
    expect(document()).toMatchObject({ outcome: "different", verifies: 2, state: "idle" });
    expect(waited.seconds).toBeGreaterThanOrEqual(60);
    expect(waited.seconds).toBeLessThan(80);
    expect(document().sentence).toMatch(
      /^Stopped waiting after 1 min: nothing is left in the queue, and 1 key still differs\. Nobody has been asked to sync them: add --repair\. Idle: nothing waits, /,
    );
    expect(document(REPAIRED).sentence).toMatch(
      / The workers have looked at them: s3-express-sync dlq list, and explain KEY /,
    );
  });

  test("what is only at the destination goes with --max-delete; with it, the workers decided", async () => {
    const { document } = await waiting({ first: { extra: 2 }, then: [{ extra: 2 }], queue: () => EMPTY });
    expect(document(REPAIRED).sentence).toMatch(/ goes only with --repair --max-delete N\|P%\. /);
    expect(document(DELETING).sentence).toMatch(/ The workers have looked at them: /);
  });

  test("a source that goes on changing: verified at times, newer changes do not count", async () => {
    const { document } = await waiting({
      first: { missing: 2 },
      then: [{ missing: 1 }, { "in-motion": 4 }],
      queue: () => messages(9),
    });
    expect(document()).toMatchObject({ outcome: "equal", verifies: 2, queue: { visible: 9 } });
  });

  test("what has changed too recently is waited for where nothing else is on its way", async () => {
    const then = [{ "in-motion": 1 }, { "in-motion": 1 }, { "in-motion": 1 }, {}];
    expect((await waiting({ first: { "in-motion": 1 }, then, queue: () => EMPTY })).document()).toMatchObject({
      outcome: "equal",
      verifies: 4,
    });
    const late = await waiting({
      first: { "in-motion": 1 },
      then: then.slice(0, 1),
      queue: () => EMPTY,
      timeoutSeconds: 100,
    });
    expect(late.document().sentence).toMatch(/^Gave up after 2 min: 1 key has changed too recently to judge\. Idle: /);
  });
});

describe("giving up", () => {
  test.each([
    [
      "paused",
      situation({ queue: { visible: 2 }, rest: { rule: { enabled: false, expression: "rate(1 minute)" } } }),
      /Paused: the schedule is off \(resume turns it on\); 2 messages wait\. Until then nothing is synced\.$/,
    ],
    [
      "working",
      messages(2),
      /1 worker, 2 messages waiting, 0 messages in work, .*\. Wait longer with --timeout, or look with s3-express-sync status\.$/,
    ],
    [
      "crash loop",
      situation({ queue: { visible: 2 }, fleet: { crashLoop: true } }),
      /Crash loop: .* See s3-express-sync doctor\.$/,
    ],
    [
      "dead letters",
      situation({ queue: { delayed: 1 }, rest: { deadLetters: 1 } }),
      /1 dead letter waits for you \(dlq list\)\. Wait longer/,
    ],
  ] as const)("%s: the time is over, with what is left and what to do", async (_, state, sentence) => {
    const story = { first: { missing: 3 }, then: [{ missing: 2 }], queue: () => state, timeoutSeconds: 90 };
    const { document } = await waiting(story);
    expect(document(REPAIRED)).toMatchObject({ outcome: "timeout", seconds: 90, verifies: 1 });
    expect(document(REPAIRED).sentence).toMatch(/^Gave up after 2 min: 2 keys still differ\. /);
    expect(document(REPAIRED).sentence).toMatch(sentence);
  });

  test("in the middle of a verify as well: what was found before counts", async () => {
    const story = { first: { missing: 3 }, then: [{}], queue: () => EMPTY, timeoutSeconds: 30, verifySeconds: 600 };
    const { document, released } = await waiting(story);
    expect(document()).toMatchObject({ outcome: "timeout", seconds: 30, verifies: 0 });
    expect(released).toEqual([]);
  });

  test.each([
    [12, 1],
    [7, 600],
  ])("Ctrl-C after %d s, verifies take %d s", async (stopAfter, verifySeconds) => {
    const queue = (): Situation => (verifySeconds === 1 ? messages(5) : EMPTY);
    const { document } = await waiting({ first: { missing: 3 }, then: [{}], queue, stopAfter, verifySeconds });
    expect(document()).toMatchObject({ outcome: "interrupted", seconds: stopAfter });
    expect(document().sentence).toMatch(
      new RegExp(`^Interrupted after ${stopAfter} s of waiting: when last verified, 3 keys still differ\\. `),
    );
  });

  test("an outage of looks is waited through, and a queue that was not seen does not count as empty", async () => {
    const queue = (seconds: number) => (seconds < 10 ? EMPTY : seconds < 300 ? undefined : EMPTY);
    const { waited } = await waiting({ first: { missing: 1 }, then: [{ missing: 1 }], queue });
    expect(waited.outcome).toBe("different");
    expect(waited.seconds).toBeGreaterThan(360);
  });

  test("what goes wrong otherwise is an error", async () => {
    const denied = new Error("denied");
    const queue = (): never => {
      throw denied;
    };
    await expect(waiting({ first: { missing: 1 }, then: [], queue })).rejects.toBe(denied);
  });
});
