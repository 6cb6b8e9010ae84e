/** One sentence for every situation: the truth table of cli/status/describe.ts, row by row. */
import fc from "fast-check";
import { describe as sum, type State } from "../../../cli/status/describe";
import { type Changes, look, NOW, situation } from "./situations";

const MINUTE = 60_000;

const failing = { starter: { lastFailure: { at: NOW - 5_000, text: "QUEUE_URL is not set." } } };
const off = { rule: { enabled: false, expression: "rate(1 minute)" } };
const old = [{ id: "t", status: "RUNNING", capacity: "FARGATE" as const, ageSeconds: 7_200 }];

const rows: readonly (readonly [State, boolean, string, Changes])[] = [
  ["idle", false, "idle: nothing waits, no worker runs", {}],
  ["idle", false, "idle: nothing waits, 1 worker about to leave", { fleet: { running: 1 } }],
  [
    "idle",
    true,
    "idle: nothing waits, no worker runs; 3 dead letters wait for you (dlq list)",
    { rest: { deadLetters: 3 } },
  ],
  ["idle", true, "idle: nothing waits, no worker runs; the starter fails: QUEUE_URL is not set", { rest: failing }],
  ["delayed", false, "nothing to do right now: 2 messages put back with a delay", { queue: { delayed: 2 } }],
  [
    "left-behind",
    false,
    "no worker runs; 30 messages held by a worker that is gone: back by themselves within 2 min",
    { queue: { inFlight: 30 } },
  ],
  [
    "waiting",
    false,
    "1 message waits for the starter's next look, which comes within 1 min",
    { queue: { visible: 1 } },
  ],
  [
    "waiting",
    false,
    "1,240 messages wait for the starter's next look, which comes within 5 min",
    { queue: { visible: 1240 }, rest: { limits: { maxWorkers: 5, pollSeconds: 300 } } },
  ],
  // Nobody can have looked at what came a minute ago: a stack that has just been made is not stuck.
  [
    "waiting",
    false,
    "32 messages wait for the starter's next look, which comes within 1 min",
    { queue: { visible: 32 }, rest: { starter: {} }, activity: { oldest: { seconds: 20, at: NOW - MINUTE } } },
  ],
  [
    "stuck",
    true,
    "stuck: 32 messages wait and no worker runs: the starter has not looked in the last 15 min (logs starter)",
    { queue: { visible: 32 }, rest: { starter: {} }, activity: { oldest: { seconds: 121, at: NOW - MINUTE } } },
  ],
  [
    "starting",
    false,
    "2 workers starting, 1,240 messages waiting",
    { queue: { visible: 1240 }, fleet: { running: 2, starting: 2 } },
  ],
  [
    "working",
    false,
    "3 workers, 1,240 messages waiting, 20 messages in work, about 2 min",
    { queue: { visible: 1240, inFlight: 20 }, fleet: { running: 3 }, activity: { messagesPerSecond: 10.5 } },
  ],
  [
    "working",
    false,
    "1 worker, 0 messages waiting, 1 message in work, time left unknown yet",
    { queue: { inFlight: 1 }, fleet: { running: 1 }, rest: { workers: old } },
  ],
  [
    "working",
    true,
    "1 worker, 4 messages waiting, 0 messages in work, time left unknown yet; the starter fails: QUEUE_URL is not set",
    { queue: { visible: 4 }, fleet: { running: 1 }, rest: failing },
  ],
  [
    "no-progress",
    true,
    "no progress: 1 worker, 4 messages waiting, 2 messages in work, and nothing was finished in the last 15 min",
    { queue: { visible: 4, inFlight: 2 }, fleet: { running: 1 }, rest: { workers: old } },
  ],
  [
    "working",
    false,
    "1 worker, 4 messages waiting, 2 messages in work, time left unknown yet",
    { queue: { visible: 4, inFlight: 2 }, fleet: { running: 1 }, rest: { workers: old }, activity: { bytesCopied: 1 } },
  ],
  [
    "working",
    false,
    "1 worker, 4 messages waiting, 2 messages in work, time left unknown yet",
    {
      queue: { visible: 4, inFlight: 2 },
      fleet: { running: 1 },
      rest: { workers: old, unread: ["lag and throughput: AccessDenied"] },
    },
  ],
  ["paused", false, "paused: the schedule is off (resume turns it on); nothing waits", { rest: off }],
  [
    "paused",
    false,
    "paused: the schedule is off (resume turns it on); 7 messages wait, 1 worker still works until the queue is empty",
    { queue: { visible: 7 }, fleet: { running: 1 }, rest: off },
  ],
  [
    "paused",
    false,
    "paused: the most workers allowed is 0 (scale N ends it); 7 messages wait",
    { queue: { visible: 5, delayed: 2 }, rest: { limits: { maxWorkers: 0, pollSeconds: 60 } } },
  ],
  [
    "paused",
    true,
    "paused: the schedule is off (resume turns it on); 7 messages wait; the oldest message expires in 24 h 00 min",
    { queue: { visible: 7 }, rest: off, activity: { oldest: { seconds: 9 * 86_400, at: NOW - MINUTE } } },
  ],
  [
    "paused",
    false,
    "paused: the schedule is off (resume turns it on); nothing waits",
    { rest: { ...off, ...failing } },
  ],
  [
    "crash-loop",
    true,
    "crash loop: workers die as fast as they start, and 12 messages wait for one that does not (logs worker --errors)",
    { queue: { visible: 12 }, fleet: { crashLoop: true, running: 1, starting: 1 } },
  ],
  [
    "working",
    false,
    "1 worker, 12 messages waiting, 0 messages in work, time left unknown yet",
    { queue: { visible: 12 }, fleet: { crashLoop: true, running: 1 } },
  ],
  [
    "spot-shortage",
    true,
    "Spot capacity is short: 12 messages wait and no worker runs",
    { queue: { visible: 12 }, fleet: { spotShortage: true } },
  ],
  [
    "stuck",
    true,
    "stuck: 12 messages wait and no worker runs: the starter fails: QUEUE_URL is not set",
    { queue: { visible: 12 }, rest: failing },
  ],
  [
    "stuck",
    true,
    "stuck: 12 messages wait and no worker runs: RunTask: 1 of 1 on FARGATE not started: quota",
    {
      queue: { visible: 12 },
      rest: {
        starter: {
          lastLook: {
            at: NOW,
            look: { ...look, reason: "launch", problems: ["RunTask: 1 of 1 on FARGATE not started: quota"] },
          },
        },
      },
    },
  ],
  [
    "stuck",
    true,
    "stuck: 12 messages wait and no worker runs: the starter has not looked for 12 min (logs starter)",
    { queue: { visible: 12 }, rest: { starter: { lastLook: { at: NOW - 12 * MINUTE, look } } } },
  ],
  [
    "stuck",
    true,
    "stuck: 12 messages wait and no worker runs: the starter has not looked in the last 15 min (logs starter)",
    { queue: { visible: 12 }, rest: { starter: {} } },
  ],
  [
    "waiting",
    false,
    "12 messages wait for the starter's next look, which comes within 1 min",
    { queue: { visible: 12 }, rest: { starter: {}, unread: ["the starter's log: AccessDenied"] } },
  ],
];

it.each(rows)("%s, attention %s: %s", (state, attention, sentence, changes) => {
  expect(sum(situation(changes))).toEqual({ state, attention, sentence });
});

it("a failure before the last look is over", () => {
  const starter = { lastFailure: { at: NOW - 2 * MINUTE, text: "x" }, lastLook: { at: NOW - MINUTE, look } };
  expect(sum(situation({ rest: { starter } }))).toMatchObject({ attention: false });
});

it("whatever the situation: one line, no NaN and no undefined, and dead letters always need attention", () => {
  const size = fc.integer({ min: 0, max: 5_000 });
  const arbitrary = fc.record({
    queue: fc.record({ visible: size, inFlight: size, delayed: size }),
    fleet: fc.record({ running: size, starting: size, spotShortage: fc.boolean(), crashLoop: fc.boolean() }),
    activity: fc.record(
      { messagesPerSecond: fc.double({ min: 0, max: 1e6, noNaN: true }), messagesDone: size },
      { requiredKeys: [] },
    ),
    rest: fc.record({
      deadLetters: size,
      rule: fc.record({ enabled: fc.boolean(), expression: fc.constant("rate(1 minute)") }),
      limits: fc.record({ maxWorkers: fc.option(size, { nil: undefined }), pollSeconds: size }),
    }),
  });
  fc.assert(
    fc.property(arbitrary, (changes) => {
      const { sentence, attention } = sum(situation(changes));
      expect(sentence).not.toMatch(/\n|NaN|undefined|Infinity/);
      if (changes.rest.deadLetters > 0) expect(attention).toBe(true);
    }),
  );
});
