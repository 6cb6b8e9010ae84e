/** The slot pool: the limit, fairness between owners, and how it follows what S3 says. */
import { makeController } from "../../worker/controller";
import { Interruption } from "../../worker/interruption";
import { makeSlots, type Slot, SLOT_FLOOR, type SlotPool } from "../../worker/slots";
import { makeClock } from "../support/worker-clock";
import { countingController } from "../support/worker-fakes";

const clock = makeClock();
const never = makeController().signal;

/** Takes `count` slots that are free. */
async function take(pool: SlotPool, count: number, owner = "taker"): Promise<Slot[]> {
  return Promise.all(Array.from({ length: count }, () => pool.acquire(owner, never)));
}

/** Asks for a slot; `order` gets the owner when it is granted. */
function ask(pool: SlotPool, owner: string, order: string[]): Promise<Slot> {
  const slot = pool.acquire(owner, never);
  void slot.then(() => order.push(owner));
  return slot;
}

describe("the limit", () => {
  it("grants as many slots as there are, and the next one only when one is released", async () => {
    const pool = makeSlots(2);
    const [first] = await take(pool, 2);
    const order: string[] = [];
    void ask(pool, "late", order);
    await clock.settle();
    expect({ order: [...order], inUse: pool.inUse }).toEqual({ order: [], inUse: 2 });
    first!.release("ok");
    await clock.settle();
    expect({ order, inUse: pool.inUse }).toEqual({ order: ["late"], inUse: 2 });
  });

  it("counts a released slot once: releasing twice is an error of ours", async () => {
    const pool = makeSlots(1);
    const [slot] = await take(pool, 1);
    slot!.release("ok");
    expect(() => slot!.release("ok")).toThrow("slot released twice");
    expect(pool.inUse).toBe(0);
  });
});

describe("fairness", () => {
  it("gives the next freed slot to a small object, however many parts of a huge one wait", async () => {
    const pool = makeSlots(1);
    const [first] = await take(pool, 1, "huge");
    const order: string[] = [];
    const huge = Array.from({ length: 1000 }, () => ask(pool, "huge", order));
    const small = ask(pool, "small", order);
    first!.release("ok");
    (await small).release("ok");
    (await huge[0]!).release("ok");
    await clock.settle();
    expect(order).toEqual(["small", "huge", "huge"]);
  });

  it("serves owners in turn", async () => {
    const pool = makeSlots(1);
    const [held] = await take(pool, 1, "x");
    const order: string[] = [];
    for (const owner of ["a", "a", "a", "b", "c", "b"]) {
      void ask(pool, owner, order).then((slot) => slot.release("ok"));
    }
    held!.release("ok");
    await clock.settle();
    expect(order).toEqual(["a", "b", "c", "a", "b", "a"]);
  });

  it("does not let a newcomer overtake those who wait", async () => {
    const pool = makeSlots(1);
    const [held] = await take(pool, 1);
    const order: string[] = [];
    const waiting = ask(pool, "early", order);
    held!.release("ok");
    const newcomer = ask(pool, "newcomer", order);
    (await waiting).release("ok");
    await newcomer;
    expect(order).toEqual(["early", "newcomer"]);
  });
});

describe("following S3", () => {
  it("halves once per round trip: a 503 of a request sent before the last decrease says nothing new", async () => {
    const decreases: number[] = [];
    const pool = makeSlots(16, (limit) => decreases.push(limit));
    const sent = await take(pool, 16);
    for (const slot of sent) slot.release("throttled");
    expect({ limit: pool.limit, decreases }).toEqual({ limit: 8, decreases: [8] });
    const [later] = await take(pool, 1);
    later!.release("throttled");
    expect({ limit: pool.limit, decreases }).toEqual({ limit: 4, decreases: [8, 4] });
  });

  it("never goes below the floor, and says nothing when nothing changes", async () => {
    const decreases: number[] = [];
    const pool = makeSlots(6, (limit) => decreases.push(limit));
    for (let i = 0; i < 5; i++) (await take(pool, 1))[0]!.release("throttled");
    expect({ limit: pool.limit, decreases }).toEqual({ limit: SLOT_FLOOR, decreases: [4] });
  });

  it("has a pool smaller than the floor keep its size", async () => {
    const pool = makeSlots(2);
    (await take(pool, 1))[0]!.release("throttled");
    expect(pool.limit).toBe(2);
  });

  it("grows by one after as many successes as the limit, up to its size", async () => {
    const pool = makeSlots(8);
    (await take(pool, 1))[0]!.release("throttled");
    const limits: number[] = [];
    for (let i = 0; i < 4 + 5 + 6 + 7 + 20; i++) {
      (await take(pool, 1))[0]!.release("ok");
      limits.push(pool.limit);
    }
    const firstAt = (limit: number): number => limits.indexOf(limit) + 1;
    expect([5, 6, 7, 8].map(firstAt)).toEqual([4, 4 + 5, 4 + 5 + 6, 4 + 5 + 6 + 7]);
    expect(limits.at(-1)).toBe(8);
  });

  it("neither grows nor shrinks by requests that failed for other reasons", async () => {
    const pool = makeSlots(8);
    (await take(pool, 1))[0]!.release("throttled");
    for (let i = 0; i < 20; i++) (await take(pool, 1))[0]!.release("failed");
    expect(pool.limit).toBe(4);
  });

  it("starts counting successes anew after a decrease", async () => {
    const pool = makeSlots(16);
    (await take(pool, 1))[0]!.release("throttled");
    for (let i = 0; i < 7; i++) (await take(pool, 1))[0]!.release("ok");
    (await take(pool, 1))[0]!.release("throttled");
    expect(pool.limit).toBe(4);
    for (let i = 0; i < 3; i++) (await take(pool, 1))[0]!.release("ok");
    expect(pool.limit).toBe(4);
    (await take(pool, 1))[0]!.release("ok");
    expect(pool.limit).toBe(5);
  });

  it("grants nothing above a lowered limit while earlier requests are still in flight", async () => {
    const pool = makeSlots(8);
    const sent = await take(pool, 8);
    const order: string[] = [];
    void ask(pool, "waiter", order);
    sent[0]!.release("throttled");
    for (const slot of sent.slice(1, 4)) slot.release("failed");
    await clock.settle();
    expect({ inUse: pool.inUse, order: [...order] }).toEqual({ inUse: 4, order: [] });
    sent[4]!.release("failed");
    await clock.settle();
    expect(order).toEqual(["waiter"]);
  });
});

describe("giving up waiting", () => {
  it("rejects at once when it is too late already", async () => {
    const pool = makeSlots(1);
    await expect(pool.acquire("a", AbortSignal.abort())).rejects.toEqual(new Interruption("stopping"));
    expect(pool.inUse).toBe(0);
  });

  it("takes the waiter out, so that a freed slot goes to the next one", async () => {
    const pool = makeSlots(1);
    const [held] = await take(pool, 1);
    const { controller, listeners } = countingController();
    const gone = pool.acquire("a", controller.signal);
    const order: string[] = [];
    void ask(pool, "b", order);
    controller.abort();
    await expect(gone).rejects.toEqual(new Interruption("stopping"));
    held!.release("ok");
    await clock.settle();
    expect({ order, inUse: pool.inUse }).toEqual({ order: ["b"], inUse: 1 });
    expect(listeners()).toBe(0);
  });

  it("leaves no listener behind once it has a slot", async () => {
    const pool = makeSlots(1);
    const [held] = await take(pool, 1);
    const { controller, listeners } = countingController();
    const waiting = pool.acquire("a", controller.signal);
    expect(listeners()).toBe(1);
    held!.release("ok");
    await waiting;
    expect(listeners()).toBe(0);
  });
});

it("knows the most slots that were in use at once since it was last asked", async () => {
  const slots = makeSlots(8);
  expect(slots.takePeak()).toBe(0);
  const { signal } = new AbortController();
  const held = await Promise.all(["a", "b", "c"].map((owner) => slots.acquire(owner, signal)));
  held[0]!.release("ok");
  held[1]!.release("ok");
  expect([slots.takePeak(), slots.takePeak()]).toEqual([3, 1]);
  held[2]!.release("ok");
  expect([slots.takePeak(), slots.takePeak()]).toEqual([1, 0]);
});
