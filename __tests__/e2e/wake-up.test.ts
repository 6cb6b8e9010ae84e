/**
 * A directory bucket that nobody used for 90 days answers 503 for minutes while it wakes up (User Guide, directory buckets): here
 * for one. The worker holds its messages, probes one key at a time, and goes on by itself; no key pays for the outage.
 */
import { BRIEF, withStack } from "../support/e2e";
import { until } from "../support/e2e-wait";

jest.setTimeout(300_000);

test("trap 13: a destination that answers 503 for a whole minute costs no message, no failure and no dead letter", async () => {
  await withStack({ settings: BRIEF }, async ({ cloud, destination, put, worker, requests, drained, expectEqual }) => {
    cloud.s3.sleep(destination, 3_600_000);
    const keys = Array.from({ length: 5 }, (_, index) => `early/${index}`);
    for (const key of keys) await put(key, `content of ${key}`);
    const one = await worker();
    await one.logged("breaker-open", { code: "Unavailable" });
    const opened = performance.now();
    await until("a whole minute has passed", () => performance.now() - opened > 61_000, 120_000);
    cloud.s3.sleep(destination, 0);
    const closed = await one.logged("breaker-closed", {}, 180_000);
    expect(closed["openSeconds"]).toBeGreaterThanOrEqual(60);
    await drained(180_000);
    await expectEqual();
    await one.ended(0);
    expect(requests("CopyObject", { status: 503 }).length).toBeGreaterThanOrEqual(1);
    // Nothing was put back: every message was held all the time.
    expect(cloud.log.count("SendMessageBatch")).toBe(0);
    expect(one.events("worker-finished")).toMatchObject([
      { messages: 5, copies: 5, failed: 0, putBacks: 0, deadLetters: 0, leasesLost: 0 },
    ]);
  });
});
