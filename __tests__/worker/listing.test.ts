/** Ranges in a whole worker: what is sent, what is acknowledged, what is put back and buried. */
import { encodeEnvelope, listWork, parseEnvelope, putBack } from "../../core/envelope";
import type { EnvelopeHistory, ListRange } from "../../core/messages";
import type { OutgoingMessage } from "../../core/ports";
import { sourceObject } from "../support/worker-buckets";
import { deferred, failure, raise } from "../support/worker-fakes";
import { beginRun, SECOND } from "../support/worker-run";

const STARTED = 1_767_000_000_000;
const HISTORY: EnvelopeHistory = { failures: 0, eventTime: STARTED, firstSeen: STARTED, origin: "backfill" };

const rangeMessage = (range: ListRange, more: Partial<EnvelopeHistory> = {}, compare = true): string =>
  encodeEnvelope(listWork(range, { ...HISTORY, ...more }, compare));

const envelopes = (messages: readonly OutgoingMessage[]) =>
  messages.map(({ body }) => parseEnvelope(JSON.parse(body) as unknown));

function worldWith(count: number, more: Parameters<typeof beginRun>[0] = {}) {
  const world = beginRun({ listUnitKeys: 10, ...more });
  const keys = Array.from({ length: count }, (_, n) => `d${n % 4}/k${String(n).padStart(3, "0")}`);
  for (const key of keys) world.buckets.at.source.set(key, sourceObject(`e-${key}`));
  return { ...world, keys };
}

it("a range becomes keys and ranges in the backfill's group, and in the end everything is copied once", async () => {
  const world = worldWith(50);
  world.queue.put(rangeMessage({ prefix: "" }));
  const result = await world.clock.until(world.run());
  expect(result.tally).toMatchObject({ listed: 50, enqueued: 50, copies: 50, deadLetters: 0 });
  expect([...world.buckets.at.destination.keys()].sort()).toEqual([...world.keys].sort());
  expect(world.queue.left).toEqual([]);
  expect(new Set(world.queue.sent.map(({ groupId }) => groupId))).toEqual(new Set(["backfill"]));
  for (const envelope of envelopes(world.queue.sent))
    expect(envelope).toMatchObject({ eventTime: STARTED, failures: 0 });
  const ranges = envelopes(world.queue.sent).filter(({ kind }) => kind === "list");
  expect(ranges.length).toBe(result.tally.listUnits - 1);
});

it("how long a backfill has been under way is no sync lag; the lag of a live event of the same key is", async () => {
  const world = worldWith(1);
  world.queue.put(rangeMessage({ prefix: "" }));
  await world.clock.until(world.run());
  expect(world.log.of("metrics").flatMap((line) => line["SyncLagSeconds"] ?? [])).toEqual([]);
  const other = worldWith(1);
  other.queue.put(rangeMessage({ prefix: "" }));
  other.put(other.keys[0]!);
  await other.clock.until(other.run());
  const lags = other.log.of("metrics").flatMap((line) => line["SyncLagSeconds"] ?? []) as number[];
  expect(lags.length).toBeGreaterThan(0);
  expect(Math.max(...lags)).toBeLessThan(60);
});

it("only below the prefix that is synced, whatever the message says", async () => {
  const world = worldWith(20, { prefix: "d1/" });
  world.queue.put(rangeMessage({ prefix: "" }));
  world.queue.put(rangeMessage({ prefix: "elsewhere/" }));
  await world.clock.until(world.run());
  expect([...world.buckets.at.destination.keys()].every((key) => key.startsWith("d1/"))).toBe(true);
  expect(world.buckets.at.destination.size).toBe(5);
  expect(world.buckets.sourceListing.requests.every(({ prefix }) => prefix.startsWith("d1/"))).toBe(true);
  expect(world.log.of("range-ignored")).toHaveLength(1);
  expect(world.queue.left).toEqual([]);
});

it("a message that claims to be live work does not make its keys so", async () => {
  const world = worldWith(3);
  world.queue.put(rangeMessage({ prefix: "" }, { origin: "worker" }));
  await world.clock.until(world.run());
  expect(envelopes(world.queue.sent)).toMatchObject([{ kind: "keys", origin: "backfill" }]);
});

it("is kept when SQS does not take what replaces it", async () => {
  const world = worldWith(5);
  world.queue.put(rangeMessage({ prefix: "" }));
  let refusals = 0;
  for (let i = 0; i < 8; i++) {
    world.queue.send.once((messages) => {
      refusals++;
      return messages.map(() => failure("Unavailable"));
    });
  }
  await world.clock.until(world.run());
  expect(refusals).toBe(8);
  expect(world.log.of("left-to-its-lease")).toHaveLength(1);
  expect(world.queue.left).toHaveLength(1);
  // It comes back by itself, gets a message of its own, and is done.
  await world.clock.advance(120 * SECOND);
  expect((await world.clock.until(world.run())).tally).toMatchObject({ copies: 5, deadLetters: 0 });
  expect(world.queue.left).toEqual([]);
});

it("that came back gets a message of its own, so that deaths of workers do not bury it", async () => {
  const world = worldWith(5);
  world.queue.put(rangeMessage({ prefix: "" }, { failures: 4 }, false), 2);
  await world.clock.until(world.run());
  const [renewed, ...rest] = envelopes(world.queue.sent);
  expect(renewed).toMatchObject({ kind: "list", failures: 6, compare: false, range: { prefix: "" } });
  expect(rest).toMatchObject([{ kind: "keys" }]);
  expect(world.buckets.at.destination.size).toBe(5);
});

it("that killed twenty workers is buried with that reason", async () => {
  const world = worldWith(5);
  world.queue.put(rangeMessage({ prefix: "d1/" }, { failures: 18 }), 2);
  await world.clock.until(world.run());
  expect(world.dead.sent).toMatchObject([{ attributes: { ErrorName: "WorkerDied" } }]);
  expect(envelopes(world.dead.sent)).toMatchObject([{ kind: "list", failures: 0, range: { prefix: "d1/" } }]);
  expect(world.buckets.at.destination.size).toBe(0);
});

it("that cannot be listed is held, put back with its count, and buried with the reason in the end", async () => {
  const world = worldWith(5, { breakerBudgetSeconds: 60, maxReceiveCount: 2 });
  world.buckets.sourceListing.before = () => raise(failure("AccessDenied"));
  world.queue.put(rangeMessage({ prefix: "" }));
  const held = await world.clock.until(world.run());
  expect(held).toMatchObject({ exitCode: 0, tally: { deadLetters: 0 } });
  expect(world.clock.now).toBeGreaterThan(60 * SECOND);
  expect(envelopes(world.queue.sent)).toMatchObject([{ kind: "list", failures: 1 }]);
  expect(world.queue.sent[0]?.delaySeconds).toBeGreaterThan(0);
  await world.clock.advance(300 * SECOND);
  expect(await world.clock.until(world.run())).toMatchObject({ exitCode: 0, tally: { deadLetters: 1 } });
  expect(world.dead.sent).toMatchObject([
    { attributes: { ErrorCode: "AccessDenied", Advice: expect.stringContaining("Redrive it") as string } },
  ]);
  expect(world.queue.left).toEqual([]);
});

it("stopped in the middle: keys that were listed are sent, exactly the rest is put back, nothing counts", async () => {
  const world = worldWith(50, { listUnitKeys: 1_000 });
  const pages = world.buckets.sourceListing;
  const short = {
    ...pages,
    list: (...[request, signal]: Parameters<typeof pages.list>) => pages.list({ ...request, maxKeys: 10 }, signal),
  };
  let asked = 0;
  pages.before = () => {
    if (++asked === 3) world.stop.abort();
  };
  world.queue.put(rangeMessage({ prefix: "" }));
  Object.assign(world.buckets, { sourceListing: short });
  await world.clock.until(world.run());
  const sorted = [...world.keys].sort();
  const left = world.queue.left.map(({ body }) => parseEnvelope(JSON.parse(body) as unknown));
  expect(left.filter(({ kind }) => kind === "list")).toMatchObject([
    { failures: 0, range: { prefix: "", after: sorted[29] } },
  ]);
  expect(left.flatMap((one) => ("keys" in one ? one.keys.map(({ key }) => key) : []))).toEqual(sorted.slice(0, 30));
});

it("stopped before it begins: it is put back as it was", async () => {
  const world = worldWith(5);
  world.stop.abort();
  world.queue.put(rangeMessage({ prefix: "d2/", after: "d2/k", until: "d2/x" }, { failures: 1 }));
  await world.clock.until(world.run());
  const left = world.queue.left.map(({ body, receives }) => ({ body, receives }));
  expect(left).toEqual([{ body: expect.any(String) as string, receives: 0 }]);
  expect(parseEnvelope(JSON.parse(left[0]!.body) as unknown)).toMatchObject({
    failures: 1,
    range: { prefix: "d2/", after: "d2/k", until: "d2/x" },
  });
});

const keysMessage = (keys: readonly string[]): string =>
  encodeEnvelope(
    putBack(
      keys.map((key) => ({ key })),
      HISTORY,
    ),
  );

it("a worker that has copies enough does not list, and goes on when it has little to do", async () => {
  const world = worldWith(20, { copyConcurrency: 2 });
  const release = deferred<undefined>();
  world.buckets.always("CopyObject", (apply) => release.promise.then(apply));
  world.queue.put(keysMessage(world.keys.slice(0, 10)));
  world.queue.put(rangeMessage({ prefix: "" }));
  const running = world.run();
  await world.clock.advance(30 * SECOND);
  expect(world.buckets.sourceListing.requests).toEqual([]);
  release.resolve(undefined);
  const result = await world.clock.until(running);
  expect(result.tally).toMatchObject({ listed: 20, copies: 20 });
});

/** The keys of the first unit come late, or never: what it leaves of the range comes at once. */
function listedAhead() {
  const world = worldWith(50, { copyConcurrency: 2 });
  const late: string[] = [];
  world.queue.send.once((messages) =>
    messages.map(({ body }) => {
      if (parseEnvelope(JSON.parse(body) as unknown).kind === "keys") late.push(body);
      else world.queue.put(body);
      return undefined;
    }),
  );
  world.queue.put(rangeMessage({ prefix: "" }));
  return { ...world, late, listed: () => world.log.of("range-listed").length, running: world.run() };
}

it("keys that it has just queued are work enough: nothing more is listed before they have come", async () => {
  const { clock, late, listed, queue, running } = listedAhead();
  await clock.advance(900);
  expect([late.length, listed()]).toEqual([1, 1]);
  queue.put(late[0] ?? "");
  const { tally } = await clock.until(running);
  expect(tally).toMatchObject({ listed: 50, copies: 50 });
});

it("keys that another worker has taken are not waited for", async () => {
  const { clock, listed, running } = listedAhead();
  await clock.advance(900);
  expect(listed()).toBe(1);
  await clock.advance(200);
  expect(listed()).toBeGreaterThan(1);
  const { tally } = await clock.until(running);
  expect(tally).toMatchObject({ listed: 50, copies: 40 });
});

it("ranges are put off while keys queued before wait for long, so that none outlives the queue's retention", async () => {
  const world = worldWith(20);
  world.queue.put(keysMessage(world.keys.slice(0, 10)));
  await world.clock.advance(21 * 60 * SECOND);
  world.queue.put(rangeMessage({ prefix: "" }, { failures: 2 }));
  await world.clock.until(world.run());
  expect(world.buckets.at.destination.size).toBe(10);
  expect(envelopes(world.queue.sent)).toMatchObject([{ kind: "list", failures: 2, range: { prefix: "" } }]);
  expect(world.queue.sent[0]?.delaySeconds).toBe(600);
  // The keys are done: now it is listed.
  await world.clock.advance(600 * SECOND);
  expect((await world.clock.until(world.run())).tally).toMatchObject({ listed: 20, copies: 10 });
  expect(world.queue.left).toEqual([]);
});

it("a range that waited long by itself is no backlog: it is listed at once", async () => {
  const world = worldWith(5);
  world.queue.put(rangeMessage({ prefix: "" }));
  await world.clock.advance(48 * 3600 * SECOND);
  expect((await world.clock.until(world.run())).tally).toMatchObject({ copies: 5 });
});
