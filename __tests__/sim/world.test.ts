/** The simulated services behave as the documentation of S3 and SQS says; a model that is too kind would prove nothing. */
import { isSyncError } from "../../core/errors";
import { MIB } from "../../core/parts";
import { SimDestination } from "../../lab/sim/destination";
import { isEqual, isTorn } from "../../lab/sim/objects";
import { SimQueue } from "../../lab/sim/queue";
import { seeded } from "../../lab/sim/random";
import { Scheduler } from "../../lab/sim/scheduler";
import { SimSource } from "../../lab/sim/source";

const KEY = "p/a";
const CONTENT = { headers: {}, metadata: {}, multipart: false, checksummed: false };

function codeOf(act: () => unknown): string {
  try {
    act();
    return "nothing thrown";
  } catch (error) {
    return isSyncError(error) ? error.code : String(error);
  }
}

describe("the simulated buckets", () => {
  function buckets(): { source: SimSource; destination: SimDestination } {
    const source = new SimSource(
      "source",
      false,
      () => 1_000,
      () => undefined,
    );
    const traits = { refusedKeys: ["p/refused"], knowsCrc64: false };
    const destination = new SimDestination(
      "destination",
      source,
      traits,
      () => 0,
      () => undefined,
    );
    return { source, destination };
  }
  const copyOf = (sourceEtag: string, key = KEY) => ({
    key,
    sourceEtag,
    content: undefined,
    checksumAlgorithm: undefined,
  });

  it("checks a copy's condition and takes its snapshot at the start, and stores it when it lands", () => {
    const { source, destination } = buckets();
    source.put(KEY, { ...CONTENT, contentId: "v1", size: 10 });
    const land = destination.copyObject(copyOf("v1"));
    source.put(KEY, { ...CONTENT, contentId: "v2", size: 10 });
    expect(destination.head(KEY)).toEqual({ kind: "absent" });
    land();
    expect(destination.get(KEY)?.pieces).toEqual([{ contentId: "v1", firstByte: 0, lastByte: 9 }]);
    expect(codeOf(() => destination.copyObject(copyOf("v1")))).toBe("PreconditionFailed");
  });

  it("refuses what cannot be copied, with no effect", () => {
    const { source, destination } = buckets();
    expect(codeOf(() => destination.copyObject(copyOf("v1")))).toBe("NoSuchKey");
    expect(codeOf(() => destination.copyObject(copyOf("v1", "p/refused")))).toBe("KeyRefused");
    source.drop();
    expect(codeOf(() => destination.copyObject(copyOf("v1")))).toBe("NoSuchBucket");
    expect(source.head(KEY)).toEqual({ kind: "absent" });
  });

  it("fences parts with the upload and sees a torn object", () => {
    const { source, destination } = buckets();
    const create = { key: KEY, content: { headers: {}, metadata: {} }, checksumAlgorithm: undefined };
    const uploadId = destination.createUpload(create, "w0")();
    const part = (partNumber: number, sourceEtag: string): string => {
      const firstByte = (partNumber - 1) * 5 * MIB;
      const range = { firstByte, lastByte: firstByte + 5 * MIB - 1 };
      return destination.copyPart({ key: KEY, uploadId, partNumber, sourceEtag, ...range })();
    };
    source.put(KEY, { ...CONTENT, contentId: "v1", size: 10 * MIB });
    const first = part(1, "v1");
    const replaced = part(1, "v1");
    source.put(KEY, { ...CONTENT, contentId: "v2", size: 10 * MIB });
    expect(codeOf(() => part(2, "v1"))).toBe("PreconditionFailed");
    const second = part(2, "v2");
    const complete = (etag: string, size = 10 * MIB) => {
      const parts = [
        { partNumber: 1, etag },
        { partNumber: 2, etag: second },
      ];
      return destination.completeUpload({ key: KEY, uploadId, parts, size, checksumAlgorithm: undefined });
    };
    expect(codeOf(() => complete(first))).toBe("InvalidPart");
    expect(codeOf(() => complete(replaced, 1))).toBe("InvalidRequest");
    complete(replaced)();
    const replica = destination.get(KEY)!;
    expect(isTorn(replica)).toBe(true);
    expect(isEqual(source.get(KEY), replica)).toBe(false);
    expect(codeOf(() => part(2, "v2"))).toBe("NoSuchUpload");
    expect(codeOf(() => destination.abortUpload(KEY, uploadId)())).toBe("NoSuchUpload");
  });

  it("keeps ETag and LastModified when only the metadata changes within the second", () => {
    const { source } = buckets();
    source.put(KEY, { ...CONTENT, contentId: "v1", size: 1 });
    const before = source.head(KEY);
    source.describe(KEY, { "content-type": "text/plain" }, { a: "b" });
    expect(source.head(KEY)).toEqual({ ...before, headers: { "content-type": "text/plain" }, metadata: { a: "b" } });
  });
});

describe("the simulated queue", () => {
  const traits = { visibilityMs: 60_000, maxReceiveCount: 2, staleDeletePower: 0, duplicateDelivery: 0 };

  function queueAt(
    dead: string[],
    stale = 0,
  ): { queue: SimQueue; at: (ms: number, act: () => void) => void; run: () => Promise<void> } {
    const scheduler = new Scheduler(seeded(1));
    const events = { received: () => undefined, deadLettered: ({ id }: { id: string }) => void dead.push(id) };
    const queue = new SimQueue("m", { ...traits, staleDeletePower: stale }, scheduler, seeded(2), events);
    let open = 0;
    return {
      queue,
      at: (ms, act) => {
        open++;
        scheduler.after(ms, () => {
          open--;
          act();
        });
      },
      run: () => scheduler.run(() => open === 0, { steps: 1_000, untilMs: 86_400_000 }),
    };
  }

  it("hides a message while it is held, hands it out with a new receipt, and gives up on it in the end", async () => {
    const dead: string[] = [];
    const { queue, at, run } = queueAt(dead);
    const seen: string[] = [];
    const take = (): void =>
      void seen.push(
        queue
          .take(10, "w")
          .map((m) => m.receiptHandle)
          .join(",") || "nothing",
      );
    queue.send("{}", [KEY], 1_000, {});
    for (const ms of [0, 1_000.5, 30_000, 61_001, 130_000]) at(ms, take);
    await run();
    expect(seen).toEqual(["nothing", "m1#1", "nothing", "m1#2", "nothing"]);
    expect(dead).toEqual(["m1"]);
  });

  it("counts a visibility change from the call, refuses stale receipts and more than twelve hours", async () => {
    const { queue, at, run } = queueAt([]);
    const codes: string[] = [];
    const change = (receipt: string, seconds: number): void =>
      void codes.push(queue.changeVisibility(receipt, seconds)?.code ?? "ok");
    queue.send("{}", [KEY], 0, {});
    at(0, () => queue.take(1, "w"));
    at(50_000, () => change("m1#1", 100));
    at(100_000, () => expect(queue.take(1, "w")).toEqual([]));
    at(100_001, () => change("m1#1", 43_200));
    at(150_001, () => change("m1#1", 10));
    at(150_002, () => queue.take(1, "w"));
    at(150_003, () => change("m1#1", 10));
    await run();
    expect(codes).toEqual(["ok", "InvalidRequest", "ReceiptInvalid", "ReceiptInvalid"]);
  });

  it.each([
    [0, 1],
    [1, 0],
  ])("deletes with a stale receipt or not, as the adversary likes (%i)", async (power, left) => {
    const { queue, at, run } = queueAt([], power);
    queue.send("{}", [KEY], 0, {});
    at(0, () => queue.take(1, "w0"));
    at(61_000, () => queue.take(1, "w1"));
    at(62_000, () => queue.delete("m1#1"));
    await run();
    expect(queue.messages.size).toBe(left);
  });
});
