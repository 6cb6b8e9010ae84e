/**
 * The exhaustive model of the convergence rule: one key, two workers, every interleaving.
 *
 * THE RULES (rules.ts has a switch for each part; worker.ts reads like the loop)
 *   The verb of an event is never trusted: an event means "look at this key". Events for a key that is being
 *      reconciled join it.
 *   0  Absent is only absent in a bucket that exists.
 *   1  HEAD the source after the write; a difference, headers included, starts over.
 *   2  Every copy request names the ETag it saw.
 *   3  After a write of unknown outcome: wait out the write bound, look at both sides once more, then acknowledge.
 *   4  A write is sent only while the lease has more time left than the write can take; heartbeats never lower a deadline.
 *   5  After a lost lease: no write, no delete with the old receipt (checked at flush); an unknown key is put back.
 *   6  Letting go with a write in flight or unsettled: a put-back delayed by the write bound, or the lease runs out.
 *   7  Counters survive put-backs; interruptions are no failures (counters.ts, a model of its own: copies do not matter).
 *   8  Others' uploads are aborted once per delivery; a hand-off's is completed or aborted; it is resumed only on an
 *      equal fingerprint.
 *
 * WHY IT CONVERGES. Take the last write to the destination. While it could still land, a message of its worker was hidden
 * (4, 6) and was not deleted (3, 5). So after it landed somebody held that message and looked: its worker, or whoever
 * received the message next. That look found the source in the state that was written (1, 2), or it started over and
 * wrote again, and then this was not the last write. Any later change of the source sent an event of its own, whose
 * reconcile runs after. And it ends: a loop starts over only after a change, a lost answer or an abort, and of each there
 * are finitely many (8).
 *
 * WHAT IS SEARCHED. A step is one moment at one place: a request leaves, S3 reads the source for a copy, a write lands, an
 * answer is lost, a lease ends. A HEAD is answered with what was true at its own moment; the worker acts on it later. A
 * write whose answer is lost, or whose worker is gone, lands at any later time or never. Nothing has a clock: "the lease
 * outlives the write" is "the message stays hidden while the write is on its way"; any other lease may end at any moment
 * within the budget.
 * With all rules a case is searched in depth: no fault, no state without a way on, no cycle. So every run ends, and equal.
 * With a rule removed the search in breadth gives a shortest run to a fault, whose key steps are compared; MODEL_TRACES=1
 * prints the whole. In traces A2 is A with other headers and the same ETag, B has other bytes; a message's number is
 * used again once it is deleted.
 *
 * WHERE A RULE, OR A PART OF ONE, HAS NO COUNTEREXAMPLE HERE
 *   2 with CopyObject, for ever     Mixed objects become visible, but the after-check sees the change and repairs them.
 *   4 deadlines from before the request, 12 hours    No clock here: they say how to measure, not what to do.
 *   5 put back     Only with one delivery at two workers; otherwise the message is still in the queue and does the same.
 *   8 repeat the abort until NoSuchUpload    An abort that meets another's part in flight is one step here. What such a
 *                  part leaves is storage, never a visible object, and goes with the bucket's one-day lifecycle rule; so
 *                  does an upload whose create got no answer, which is not modelled.
 *   8 part numbers and sizes of our own plan    All objects have the same two parts.
 *
 * ABSTRACTED AWAY: other keys and batches of keys; requests known not to have happened (as if not sent yet); lost answers
 * of SQS (they leave a duplicate or a redelivery); equal bytes and headers written within one second (one state, one more
 * event).
 */
import { CONVERGING, LIVELOCK, PLAIN, RESIDUAL, STALE_BUCKET_CHECK, type Case } from "./cases";
import { COUNTEREXAMPLES } from "./counterexamples";
import { COUNTER_FAULTS, COUNTER_RULES, counters } from "./counters";
import { ALL_RULES, without, type Rules } from "./rules";
import { explore, type Outcome } from "./search";
import { FAULTS, system } from "./system";

jest.setTimeout(120_000);

const searched = new Map<string, Outcome>();
function inDepth({ setting, budget }: Omit<Case, "name">): Outcome {
  const key = JSON.stringify({ setting, budget });
  const outcome = searched.get(key) ?? explore(system({ ...PLAIN, ...setting }, budget, { symmetry: true }), "depth");
  searched.set(key, outcome);
  return outcome;
}

function shortest({ setting, budget }: Case, fault: string, removed: (keyof Rules)[] = []): Outcome {
  const rules = { ...PLAIN, ...setting, rules: without(...removed) };
  const outcome = explore(system(rules, budget, { symmetry: true, only: fault }), "breadth");
  if (process.env["MODEL_TRACES"] !== undefined) console.log([...removed, ...outcome.trace].join("\n  "));
  return outcome;
}

/** The steps of the trace that the story names, so that a failure shows the whole trace beside it. */
function expectStory({ trace }: Outcome, story: string[]): void {
  let from = 0;
  const told = story.filter((line) => {
    const at = trace.findIndex((step, i) => i >= from && (step === line || step.startsWith(`${line} (`)));
    if (at >= 0) from = at + 1;
    return at >= 0;
  });
  expect({ told, trace }).toEqual({ told: story, trace });
}

describe("with all rules", () => {
  test.each(CONVERGING)("$name: every run ends and ends equal", (each) => {
    const { fault, cycle, trace, states } = inDepth(each);
    expect({ fault, cycle, trace }).toEqual({ fault: undefined, cycle: undefined, trace: [] });
    expect(states).toBeGreaterThan(10);
  });

  test("naming workers and messages alike hides nothing", () => {
    const setting = { ...PLAIN, multipart: true };
    const budget = { changes: 1, kills: 1, duplicates: 1 };
    const named = explore(system(setting, budget, { symmetry: false }), "depth");
    const alike = explore(system(setting, budget, { symmetry: true }), "depth");
    expect([named.fault, alike.fault]).toEqual([undefined, undefined]);
    expect(alike.states).toBeLessThan(named.states);
  });
});

describe("with one rule removed", () => {
  test.each(COUNTEREXAMPLES)("$removed: $name", (each) => {
    const found = shortest(each, each.fault, [each.removed]);
    expect(found.fault).toBe(each.fault);
    expectStory(found, each.story);
    // The same surroundings with the rule: the fault is the rule's.
    expect(inDepth(each).fault).toBeUndefined();
  });

  test(`rule8AbortOncePerDelivery: ${LIVELOCK.name}`, () => {
    const { setting, budget } = LIVELOCK;
    const { cycle } = explore(system({ ...PLAIN, ...setting }, budget, { symmetry: false }), "depth");
    expect(cycle).toEqual(expect.arrayContaining(["worker 1 aborts other uploads", "worker 2 aborts other uploads"]));
    const withRule = inDepth({ ...LIVELOCK, setting: { ...setting, rules: ALL_RULES } });
    expect([withRule.fault, withRule.cycle]).toEqual([undefined, undefined]);
  });

  test("every rule has a counterexample", () => {
    const removed = new Set<string>([...COUNTEREXAMPLES.map((each) => each.removed), "rule8AbortOncePerDelivery"]);
    expect([...removed].sort()).toEqual(Object.keys(ALL_RULES).sort());
  });

  test("rule 2: CopyObject alone repairs a mixed object afterwards", () => {
    const each = { name: "", budget: { changes: 3 } };
    expect(shortest(each, FAULTS.differs, ["rule2SourceCondition"]).fault).toBeUndefined();
  });
});

describe("known residual", () => {
  test.each(RESIDUAL)("one delivery at two workers: $name", (each) => {
    const found = shortest(each, FAULTS.differs);
    expect(found.fault).toBe(FAULTS.differs);
    expectStory(found, each.story);
  });

  test(STALE_BUCKET_CHECK.name, () => {
    const found = shortest(STALE_BUCKET_CHECK, FAULTS.wiped);
    expect(found.fault).toBe(FAULTS.wiped);
    expectStory(found, STALE_BUCKET_CHECK.story);
  });
});

describe("rule 7: counters", () => {
  const run = (change: Partial<typeof COUNTER_RULES>): Outcome =>
    explore(counters({ ...COUNTER_RULES, ...change }, 3), "breadth");

  test("give-ups end in the dead-letter queue and interruptions alone never do", () => {
    expect(run({}).fault).toBeUndefined();
  });

  test.each([
    ["failuresSurvive", COUNTER_FAULTS.forEver],
    ["failuresCount", COUNTER_FAULTS.forEver],
    ["interruptionsAreFree", COUNTER_FAULTS.innocent],
    ["letGoByPutBack", COUNTER_FAULTS.innocent],
  ])("%s removed: %s", (rule, fault) => {
    expect(run({ [rule]: false }).fault).toBe(fault);
  });
});
