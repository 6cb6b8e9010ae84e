/** Whatever a worker writes, to either stream, is one JSON object a line: log tools need not guess. */
import { BRIEF, withStack } from "../support/e2e";

jest.setTimeout(120_000);

/** AWS's own addresses, while the endpoint is another: what the SDK warns of, in plain text, at every call. */
const QUEUE = "https://sqs.eu-north-1.amazonaws.com/123456789012/s3-to-s3express-sync";
const workerEnvironment = { QUEUE_URL: `${QUEUE}-q`, DLQ_URL: `${QUEUE}-dlq` };

test.each(["sdk", "lean"] as const)("transport %s: the endpoint counts, and every line is JSON", async (transport) => {
  const settings = { ...BRIEF, transport };
  await withStack({ settings, workerEnvironment }, async ({ put, queue, worker, drained, expectEqual }) => {
    for (const key of ["a", "b", "c"]) await put(key, `content of ${key}`);
    queue.send("garbage, for the dead-letter queue");
    const one = await worker();
    await drained();
    await one.ended(0);
    await expectEqual(1);
    expect(one.lines().length).toBeGreaterThanOrEqual(3);
    for (const line of one.lines()) {
      expect(JSON.parse(line)).toMatchObject({
        level: expect.any(String) as string,
        event: expect.any(String) as string,
      });
    }
  });
});
