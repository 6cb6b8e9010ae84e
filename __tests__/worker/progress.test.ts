/** Progress of one copy: lines at most every ten seconds, and an estimate that reused parts do not flatter. */
import { MIB } from "../../core/parts";
import { makeProgress } from "../../worker/progress";
import { makeTally } from "../../worker/tally";
import { makeClock } from "../support/worker-clock";
import { makeRecordedLog } from "../support/worker-fakes";

function begin() {
  const clock = makeClock();
  const log = makeRecordedLog();
  const tally = makeTally();
  const planned: number[] = [];
  const progress = makeProgress({ clock, log, tally, plan: (requests) => void planned.push(requests) }, "k");
  return { clock, log, tally, planned, progress };
}

it("logs a long copy at most every ten seconds, with what is left", async () => {
  const { clock, log, progress } = begin();
  progress.planned(100, 1000 * MIB);
  for (let i = 0; i < 25; i++) {
    await clock.advance(1_000);
    progress.partCopied(10 * MIB);
  }
  expect(log.of("copy-progress")).toEqual([
    { key: "k", partsDone: 10, parts: 100, mibDone: 100, mib: 1000, etaSeconds: 90 },
    { key: "k", partsDone: 20, parts: 100, mibDone: 200, mib: 1000, etaSeconds: 80 },
  ]);
});

it("does not count reused parts as speed, nor as requests to come", async () => {
  const { clock, log, tally, planned, progress } = begin();
  progress.planned(100, 1000 * MIB);
  progress.partsReused(50, 500 * MIB);
  await clock.advance(10_000);
  progress.partCopied(10 * MIB);
  expect(log.of("copy-progress")).toMatchObject([{ partsDone: 51, mibDone: 510, etaSeconds: 490 }]);
  expect(planned).toEqual([100, 50]);
  expect(tally.totals).toMatchObject({ parts: 1, partsReused: 50, bytesCopied: 10 * MIB });
});

it("never plans fewer than no requests, however often one is repeated", () => {
  const { planned, progress } = begin();
  progress.planned(1, 5);
  progress.started();
  progress.started();
  expect(planned).toEqual([1, 0, 0]);
});
