/** Whatever a worker writes, to either stream, is one JSON object a line: log tools need not guess. */
import { STAYING, withStack } from "../support/e2e";

jest.setTimeout(120_000);

const MIB = 1024 ** 2;
const SMALL_PARTS = { partSize: 5 * MIB, multipartThreshold: 5 * MIB };

/** AWS's own addresses, while the endpoint is another: what the SDK warns of, in plain text, at every call. */
const QUEUE = "https://sqs.eu-north-1.amazonaws.com/123456789012/s3-to-s3express-sync";
const workerEnvironment = { QUEUE_URL: `${QUEUE}-q`, DLQ_URL: `${QUEUE}-dlq` };

/** Unlike any real ones: refusals of each kind of call, lost answers, and more requests at once than Node thinks normal. */
const TROUBLES = ["HeadObject", "CopyObject", "UploadPartCopy", "DeleteMessageBatch", "ReceiveMessage"];

test.each(["sdk", "lean"] as const)("transport %s: the endpoint counts, and every line is JSON", async (transport) => {
  const settings = { ...STAYING, ...SMALL_PARTS, transport };
  await withStack({ settings, workerEnvironment }, async ({ cloud, put, queue, worker, drained, expectEqual }) => {
    for (const operation of TROUBLES) cloud.faults.add({ operation, times: 2, action: { type: "throttle" } });
    cloud.faults.add({ operation: "HeadObject", skip: 20, times: 2, action: { type: "reset" } });
    const held = cloud.faults.hold({ operation: "CopyObject" });
    for (let index = 0; index < 60; index++) await put(`small/${index}`, `content ${index}`);
    await put("large", { phantomBytes: 64 * MIB });
    queue.send("garbage, for the dead-letter queue");
    const one = await worker();
    await held.arrived(50);
    held.release();
    await drained();
    await expectEqual(1);
    one.interrupt();
    await one.ended(0);
    expect(one.events("synced")).toHaveLength(61);
    for (const line of one.lines()) {
      const fields: unknown = line.startsWith("{") ? JSON.parse(line) : line;
      expect(fields).toMatchObject({ level: expect.any(String) as string });
    }
  });
});
