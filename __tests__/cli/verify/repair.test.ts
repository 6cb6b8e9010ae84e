/** What a repair enqueues, and when it refuses to have anything deleted. */
import fc from "fast-check";
import { type Finding, KINDS, noCounts } from "../../../cli/verify/findings";
import {
  countToEnqueue,
  enqueue,
  type EnqueueDeps,
  keysToEnqueue,
  parseDeleteBound,
  planDeletes,
} from "../../../cli/verify/repair";
import { parseEnvelope } from "../../../core/envelope";
import { DEFAULTS } from "../../../core/env";
import { syncError } from "../../../core/errors";
import type { KeysEnvelope } from "../../../core/messages";
import type { EntryResults, OutgoingMessage } from "../../../core/ports";
import { makeController } from "../../../worker/controller";

test.each([
  ["100", { keys: 100 }],
  ["0", { keys: 0 }],
  ["2%", { percent: 2 }],
  ["0.5%", { percent: 0.5 }],
  ["100%", { percent: 100 }],
  ["101%", undefined],
  ["1.5", undefined],
  ["-1", undefined],
  ["many", undefined],
  ["", undefined],
])("--max-delete %s", (text, bound) => {
  expect(parseDeleteBound(text)).toEqual(bound);
});

describe("deleting extras", () => {
  const world = (extra: number, source: number, destination: number) => ({
    counts: { ...noCounts(), extra },
    source: { objects: source, bytes: 0 },
    destination: { objects: destination, bytes: 0 },
  });
  test.each([
    ["no extras", world(0, 5, 5), { keys: 9 }, { kind: "none", why: "no-extras" }],
    ["not asked for", world(1, 5, 6), undefined, { kind: "none", why: "not-asked" }],
    ["within the number", world(2, 5, 7), { keys: 2 }, { kind: "delete", keys: 2 }],
    ["one more than the number", world(3, 5, 8), { keys: 2 }, { kind: "refused" }],
    ["within the part", world(2, 98, 100), { percent: 2 }, { kind: "delete", keys: 2 }],
    ["one more than the part", world(3, 97, 100), { percent: 2 }, { kind: "refused" }],
    ["an empty source, whatever is allowed", world(5, 0, 5), { percent: 100 }, { kind: "refused" }],
  ] as const)("%s", (_, comparison, bound, expected) => {
    expect(planDeletes(comparison, bound)).toMatchObject(expected);
  });
});

const finding = (kind: Finding["kind"], key: string = kind): Finding => ({ key, kind, reason: "", sourceSize: 7 });

test("enqueued is what workers can help, extras only when allowed", () => {
  const findings = KINDS.map((kind) => finding(kind));
  const counts = Object.fromEntries(KINDS.map((kind) => [kind, 1])) as Record<Finding["kind"], number>;
  const keys = (withExtras: boolean) => [...keysToEnqueue(findings, withExtras)].map(({ key }) => key);
  expect(keys(false)).toEqual(["missing", "different", "stale"]);
  expect(keys(true)).toEqual(["missing", "extra", "different", "stale"]);
  expect([countToEnqueue(counts, false), countToEnqueue(counts, true)]).toEqual([3, 4]);
});

function queueThat(fails: (call: number, entry: number) => boolean) {
  const taken: OutgoingMessage[] = [];
  let calls = 0;
  const send = async (messages: readonly OutgoingMessage[]): Promise<EntryResults> => {
    calls++;
    expect(messages.length).toBeLessThanOrEqual(10);
    return messages.map((message, entry) => {
      if (fails(calls, entry)) {
        return syncError({
          code: "Unavailable",
          operation: "SendMessageBatch",
          effect: "unknown",
          message: "try again",
        });
      }
      taken.push(message);
      return undefined;
    });
  };
  return { taken, queue: { send } };
}

const depsWith = (queue: EnqueueDeps["queue"]): EnqueueDeps => ({
  queue,
  clock: {
    wallMs: () => 1_700_000_000_000,
    monotonicMs: () => 0,
    sleep: () => new Promise((done) => setImmediate(done)),
    after: () => () => undefined,
  },
  random: () => 0.5,
  signal: makeController().signal,
  sizes: DEFAULTS,
  progress: () => undefined,
});

test("every key is in exactly one message of verify's tenant, whatever entries fail at first", async () => {
  const property = fc.asyncProperty(fc.nat(2_500), fc.nat(9), async (count, failing) => {
    const { queue, taken } = queueThat((call, entry) => call % 2 === 1 && entry === failing);
    // A clock that never fires: callOnce's deadline must not race the answer.
    const deps = { ...depsWith(queue), clock: { ...depsWith(queue).clock, sleep: sleepOf } };
    const keys = Array.from({ length: count }, (_, n) => ({ key: `k/${n}`, size: n }));
    expect(await enqueue(keys, deps)).toBe(count);
    const envelopes = taken.map(({ body }) => keysOf(body));
    expect(envelopes.every(({ origin, failures }) => origin === "verify" && failures === 0)).toBe(true);
    expect(taken.every(({ groupId }) => groupId === "verify")).toBe(true);
    const sent = envelopes.flatMap((envelope) => envelope.keys);
    expect(sent.map(({ key }) => key).sort()).toEqual(keys.map(({ key }) => key).sort());
  });
  await fc.assert(property, { numRuns: 20 });
});

function keysOf(body: string): KeysEnvelope {
  const envelope = parseEnvelope(JSON.parse(body));
  if (envelope.kind !== "keys") throw new Error(`a message of kind ${envelope.kind}`);
  return envelope;
}

/** Short waits pass at once, deadlines never. */
function sleepOf(ms: number, signal?: AbortSignal): Promise<void> {
  if (ms < 10_000) return Promise.resolve();
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}

test("a queue that takes nothing is an error, after the retries", async () => {
  const { queue, taken } = queueThat(() => true);
  const deps = { ...depsWith(queue), clock: { ...depsWith(queue).clock, sleep: sleepOf } };
  await expect(enqueue([{ key: "k" }], deps)).rejects.toMatchObject({ code: "Unavailable" });
  expect(taken).toEqual([]);
});
