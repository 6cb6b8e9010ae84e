/**
 * Connections that hang: S3 or SQS takes a request and never answers. A write that hangs may have happened already, or may still
 * happen, so its message has to stay away from others for as long as that is possible. How a worker that may stay waits such a write
 * out: hanging-writes.test.ts.
 */
import type { FaultRule } from "../../../local/http/faults";
import { until } from "../../support/e2e-wait";
import { BRIEF, STAYING, withStack, type E2E } from "../../support/e2e";

jest.setTimeout(180_000);

const MIB = 1024 ** 2;
const SMALL_PARTS = { partSize: 5 * MIB, multipartThreshold: 5 * MIB };

/** One of each kind of write, and how long after it was sent it may land (core/bounds.ts), in seconds. */
const WRITES = [
  { key: "copied", operation: "CopyObject", bound: 60 },
  { key: "deleted", operation: "DeleteObject", bound: 60 },
  { key: "large", operation: "CompleteMultipartUpload", bound: 900 },
] as const;

type Write = Pick<FaultRule, "operation" | "key" | "times">;

/** Each stops one request for good. The answer, called when the worker is gone, lets happen what is to happen then. */
const FATES: Readonly<Record<string, (faults: E2E["cloud"]["faults"], write: Write) => () => void>> = {
  "never happens": (faults, write) => {
    const fault = faults.add({ ...write, action: { type: "hang" } });
    return () => fault.remove();
  },
  "has happened": (faults, write) => {
    const fault = faults.add({ ...write, action: { type: "hang", when: "after" } });
    return () => fault.remove();
  },
  "happens when its worker is gone": (faults, write) => {
    const held = faults.hold(write);
    return () => held.release();
  },
};

/** Epoch milliseconds of the cloud at which each message becomes visible, by its key. */
function visibleAt({ queue }: E2E): Readonly<Partial<Record<string, number>>> {
  const messages = queue.peek().map(({ body, ...rest }) => ({ ...rest, ...(JSON.parse(body) as Envelope) }));
  expect(messages.map(({ state, failures }) => [state, failures])).toEqual(WRITES.map(() => ["delayed", 0]));
  return Object.fromEntries(messages.map(({ keys, visibleAt: at }) => [keys[0].key, at]));
}

interface Envelope {
  readonly failures: number;
  readonly keys: readonly [{ readonly key: string }];
}

test.each(Object.entries(FATES))(
  "a hanging write that %s: the worker leaves, its messages wait until it cannot land",
  async (_, hang) => {
    await withStack({ settings: { ...BRIEF, ...SMALL_PARTS, drainSeconds: 5 } }, async (world) => {
      const { cloud, source, destination, put, deadLetters, worker, requests, jump, drained, expectEqual } = world;
      const letHappen = WRITES.map(({ operation, key }) => hang(cloud.faults, { operation, key, times: 1 }));
      await cloud.s3.put(destination, "deleted", "a replica whose source is gone");
      await put("deleted", "content");
      cloud.s3.delete(source, "deleted");
      await put("copied", "content");
      await put("large", { phantomBytes: 12 * MIB });
      const one = await worker();
      const rules = (): readonly number[] => cloud.faults.list().map(({ hits }) => hits);
      await until("all writes hang", () => rules().join() === "1,1,1");
      one.interrupt();
      await one.ended(0);
      expect(one.events("worker-finished")).toMatchObject([{ reason: "stopped", failed: 0, deadLetters: 0 }]);

      for (const go of letHappen) go();
      await until("the requests are over", () =>
        WRITES.every(({ operation }) => cloud.log.inFlightNow(operation) === 0),
      );
      const at = visibleAt(world);
      for (const { operation, key, bound } of WRITES) {
        const sent = requests(operation, { key })[0]?.at ?? NaN;
        expect({ key, waits: (at[key] ?? NaN) - sent >= bound * 1000 - 100 }).toEqual({ key, waits: true });
      }

      jump(901);
      const next = await worker();
      await drained();
      await expectEqual();
      await next.ended(0);
      expect(deadLetters.depth().visible).toBe(0);
    });
  },
);

test("receives that hang are given up, and messages are received all the same", async () => {
  await withStack({ settings: { ...STAYING, longPollSeconds: 1 } }, async (world) => {
    const { cloud, put, worker, requests, drained, expectEqual } = world;
    // Both receivers at once: nobody is left to receive until they have given up.
    const hang = cloud.faults.add({ operation: "ReceiveMessage", times: 2, action: { type: "hang" } });
    const one = await worker();
    await until("both receives hang", () => hang.hits === 2);
    await put("k", "content");
    const { code, failures } = await one.logged("receive-failed");
    expect({ code, failures }).toEqual({ code: "Timeout", failures: 1 });
    await drained();
    await expectEqual();
    expect(requests("ReceiveMessage").filter(({ status }) => status === 0)).toHaveLength(2);
    expect(one.events("lease-lost")).toEqual([]);
  });
});
