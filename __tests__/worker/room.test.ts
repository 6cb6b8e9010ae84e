/** Room: two pools of unstarted copy requests, reckoned with what messages have lately asked for. */
import { makeRoom, type RoomDeps } from "../../worker/room";

function roomWith(more: Partial<RoomDeps> = {}) {
  return makeRoom({
    ...{ slots: 256, unstarted: () => 0, held: () => 0, ranges: () => 0, keysWhileOpen: () => undefined },
    ...more,
  });
}

test.each([
  ["an idle worker", {}, 512],
  ["half full", { unstarted: () => 256 }, 256],
  ["full, and fuller", { unstarted: () => 600 }, 0],
  ["too many messages held", { held: () => 8 * 256 }, 0],
  ["ranges that wait to be listed", { ranges: () => 4 }, 256],
  ["eight of them: the others are for other workers", { ranges: () => 8 }, 0],
  ["an open breaker with nothing to judge by", { keysWhileOpen: () => 1 }, 1],
  ["an open breaker with keys", { keysWhileOpen: () => 2 }, 0],
])("%s", (_, more, expected) => {
  expect(roomWith(more).messages()).toBe(expected);
});

test("batches are taken a few at a time, so that live events get in between; single events fill up again", () => {
  const room = roomWith();
  room.filed(100);
  expect(room.messages()).toBe(6);
  for (let i = 0; i < 10; i++) room.filed(1);
  expect(room.messages()).toBe(15);
  for (let i = 0; i < 100; i++) room.filed(1);
  expect(room.messages()).toBe(512);
  room.filed(0);
  expect(room.messages()).toBe(512);
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
  expect(roomWith(more).messagesForHelp()).toBe(expected);
});
