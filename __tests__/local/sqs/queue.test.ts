/** What AWS leaves open or says in passing, and this queue makes a choice of; without HTTP, on a clock that stands still. */
import { manualClock, type ManualClock } from "../../../local/http/clock";
import { seededRandom } from "../../../local/http/random";
import { QueueSettings } from "../../../local/sqs/attributes";
import { Queue, type Delivery, type Hardness } from "../../../local/sqs/queue";

const EASY: Hardness = {
  duplicateProbability: 0,
  shuffle: false,
  staleDelete: "ignored",
  countStalenessMs: 0,
  maxInFlight: 120_000,
};

function makeQueue(hardness: Partial<Hardness> = {}, attributes: Record<string, string> = {}) {
  const clock: ManualClock = manualClock(1_000_000);
  const context = {
    clock,
    random: seededRandom(7),
    hardness: { ...EASY, ...hardness },
    queueByArn: () => undefined,
    onActivity: () => undefined,
  };
  const queue = new Queue("q", "arn:q", new QueueSettings(attributes), context);
  const receive = (max = 10, visibilityMs = 30_000, waitMs = 0) => queue.receive(max, visibilityMs, waitMs);
  return { clock, queue, receive };
}

const bodies = (deliveries: readonly Delivery[]) => deliveries.map((delivery) => delivery.message.body);

test("a stale handle deletes nothing by default, and deletes when told that it may", async () => {
  for (const [staleDelete, left] of [["ignored", 1] as const, ["deletes", 0] as const]) {
    const { queue, receive, clock } = makeQueue({ staleDelete });
    queue.send({ body: "m" });
    const [first] = await receive(1, 1_000);
    clock.tick(1_000);
    await receive(1, 1_000);
    queue.delete(first!.receiptHandle);
    expect(queue.depth().inFlight).toBe(left);
  }
});

test("a handle is still good after its timeout, as long as nobody received the message again", async () => {
  const { queue, receive, clock } = makeQueue();
  queue.send({ body: "m" });
  const [first] = await receive(1, 1_000);
  clock.tick(2_000);
  queue.delete(first!.receiptHandle);
  expect(queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
});

test("a handle of another queue is not valid here", async () => {
  const { queue, receive } = makeQueue();
  queue.send({ body: "m" });
  const [first] = await receive();
  const clock = manualClock();
  const other = new Queue("other", "arn:o", new QueueSettings({}), {
    clock,
    random: seededRandom(1),
    hardness: EASY,
    queueByArn: () => undefined,
    onActivity: () => undefined,
  });
  expect(() => other.delete(first!.receiptHandle)).toThrow("not a valid receipt handle");
});

test("fair queues: a tenant with at least 30 and more than a tenth of what is in flight waits for the quiet ones", async () => {
  const { queue, receive } = makeQueue();
  for (let i = 0; i < 60; i++) queue.send({ body: `backfill ${i}`, groupId: "backfill" });
  for (let i = 0; i < 3; i++) expect(bodies(await receive())).toHaveLength(10);
  queue.send({ body: "live" });
  queue.send({ body: "other tenant", groupId: "other" });
  expect(bodies(await receive(3))).toEqual(["live", "other tenant", "backfill 30"]);
});

test("below 30 in flight nobody is noisy: oldest first", async () => {
  const { queue, receive } = makeQueue();
  for (let i = 0; i < 30; i++) queue.send({ body: `${i}`, groupId: "g" });
  await receive();
  queue.send({ body: "live" });
  expect(bodies(await receive(2))).toEqual(["10", "11"]);
});

test("duplicates: another receiver gets the same message within its timeout; either may delete it", async () => {
  const { queue, receive } = makeQueue({ duplicateProbability: 1 });
  queue.send({ body: "m" });
  const [first] = await receive();
  const [second] = await receive();
  expect(second!.message.id).toBe(first!.message.id);
  expect(second!.receiptHandle).not.toBe(first!.receiptHandle);
  expect(queue.depth()).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
  queue.delete(second!.receiptHandle);
  queue.delete(first!.receiptHandle);
  expect(queue.depth().inFlight).toBe(0);
});

test("a duplicate wakes a receiver that waits", async () => {
  const { queue, receive } = makeQueue({ duplicateProbability: 1 });
  const waiting = [receive(1, 1_000, 20_000), receive(1, 1_000, 20_000)];
  queue.send({ body: "m" });
  expect((await Promise.all(waiting)).map(bodies)).toEqual([["m"], ["m"]]);
});

test("a shuffled queue loses nothing and repeats its order for a seed", async () => {
  const order = async () => {
    const { queue, receive } = makeQueue({ shuffle: true });
    for (let i = 0; i < 40; i++) queue.send({ body: String(i) });
    const seen: string[] = [];
    for (let i = 0; i < 4; i++) seen.push(...bodies(await receive()));
    return seen;
  };
  const [once, again] = [await order(), await order()];
  expect(once).toEqual(again);
  expect(once).not.toEqual([...once].sort((a, b) => Number(a) - Number(b)));
  expect(new Set(once).size).toBe(40);
});

test("too many in flight: OverLimit for a short poll, silence for a long one", async () => {
  const { queue, receive, clock } = makeQueue({ maxInFlight: 1 });
  queue.send({ body: "a" });
  queue.send({ body: "b" });
  await receive();
  await expect(receive()).rejects.toMatchObject({ code: "OverLimit", status: 403 });
  const waiting = receive(1, 1_000, 5_000);
  clock.tick(5_000);
  expect(await waiting).toEqual([]);
});

test("counts may be shown late, and are exact to the admin", () => {
  const { queue, clock } = makeQueue();
  expect(queue.shownDepth(60_000).visible).toBe(0);
  queue.send({ body: "m" });
  expect(queue.shownDepth(60_000).visible).toBe(0);
  expect(queue.depth().visible).toBe(1);
  clock.tick(60_000);
  expect(queue.shownDepth(60_000).visible).toBe(1);
});

test("waiting receivers are served in turn, each message once", async () => {
  const { queue, receive } = makeQueue();
  const waiting = [receive(1, 1_000, 20_000), receive(1, 1_000, 20_000)];
  queue.send({ body: "a" });
  queue.send({ body: "b" });
  expect((await Promise.all(waiting)).map(bodies)).toEqual([["a"], ["b"]]);
});

test("a receiver that left gets nothing", async () => {
  const { queue, receive } = makeQueue();
  const abort = new AbortController();
  const left = queue.receive(1, 1_000, 20_000, abort.signal);
  abort.abort();
  queue.send({ body: "m" });
  expect(await left).toEqual([]);
  expect(bodies(await receive())).toEqual(["m"]);
});

test("visibility 0 on receive leaves the message visible", async () => {
  const { queue, receive } = makeQueue();
  queue.send({ body: "m" });
  expect(bodies(await receive(10, 0))).toEqual(["m"]);
  expect(bodies(await receive(10, 0))).toEqual(["m"]);
});

test("whenEmpty resolves when the last message is deleted", async () => {
  const { queue, receive } = makeQueue();
  await queue.whenEmpty();
  queue.send({ body: "m" });
  const empty = queue.whenEmpty();
  queue.delete((await receive())[0]!.receiptHandle);
  await empty;
});

test("ten thousand messages with heartbeats stay quick", async () => {
  const { queue, receive, clock } = makeQueue();
  for (let i = 0; i < 10_000; i++) queue.send({ body: String(i) });
  for (let i = 0; i < 1_000; i++) {
    const batch = await receive();
    for (const { receiptHandle } of batch) queue.changeVisibility(receiptHandle, 60_000);
    clock.tick(1);
    for (const { receiptHandle } of batch) queue.delete(receiptHandle);
  }
  expect(queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
});
