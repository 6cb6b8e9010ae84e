/** kill -9 at every interesting moment: the next worker heals, no upload stays open, nothing is dead-lettered. */
import type { FaultRule } from "../../../local/http/faults";
import { BRIEF, withStack } from "../../support/e2e";
import { until } from "../../support/e2e-wait";

jest.setTimeout(180_000);

const MIB = 1024 ** 2;

interface Moment {
  readonly name: string;
  readonly size: number;
  readonly at: Omit<FaultRule, "action"> & { readonly when?: "before" | "after" };
  /** Whether what it sent takes effect although it is dead; otherwise it arrives when the next worker is done. Default true. */
  readonly lands?: false;
  /** Copy requests of the worker that comes after. */
  readonly again: number;
}

const MOMENTS: readonly Moment[] = [
  { name: "before the single copy takes effect", size: 100, at: { operation: "CopyObject" }, again: 0 },
  { name: "after the single copy took effect", size: 100, at: { operation: "CopyObject", when: "after" }, again: 0 },
  {
    name: "between copy and acknowledge",
    size: 100, // The first one is the look at the set-up.
    at: { operation: "DeleteMessageBatch", skip: 1 },
    lands: false,
    again: 0,
  },
  {
    name: "with its upload just created",
    size: 20 * MIB,
    at: { operation: "CreateMultipartUpload", when: "after" },
    again: 4,
  },
  { name: "in the middle of the parts", size: 20 * MIB, at: { operation: "UploadPartCopy", skip: 2 }, again: 4 },
  {
    name: "before the copy is completed",
    size: 20 * MIB,
    at: { operation: "CompleteMultipartUpload" },
    lands: false,
    again: 4,
  },
  {
    name: "after the copy was completed",
    size: 20 * MIB,
    at: { operation: "CompleteMultipartUpload", when: "after" },
    again: 0,
  },
];

test.each(MOMENTS)("kill -9 $name", async ({ size, at, lands = true, again }) => {
  const settings = { ...BRIEF, partSize: 5 * MIB, multipartThreshold: 5 * MIB, copyConcurrency: 2 };
  await withStack({ settings }, async (world) => {
    const { cloud, deadLetters, put, worker, requests, jump, drained, expectEqual } = world;
    const moment = cloud.faults.hold({ times: 1, ...at });
    await put("victim", { phantomBytes: size }, { metadata: { owner: "me" } });
    const one = await worker();
    await moment.arrived();
    await one.kill();
    if (lands) {
      moment.release();
      await until("it has taken effect", () => requests(at.operation, { status: 200 }).some(({ faults }) => faults));
    }
    // The longest lease is that of a Complete: 15 minutes.
    jump(950);
    cloud.log.clear();
    const next = await worker();
    await drained();
    moment.release();
    if (!lands) await until("it is answered", () => requests(at.operation).some(({ faults }) => faults));
    await next.ended(0);
    await expectEqual();
    expect(requests(["CopyObject", "UploadPartCopy"], { status: 200 })).toHaveLength(again);
    expect(deadLetters.depth().visible).toBe(0);
  });
});
