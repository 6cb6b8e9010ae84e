/**
 * A source that is asked for more than S3 Standard gives below one prefix (UG optimizing-performance). Two of the three requests of
 * an object are HEADs, whose answer has no body: "503 Slow Down" is all that tells it from a failure, and it must not count as one.
 */
import { BRIEF, withStack } from "../support/e2e";

jest.setTimeout(120_000);

test("the worker slows down, and no key is put back, given up or called failed", async () => {
  await withStack({ settings: BRIEF }, async ({ cloud, source, put, worker, requests, drained, expectEqual }) => {
    const keys = Array.from({ length: 150 }, (_, index) => `one-prefix/${index}`);
    for (const key of keys) await put(key, `content of ${key}`);
    cloud.s3.setLatency({ prefixReadsPerSecond: 100 });
    const one = await worker();
    await drained();
    await one.ended(0);
    await expectEqual();
    expect(requests("HeadObject", { resource: source, status: 503 }).length).toBeGreaterThan(0);
    const [slowed] = one.events("throttled");
    expect(slowed).toMatchObject({ bucket: source });
    expect(slowed!["heads"]).toBeLessThan(slowed!["of"] as number);
    expect(one.events("breaker-open")).toEqual([]);
    expect(one.events("worker-finished")).toMatchObject([
      { messages: 150, copies: 150, failed: 0, putBacks: 0, deadLetters: 0 },
    ]);
  });
});
