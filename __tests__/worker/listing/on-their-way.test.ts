/** Keys between the moment they are queued and the moment they come. */
import { makeOnTheirWay } from "../../../worker/listing/on-their-way";
import { makeClock } from "../../support/worker-clock";

function begin() {
  const clock = makeClock();
  let gone = 0;
  const onTheirWay = makeOnTheirWay(clock, () => {
    gone++;
  });
  return { clock, onTheirWay, gone: () => gone };
}

it("count until they come, whoever queued them", () => {
  const { onTheirWay } = begin();
  onTheirWay.add(10);
  onTheirWay.came(4);
  expect(onTheirWay.keys).toBe(6);
  onTheirWay.came(7);
  expect(onTheirWay.keys).toBe(0);
});

it("are given up a second after the last of them was sent, and not while some are being sent", async () => {
  const { clock, onTheirWay, gone } = begin();
  onTheirWay.add(10);
  onTheirWay.sent();
  await clock.advance(900);
  onTheirWay.add(5);
  await clock.advance(5_000);
  expect([onTheirWay.keys, gone()]).toEqual([15, 0]);
  onTheirWay.sent();
  await clock.advance(999);
  expect([onTheirWay.keys, gone()]).toEqual([15, 0]);
  await clock.advance(1);
  expect([onTheirWay.keys, gone()]).toEqual([0, 1]);
});

it("wait for nothing when there were none", () => {
  const { clock, onTheirWay } = begin();
  onTheirWay.add(0);
  onTheirWay.sent();
  expect(clock.timers).toBe(0);
});
