/**
 * Rule 3 in real time: a directory bucket that nobody used for 90 days answers 503 while it wakes up (here until the
 * worker has noticed), and the writes it answered so are waited out for their whole bound of a minute.
 * A 503 that is not SlowDown proves nothing, so every key is looked at again when its writes cannot land any more.
 */
import { BRIEF, withStack } from "../support/e2e";

jest.setTimeout(240_000);

test("trap 13: a sleeping destination is waited for, nothing is given up, and unknown outcomes are settled", async () => {
  await withStack({ settings: BRIEF }, async ({ cloud, destination, put, worker, requests, drained, expectEqual }) => {
    cloud.s3.sleep(destination, 3_600_000);
    const keys = Array.from({ length: 5 }, (_, index) => `early/${index}`);
    for (const key of keys) await put(key, `content of ${key}`);
    const one = await worker();
    await one.logged("breaker-open", { code: "Unavailable" });
    cloud.s3.sleep(destination, 0);
    await one.logged("breaker-closed");
    for (const key of keys) await one.logged("unsettled", { key });
    await drained(150_000);
    await expectEqual();
    await one.ended(0);
    expect(requests("CopyObject", { status: 503 }).length).toBeGreaterThanOrEqual(1);
    // Each message was held all the time, and each key was looked at on both sides after its writes had settled.
    expect(cloud.log.count("SendMessageBatch")).toBe(0);
    expect(requests("HeadObject", { resource: destination, status: 200 }).length).toBeGreaterThanOrEqual(keys.length);
    expect(one.events("worker-finished")).toMatchObject([{ messages: 5, copies: 5, deadLetters: 0, leasesLost: 0 }]);
  });
});
