/** Things that vanish under a running worker: the queue, the source bucket, the destination bucket. */
import { DeleteQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { until } from "../../support/e2e-wait";
import { BRIEF, STAYING, withStack, type E2E } from "../../support/e2e";

jest.setTimeout(180_000);

const MIB = 1024 ** 2;
const SMALL_PARTS = { partSize: 5 * MIB, multipartThreshold: 5 * MIB, copyConcurrency: 4 };

test("the queue vanishes: own uploads are aborted, one line, exit 0", async () => {
  await withStack({ settings: { ...BRIEF, ...SMALL_PARTS } }, async (world) => {
    const { cloud, destination, put, worker, requests } = world;
    const parts = cloud.faults.hold({ operation: "UploadPartCopy" });
    await put("big", { phantomBytes: 30 * MIB });
    const one = await worker();
    await parts.arrived(4);
    await deleteQueue(world);
    await until("the worker has noticed", () => requests("ReceiveMessage").some(({ status }) => status >= 400));
    parts.release();
    await one.ended(0);
    expect(cloud.s3.openUploads(destination)).toEqual([]);
    expect(cloud.s3.list(destination)).toEqual([]);
    expect(requests("AbortMultipartUpload", { status: 204 })).toHaveLength(1);
    expect(one.events("worker-finished")).toMatchObject([{ reason: "queue-gone", exitCode: 0 }]);
    expect(one.events().filter(({ level }) => level === "error")).toEqual([]);
  });
});

test("the source bucket vanishes: nothing is deleted, nothing is dead-lettered, and it goes on when it is back", async () => {
  await withStack({ settings: STAYING }, async (world) => {
    const { cloud, source, destination, put, queue, deadLetters, worker, requests, drained, expectEqual } = world;
    await put("kept", "content");
    const one = await worker();
    await drained();
    const head = cloud.faults.hold({ operation: "HeadObject", resource: source, key: "kept", times: 1 });
    await put("kept", "newer content");
    await head.arrived();
    cloud.s3.deleteBucket(source, { force: true });
    head.release();
    await one.logged("breaker-open", { code: "NoSuchBucket" });
    expect(cloud.s3.list(destination).map(({ key }) => key)).toEqual(["kept"]);
    expect(requests("DeleteObject")).toEqual([]);
    expect([deadLetters.depth().visible, queue.depth().inFlight]).toEqual([0, 1]);
    cloud.s3.createBucket(source);
    await put("kept", "content of a new bucket", { notify: false });
    await one.logged("breaker-closed");
    await drained();
    await expectEqual();
  });
});

test("the destination bucket vanishes: messages are held, and it goes on when it is back", async () => {
  await withStack({ settings: STAYING }, async (world) => {
    const { cloud, destination, put, deadLetters, worker, drained, expectEqual } = world;
    const one = await worker();
    cloud.s3.deleteBucket(destination, { force: true });
    for (let i = 0; i < 4; i++) await put(`k/${i}`, "content");
    await one.logged("breaker-open", { code: "NoSuchBucket" });
    cloud.s3.createBucket(destination);
    await one.logged("breaker-closed");
    await drained();
    await expectEqual();
    expect(deadLetters.depth().visible).toBe(0);
  });
});

async function deleteQueue({ cloud, queue }: E2E): Promise<void> {
  const operator = cloud.principals.byName("operator");
  if (operator === undefined) throw new Error("there is no operator");
  const client = new SQSClient({ endpoint: cloud.endpoint, region: cloud.region, credentials: operator });
  await client.send(new DeleteQueueCommand({ QueueUrl: queue.url }));
  client.destroy();
}
