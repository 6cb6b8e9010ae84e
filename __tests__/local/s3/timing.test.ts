/** The model of S3's speed: durations, shared bandwidth, request rates, time compression. */
import { CopyObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { manualClock } from "../../../local/http/clock";
import {
  admit,
  copyTime,
  IDLE,
  type Latency,
  type Load,
  NO_LATENCY,
  prefixLimit,
  prefixOf,
  requestMs,
} from "../../../local/s3/timing";
import { startS3, type TestS3 } from "./cloud";

const latency = (change: Partial<Latency>): Latency => ({ ...NO_LATENCY, ...change });

describe("durations", () => {
  test("by operation where one is named, otherwise the common one, compressed by the speed", () => {
    const model = latency({ perRequestMs: 8, operationMs: { CopyObject: 30, DeleteObject: 0 } });
    expect(["CopyObject", "HeadObject", "DeleteObject"].map((name) => requestMs(model, name))).toEqual([30, 8, 0]);
    expect(requestMs({ ...model, speed: 10 }, "CopyObject")).toBe(3);
  });

  test("a copy takes its bytes by the speed of its own stream", () => {
    expect(copyTime(latency({ copyBytesPerSecond: 400 }), IDLE, 200, 7).ms).toBe(500);
    expect(copyTime(latency({ copyBytesPerSecond: 400, speed: 5 }), IDLE, 200, 7).ms).toBe(100);
    expect(copyTime(NO_LATENCY, IDLE, 5e12, 7)).toEqual({ ms: 0, load: IDLE });
  });

  test("copies into one bucket share its bandwidth, and an idle bucket owes nothing for the past", () => {
    const model = latency({ copyBytesPerSecond: 1000, bucketBytesPerSecond: 2000 });
    let load: Load = IDLE;
    const took = [0, 0, 0, 0].map(() => {
      const copy = copyTime(model, load, 1000, 0);
      load = copy.load;
      return copy.ms;
    });
    expect(took).toEqual([1000, 1000, 1500, 2000]);
    expect(copyTime(model, load, 1000, 60_000).ms).toBe(1000);
  });
});

describe("request rates below a prefix", () => {
  function run(perSecond: number, times: readonly number[]): boolean[] {
    let load: Load = IDLE;
    return times.map((at) => {
      const answer = admit(perSecond, load, at);
      load = answer.load;
      return answer.taken;
    });
  }

  test("one second's worth at once, then as fast as they are earned; refused ones cost nothing", () => {
    const burst = run(5, [0, 0, 0, 0, 0, 0, 100, 200, 200, 400]);
    expect(burst).toEqual([true, true, true, true, true, false, false, true, false, true]);
  });

  test("a long pause saves no more than one second's worth", () => {
    expect(run(2, [0, 0, 0, 3_600_000, 3_600_000, 3_600_000])).toEqual([true, true, false, true, true, false]);
  });

  test("a clock that goes back gives nothing and takes nothing", () => {
    expect(run(1, [1000, 0, 1500, 2000])).toEqual([true, false, false, true]);
  });

  test("reads and writes are limited apart, compressed time has higher limits, a prefix is a directory", () => {
    const model = latency({ prefixReadsPerSecond: 5500, prefixWritesPerSecond: 3500, speed: 2 });
    expect(prefixLimit(model, "HeadObject")).toBe(11_000);
    expect(prefixLimit(model, "CopyObject")).toBe(7_000);
    expect(["k", "a/b/c", "a/"].map(prefixOf)).toEqual(["", "a/b/", "a/"]);
  });
});

describe("over the wire", () => {
  const clock = manualClock();
  let cloud: TestS3;
  beforeAll(async () => {
    cloud = await startS3({ clock });
    cloud.admin.createBucket("timed");
    cloud.admin.createBucket("timed--eun1-az1--x-s3");
    await cloud.admin.put("timed", "a/k", { phantomBytes: 1000 });
    await cloud.admin.put("timed", "b/k", { phantomBytes: 1000 });
  });
  afterAll(() => cloud.close());

  test("too many requests below one prefix are SlowDown (503); another prefix and the directory bucket are not touched", async () => {
    cloud.admin.setLatency({ prefixReadsPerSecond: 2, prefixWritesPerSecond: 1 });
    const client = cloud.client("worker", { maxAttempts: 1 });
    const head = (Bucket: string, Key: string) =>
      client.send(new HeadObjectCommand({ Bucket, Key })).then(
        () => 200,
        (error: unknown) => {
          const { $response } = error as { $response: { statusCode: number; reason: string } };
          return `${$response.statusCode} ${$response.reason}`;
        },
      );
    const a = () => head("timed", "a/k");
    // A HEAD has no body: what it is stands in the status line, as S3 writes it.
    expect([await a(), await a(), await a()]).toEqual([200, 200, "503 Slow Down"]);
    expect(await head("timed", "b/k")).toBe(200);
    for (const Key of ["c", "d"]) {
      await client.send(new CopyObjectCommand({ Bucket: "timed--eun1-az1--x-s3", Key, CopySource: "timed/a/k" }));
    }
    clock.tick(1000);
    expect(await a()).toBe(200);
    cloud.admin.setLatency({ prefixReadsPerSecond: 0, prefixWritesPerSecond: 0 });
  });

  test("a copy waits for its request and its bytes on the clock; requests in flight are summed up", async () => {
    cloud.admin.setLatency({ operationMs: { CopyObject: 30 }, copyBytesPerSecond: 1000 });
    let done = false;
    const copy = cloud
      .client()
      .send(new CopyObjectCommand({ Bucket: "timed--eun1-az1--x-s3", Key: "k", CopySource: "timed/a/k" }))
      .then(() => (done = true));
    await until(() => clock.waiting === 1);
    clock.tick(30);
    await until(() => clock.waiting === 1);
    clock.tick(999);
    expect(done).toBe(false);
    clock.tick(1);
    await copy;
    expect(cloud.log.maxInFlight("CopyObject")).toBe(1);
    expect(cloud.log.busyMs("CopyObject")).toBeGreaterThan(0);
    expect(cloud.log.busyMs("GetObject")).toBe(0);
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
