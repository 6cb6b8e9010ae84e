/** Room: two pools of unstarted copy requests, reckoned with what messages have lately asked for. */
import { makeRoom, type RoomDeps } from "../../worker/room";

function roomWith(more: Partial<RoomDeps> = {}) {
  return makeRoom({
    ...{ slots: 256, receivers: 2, unstarted: () => 0, held: () => 0, ranges: () => 0, keysWhileOpen: () => undefined },
    ...more,
  });
}

/** Ten events came when ten messages were asked for. */
function amongEvents(more: Partial<RoomDeps> = {}) {
  const room = roomWith(more);
  for (let i = 0; i < 10; i++) room.filed(1);
  room.answered(10, 10);
  return room;
}

test.each([
  ["an idle worker", {}, 256],
  ["half full", { unstarted: () => 256 }, 128],
  ["full, and fuller", { unstarted: () => 600 }, 0],
  ["too many messages held", { held: () => 8 * 256 }, 0],
  ["a few less", { held: () => 8 * 256 - 3 }, 2],
  ["ranges that wait to be listed", { ranges: () => 4 }, 128],
  ["eight of them: the others are for other workers", { ranges: () => 8 }, 0],
  ["an open breaker with nothing to judge by", { keysWhileOpen: () => 1 }, 1],
  ["an open breaker with keys", { keysWhileOpen: () => 2 }, 0],
])("%s among events", (_, more, expected) => {
  expect(amongEvents(more).messages()).toBe(expected);
});

describe("a worker nearly full of single events", () => {
  test.each([
    ["waits for a whole receive of every receiver", 256, 512 - 19, 0],
    ["asks for no less", 256, 512 - 20, 10],
    ["of few slots waits for a quarter of them", 16, 32 - 3, 0],
    ["of few slots asks for them", 16, 32 - 4, 2],
    ["of the fewest slots never waits", 4, 8 - 1, 1],
  ])("%s", (_, slots, unstarted, expected) => {
    expect(amongEvents({ slots, unstarted: () => unstarted }).messages()).toBe(expected);
  });

  test("does not wait where batches come, or where the queue gives less than it is asked for", () => {
    const among = (asked: number, came: number, ...requests: number[]) => {
      const room = amongEvents({ unstarted: () => 512 - 19 });
      for (const one of requests) room.filed(one);
      room.answered(asked, came);
      return room.messages();
    };
    expect([among(10, 10), among(10, 10, 2), among(10, 4)]).toEqual([0, 5, 1]);
  });
});

test("batches are taken a few at a time, so that live events get in between; single events fill up again", () => {
  const room = amongEvents();
  room.filed(100);
  expect(room.messages()).toBe(3);
  for (let i = 0; i < 10; i++) room.filed(1);
  expect(room.messages()).toBe(8);
  for (let i = 0; i < 100; i++) room.filed(1);
  expect(room.messages()).toBe(256);
  room.filed(0);
  expect(room.messages()).toBe(256);
});

describe("a receive that may wait", () => {
  test.each([
    [256, 3],
    [4, 1],
    [512, 6],
    [640, 7],
  ])("brings each of two receivers no more than whole batches for %d slots: %d messages", (slots, expected) => {
    expect(roomWith({ slots }).messages()).toBe(expected);
  });

  test("has no place at all in a full worker", () => {
    expect(roomWith({ unstarted: () => 512 }).messages()).toBe(0);
  });

  test.each([
    ["nothing came", 10, 0, 3],
    ["less than half came", 10, 4, 3],
    ["half came", 10, 5, 256],
    ["the only one that was asked for came", 1, 1, 256],
    ["nothing was left of one", 1, 0, 3],
  ])("follows an answer when %s", (_, asked, came, expected) => {
    const room = amongEvents();
    room.answered(asked, came);
    expect(room.messages()).toBe(expected);
  });

  test("does not forget what messages asked for", () => {
    const room = amongEvents();
    room.answered(10, 0);
    room.answered(1, 1);
    expect(room.messages()).toBe(256);
  });
});

test("the first evidence takes the place of the guess", () => {
  const room = roomWith();
  room.answered(1, 1);
  expect(room.messages()).toBe(3);
  room.filed(1);
  expect(room.messages()).toBe(256);
});

test("after a range come batches", () => {
  const room = amongEvents();
  room.filedRange();
  expect(room.messages()).toBe(3);
  for (let i = 0; i < 9; i++) room.filed(10);
  expect(room.messages()).toBe(7);
});

test.each<[string, Partial<RoomDeps>, number]>([
  ["nothing waits", {}, 64],
  ["a few wait", { unstarted: () => 50 }, 14],
  ["a quarter of a pool waits", { unstarted: () => 64 }, 0],
  ["more waits", { unstarted: () => 300 }, 0],
  ["a range waits to be listed", { ranges: () => 1 }, 0],
  ["too many messages are held", { held: () => 8 * 256 }, 0],
  ["the breaker is open", { keysWhileOpen: () => 0 }, 0],
])("help, when %s: %#", (_, more, expected) => {
  expect(amongEvents(more).messagesForHelp()).toBe(expected);
});
