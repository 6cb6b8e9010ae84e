/** The inbox: which keys there are to look at, in which order, and when a message is finished. */
import type { EnvelopeHistory } from "../../core/messages";
import { MIB } from "../../core/parts";
import { type Filing, type Inbox, makeInbox } from "../../worker/inbox";
import type { Lease } from "../../worker/leases";
import { message } from "../support/worker-fakes";

const SIZES = { partSize: 8 * MIB, multipartThreshold: 8 * MIB };
const HISTORY: EnvelopeHistory = { failures: 0, eventTime: 1, firstSeen: 2, origin: "worker" };

const lease = (id: string): Lease => ({
  message: message(id),
  receivedAtMs: 0,
  held: true,
  lasts: true,
  deadlineMs: 1,
});

function file(inbox: Inbox, from: Lease, keys: string[], filing: Partial<Filing> = {}): number {
  return inbox.file(from, HISTORY, {
    entries: keys.map((key) => ({ key })),
    upload: undefined,
    mustLook: false,
    suspectUploads: false,
    live: true,
    ...filing,
  });
}

const keysLeft = (inbox: Inbox): string[] => {
  const keys: string[] = [];
  for (let task = inbox.take(); task !== undefined; task = inbox.take()) keys.push(task.key);
  return keys;
};

describe("filing", () => {
  it("coalesces messages about one key into one task, and says how many joined", () => {
    const inbox = makeInbox(SIZES, 4);
    const [a, b] = [lease("a"), lease("b")];
    expect([file(inbox, a, ["k"]), file(inbox, b, ["k", "l"])]).toEqual([0, 1]);
    const task = inbox.take();
    expect(task?.key).toBe("k");
    expect([...task!.deliveries].map((delivery) => delivery.lease)).toEqual([a, b]);
    expect({ waiting: inbox.waiting, size: inbox.size }).toEqual({ waiting: 1, size: 2 });
  });

  it("joins a task that is being worked on, instead of making a second one", () => {
    const inbox = makeInbox(SIZES, 4);
    file(inbox, lease("a"), ["k"]);
    const task = inbox.take();
    expect(file(inbox, lease("b"), ["k"])).toBe(1);
    expect(inbox.take()).toBeUndefined();
    expect(task?.deliveries.size).toBe(2);
  });

  it("collects what any message says: look first, suspect uploads, uploads handed off, the latest size", () => {
    const inbox = makeInbox(SIZES, 4);
    const upload = { id: "u", fingerprint: "f" };
    file(inbox, lease("a"), [], { entries: [{ key: "k", size: 5 }] });
    file(inbox, lease("b"), ["k"], { mustLook: true, upload });
    file(inbox, lease("c"), [], { entries: [{ key: "k", size: 7 }], suspectUploads: true });
    file(inbox, lease("d"), ["k"]);
    expect(inbox.take()).toMatchObject({ size: 7, mustLook: true, suspectUploads: true, uploads: [upload] });
  });

  it("asks for neither without a reason", () => {
    const inbox = makeInbox(SIZES, 4);
    file(inbox, lease("a"), ["k"]);
    expect(inbox.take()).toMatchObject({ size: undefined, mustLook: false, suspectUploads: false, uploads: [] });
  });
});

describe("order", () => {
  it("is first come, first served, live before bulk", () => {
    const inbox = makeInbox(SIZES, 4);
    file(inbox, lease("a"), ["bulk-1", "bulk-2"], { live: false });
    file(inbox, lease("b"), ["live-1"]);
    file(inbox, lease("c"), ["live-2"]);
    expect(keysLeft(inbox)).toEqual(["live-1", "live-2", "bulk-1", "bulk-2"]);
  });

  it("a live event takes a waiting bulk key along; bulk work holds no live key back", () => {
    const inbox = makeInbox(SIZES, 4);
    file(inbox, lease("a"), ["x", "y"], { live: false });
    file(inbox, lease("b"), ["y"]);
    file(inbox, lease("c"), ["z"]);
    file(inbox, lease("d"), ["z"], { live: false });
    expect(keysLeft(inbox)).toEqual(["y", "z", "x"]);
  });

  it("a live event does not put a key into a lane again that is being worked on", () => {
    const inbox = makeInbox(SIZES, 4);
    file(inbox, lease("a"), ["x"], { live: false });
    inbox.take();
    file(inbox, lease("b"), ["x"]);
    expect(inbox.take()).toBeUndefined();
  });
});

describe("releasing", () => {
  it("finishes a message with several keys when each of them is released", () => {
    const inbox = makeInbox(SIZES, 4);
    const batch = lease("batch");
    file(inbox, batch, ["a", "b", "c"]);
    const tasks = [inbox.take()!, inbox.take()!, inbox.take()!];
    const finished = tasks.map((task) => inbox.release(task, [...task.deliveries]));
    expect(finished).toEqual([[], [], [batch]]);
  });

  it("finishes every message of a key that has no other key, and none twice", () => {
    const inbox = makeInbox(SIZES, 4);
    const [one, two, both] = [lease("one"), lease("two"), lease("both")];
    file(inbox, one, ["a"]);
    file(inbox, two, ["a"]);
    file(inbox, both, ["a", "b"]);
    const task = inbox.take()!;
    const deliveries = [...task.deliveries];
    expect(inbox.release(task, deliveries)).toEqual([one, two]);
    expect(inbox.release(task, deliveries)).toEqual([]);
  });

  it("forgets a task only when no message waits for it", () => {
    const inbox = makeInbox(SIZES, 4);
    file(inbox, lease("a"), ["k"]);
    const task = inbox.take()!;
    const covered = [...task.deliveries];
    file(inbox, lease("b"), ["k"]);
    inbox.release(task, covered);
    expect([inbox.settle(task), inbox.size]).toEqual([false, 1]);
    inbox.release(task, [...task.deliveries]);
    expect([inbox.settle(task), inbox.size]).toEqual([true, 0]);
    file(inbox, lease("c"), ["k"]);
    expect(inbox.take()).not.toBe(task);
  });

  it("finds the tasks that a message is about", () => {
    const inbox = makeInbox(SIZES, 4);
    const batch = lease("batch");
    file(inbox, batch, ["a", "b"]);
    file(inbox, lease("other"), ["b", "c"]);
    expect(inbox.tasksOf(batch).map(({ key }) => key)).toEqual(["a", "b"]);
  });
});

describe("room", () => {
  it("counts one request for an unknown size, and the parts of a known one", () => {
    const inbox = makeInbox(SIZES, 100);
    file(inbox, lease("a"), ["unknown"]);
    expect(inbox.unstarted).toBe(1);
    file(inbox, lease("b"), [], { entries: [{ key: "large", size: 40 * MIB }] });
    expect(inbox.unstarted).toBe(1 + 5);
  });

  it("counts a huge object with one pool of slots at most, so that it keeps no small ones away", () => {
    const inbox = makeInbox(SIZES, 4);
    file(inbox, lease("a"), [], { entries: [{ key: "huge", size: 4000 * MIB }] });
    expect(inbox.unstarted).toBe(4);
    const task = inbox.take()!;
    inbox.plan(task, 10);
    expect(inbox.unstarted).toBe(4);
    inbox.plan(task, 3);
    expect(inbox.unstarted).toBe(3);
  });

  it("takes what the work says over what messages say, once it has begun", () => {
    const inbox = makeInbox(SIZES, 4);
    file(inbox, lease("a"), ["k"]);
    const task = inbox.take()!;
    inbox.plan(task, 0);
    file(inbox, lease("b"), [], { entries: [{ key: "k", size: 400 * MIB }] });
    expect(inbox.unstarted).toBe(0);
  });

  it("is given back when a task ends", () => {
    const inbox = makeInbox(SIZES, 4);
    file(inbox, lease("a"), ["k"]);
    const task = inbox.take()!;
    inbox.release(task, [...task.deliveries]);
    inbox.settle(task);
    expect(inbox.unstarted).toBe(0);
  });
});

it("gives out everything that nobody has begun, and only that", () => {
  const inbox = makeInbox(SIZES, 4);
  file(inbox, lease("a"), ["begun", "live"]);
  file(inbox, lease("b"), ["bulk"], { live: false });
  inbox.take();
  expect(inbox.takeAllWaiting().map(({ key }) => key)).toEqual(["live", "bulk"]);
  expect({ waiting: inbox.waiting, next: inbox.take(), size: inbox.size }).toEqual({
    waiting: 0,
    next: undefined,
    size: 3,
  });
});
