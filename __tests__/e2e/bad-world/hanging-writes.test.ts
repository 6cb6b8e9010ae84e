/**
 * Writes that hang, and a worker that may stay: it stops waiting for the answer after half of the write bound, tries again, holds the
 * message until the bound is over, looks at both sides once more, and only then deletes the message. Up to 15 minutes, so worker and
 * cloud share a clock that is put forward; worker, adapters and requests are real. The built worker with such writes, as far as it can
 * be waited for: hanging.test.ts.
 */
import { withStack, type E2E } from "../../support/e2e";
import { makeJumpingClock } from "../../support/e2e-clock";
import { makeRecordedLog } from "../../support/worker-fakes";
import { until } from "../../support/e2e-wait";
import { startWorkerHere, type Calls } from "../../support/worker-on-cloud";

jest.setTimeout(180_000);

const MIB = 1024 ** 2;
const SETTINGS = { partSize: 5 * MIB, multipartThreshold: 5 * MIB, emptyPollsBeforeExit: 1, maxReceiveCount: 1 };

const WRITES = [
  { operation: "CopyObject", method: "copyObject", bound: 60 },
  { operation: "DeleteObject", method: "deleteObject", bound: 60 },
  { operation: "CompleteMultipartUpload", method: "completeUpload", bound: 900 },
] as const;
/** Shorter than any deadline of an ordinary request. */
const STEP = 5;

const FATES = ["never happens", "has happened", "happens late"] as const;

test.each(FATES.flatMap((fate) => WRITES.map((write) => ({ fate, ...write }))))(
  "a hanging $operation that $fate is waited out",
  async ({ fate, operation, method, bound }) => {
    const clock = makeJumpingClock();
    await withStack({ cloud: { clock }, settings: SETTINGS }, async (world) => {
      const { cloud, queue, deadLetters, expectEqual } = world;
      await prepare(world, operation);
      let sentAt = NaN;
      const first = { operation, key: "k", times: 1 };
      cloud.faults.add({ ...first, action: { type: "wait", until: () => void (sentAt = clock.now()) } });
      const held = fate === "happens late" ? cloud.faults.hold(first) : undefined;
      const when = fate === "has happened" ? "after" : "before";
      if (held === undefined) cloud.faults.add({ ...first, action: { type: "hang", when } });

      const log = makeRecordedLog();
      const stop = new AbortController();
      const worker = startWorkerHere(world, clock, log, stop.signal);
      const over = new AbortController();
      void worker.done.finally(() => over.abort());
      const isOver = (): boolean => over.signal.aborted;
      try {
        while (!isOver()) {
          const waitsForTime = (): boolean => clock.due === 0 && waits(world, worker.calls, method);
          await until("the worker waits for nothing but time", () => isOver() || waitsForTime());
          const waited = (clock.now() - sentAt) / 1000;
          // Nobody else may be given the message while the write may land.
          if (waited < bound - 5) expect(queue.peek()).toMatchObject([{ state: "in-flight", receiveCount: 1 }]);
          if (waited > bound - 10) held?.release();
          clock.jump(STEP);
        }
      } finally {
        stop.abort();
        worker.close();
      }
      expect(await worker.done).toMatchObject({
        exitCode: 0,
        reason: "idle",
        tally: { messages: 1, failed: 0, putBacks: 0, handoffs: 0, leasesLost: 0, deadLetters: 0 },
      });
      expect(log.of("unsettled")).toMatchObject([{ key: "k" }]);
      expect(log.of("synced")).toHaveLength(1);
      expect(sentAt).toBeGreaterThan(0);
      await expectEqual();
      expect(deadLetters.depth().visible).toBe(0);
    });
  },
);

/** What makes a worker send this write about `k`. */
async function prepare({ cloud, source, destination, put }: E2E, operation: string): Promise<void> {
  if (operation === "DeleteObject") {
    await cloud.s3.put(destination, "k", "a replica whose source is gone");
    await put("k", "content", { notify: false });
    cloud.s3.delete(source, "k");
  } else await put("k", operation === "CopyObject" ? "content" : { phantomBytes: 12 * MIB });
}

/** Nothing is under way but long polls at a queue without visible messages, and the first write, which hangs. */
function waits({ cloud, queue }: E2E, calls: Calls, method: string): boolean {
  const [polls, writes] = [calls.pending("receive"), calls.pending(method)];
  return (
    queue.depth().visible === 0 &&
    polls === cloud.log.inFlightNow("ReceiveMessage") &&
    calls.pending() === polls + writes &&
    (writes === 0 || (calls.begun(method) === 1 && isStruck(cloud)))
  );
}

/** The first rule has let the write pass to the one that stops it. */
function isStruck({ faults }: E2E["cloud"]): boolean {
  return faults.list().every(({ hits }) => hits === 1);
}
