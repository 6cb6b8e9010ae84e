/** The multipart copy: parts of one version only, nothing copied twice, and an end for every upload (rules 2, 3 and 8). */
import { FINGERPRINT_KEY } from "../../../core/fingerprint";
import { MIB } from "../../../core/parts";
import { Interruption } from "../../../worker/interruption";
import { type Buckets, sourceObject } from "../../support/worker-buckets";
import { deferred, failure, hang, raise, watch } from "../../support/worker-fakes";
import { beginKey, fingerprint, KEY } from "../../support/worker-key";

/** Parts of 8, 8 and 4 MiB. */
const large = sourceObject("v1", { size: 20 * MIB, headers: { "content-type": "video/mp4" }, metadata: { a: "b" } });
const content = { headers: large.headers, metadata: { ...large.metadata, [FINGERPRINT_KEY]: fingerprint(large) } };

function open(buckets: Buckets, id: string, sizesMib: Record<number, number>): void {
  const parts = Object.entries(sizesMib).map(([partNumber, size]) => {
    const part = { partNumber: Number(partNumber), etag: `${id}-${partNumber}`, size: size * MIB };
    return [part.partNumber, part] as const;
  });
  buckets.at.uploads.set(id, { key: KEY, content, parts: new Map(parts) });
}

const result = (buckets: Buckets) => ({
  size: buckets.at.destination.get(KEY)?.size,
  metadata: buckets.at.destination.get(KEY)?.metadata,
  open: [...buckets.at.uploads.keys()],
});
const WHOLE = { size: 20 * MIB, metadata: content.metadata, open: [] };
const operations = (lines: readonly string[]): string[] => lines.map((line) => line.split(" ")[0]!);

describe("a whole copy", () => {
  it("covers the object once, every part on condition of the same ETag", async () => {
    const { buckets, copyNow, uploads, tally, planned, ensureLease } = beginKey();
    await copyNow(large);
    expect(buckets.parts.map(({ uploadId: _, ...part }) => part)).toEqual([
      { key: KEY, sourceEtag: "v1", partNumber: 1, firstByte: 0, lastByte: 8 * MIB - 1 },
      { key: KEY, sourceEtag: "v1", partNumber: 2, firstByte: 8 * MIB, lastByte: 16 * MIB - 1 },
      { key: KEY, sourceEtag: "v1", partNumber: 3, firstByte: 16 * MIB, lastByte: 20 * MIB - 1 },
    ]);
    expect(result(buckets)).toEqual(WHOLE);
    expect(buckets.at.destination.get(KEY)?.headers).toEqual(large.headers);
    expect(tally.totals).toMatchObject({ copies: 1, parts: 3, bytesCopied: 20 * MIB, partsReused: 0 });
    expect({ uploads, planned }).toEqual({ uploads: [], planned: [3, 2, 1, 0] });
    // Parts are fenced by the upload id; only Complete needs the lease (rule 4).
    expect(ensureLease.calls.map(([ms]) => ms)).toEqual([900_000]);
  });

  it("keeps no more parts in flight than there are slots", async () => {
    const { buckets, copyNow, slots, clock } = beginKey({ slots: 2 });
    const gate = deferred<undefined>();
    let inFlight = 0;
    let most = 0;
    buckets.always("CopyPart", async (apply) => {
      most = Math.max(most, ++inFlight);
      await gate.promise;
      inFlight--;
      return apply();
    });
    const copying = copyNow(sourceObject("v1", { size: 80 * MIB }));
    await clock.settle();
    expect([inFlight, slots.inUse]).toEqual([2, 2]);
    gate.resolve(undefined);
    await clock.until(copying);
    expect([most, buckets.parts.length]).toEqual([2, 10]);
  });

  it("repeats a part that failed, and only that", async () => {
    const { buckets, copyNow, clock, planned } = beginKey();
    buckets.once("CopyPart", () => raise(failure("Unavailable", "unknown")));
    await clock.until(copyNow(large));
    expect(buckets.parts.map(({ partNumber }) => partNumber)).toEqual([1, 2, 3, 1]);
    expect(result(buckets)).toEqual(WHOLE);
    expect(planned.at(-1)).toBe(0);
  });

  it("a part of unknown outcome leaves nothing unsettled: without Complete it is invisible", async () => {
    const { buckets, copyNow, clock, calls } = beginKey();
    buckets.once("CopyPart", () => raise(failure("Connection", "unknown")));
    await clock.until(copyNow(large));
    expect(calls.writes.unsettledUntilMs).toBe(0);
  });
});

describe("going on with an upload", () => {
  it("copies only what is missing", async () => {
    const { buckets, copyNow, uploads, tally } = beginKey();
    open(buckets, "u", { 1: 8, 3: 4 });
    uploads.push({ id: "u", fingerprint: fingerprint(large) });
    await copyNow(large);
    expect(buckets.sent("CreateUpload", "CopyPart")).toEqual([`CopyPart ${KEY} 2`]);
    expect({ ...result(buckets), uploads }).toEqual({ ...WHOLE, uploads: [] });
    expect(tally.totals).toMatchObject({ parts: 1, partsReused: 2, bytesCopied: 8 * MIB });
  });

  it.each<[string, Record<number, number>]>([
    ["a part of another size", { 1: 8, 2: 7 }],
    ["a part beyond our plan", { 1: 8, 4: 8 }],
    ["a last part that is too long", { 3: 8 }],
  ])("with %s is not done: it is aborted, and a new one begun", async (_, parts) => {
    const { buckets, copyNow, uploads } = beginKey();
    open(buckets, "u", parts);
    uploads.push({ id: "u", fingerprint: fingerprint(large) });
    await copyNow(large);
    expect(operations(buckets.requests)).toEqual([
      "ListParts",
      "AbortUpload",
      "ListParts",
      "CreateUpload",
      "CopyPart",
      "CopyPart",
      "CopyPart",
      "CompleteUpload",
    ]);
    expect({ ...result(buckets), uploads }).toEqual({ ...WHOLE, uploads: [] });
  });

  it("that is gone begins a new one", async () => {
    const { buckets, copyNow, uploads } = beginKey();
    uploads.push({ id: "gone", fingerprint: fingerprint(large) });
    await copyNow(large);
    expect(operations(buckets.requests).slice(0, 2)).toEqual(["ListParts", "CreateUpload"]);
    expect({ ...result(buckets), uploads }).toEqual({ ...WHOLE, uploads: [] });
  });

  it("of another state of the source is not touched: it stays to be aborted", async () => {
    const { buckets, copyNow, uploads } = beginKey();
    const older = { id: "u", fingerprint: fingerprint({ ...large, metadata: {} }) };
    open(buckets, "u", { 1: 8 });
    uploads.push(older);
    await copyNow(large);
    expect(buckets.sent("ListParts")).toEqual([]);
    expect({ open: result(buckets).open, uploads }).toEqual({ open: ["u"], uploads: [older] });
  });
});

describe("a source that changes between parts", () => {
  it("ends the copy: the upload is aborted, no version is mixed", async () => {
    const { buckets, copyNow, uploads } = beginKey({ slots: 1 });
    buckets.once("CopyPart", (apply) => {
      const etag = apply();
      buckets.at.source.set(KEY, sourceObject("v2", { size: 20 * MIB }));
      return etag;
    });
    await expect(copyNow(large)).rejects.toMatchObject({ code: "PreconditionFailed" });
    expect(buckets.requests.slice(1)).toEqual([
      `CopyPart ${KEY} 1`,
      `CopyPart ${KEY} 2`,
      expect.stringMatching(/^AbortUpload/),
      expect.stringMatching(/^ListParts/),
    ]);
    expect({ ...result(buckets), uploads }).toEqual({ size: undefined, metadata: undefined, open: [], uploads: [] });
  });

  it("waits for its own parts in flight before the abort, and sends none after the failure", async () => {
    const { buckets, copyNow, clock } = beginKey({ slots: 2 });
    const slow = deferred<undefined>();
    buckets.once("CopyPart", async (apply) => {
      await slow.promise;
      return apply();
    });
    buckets.once("CopyPart", () => raise(failure("PreconditionFailed")));
    const copying = watch(copyNow(sourceObject("v1", { size: 80 * MIB })));
    await clock.advance(1_000);
    expect({ state: copying.state, aborts: buckets.sent("AbortUpload").length }).toEqual({
      state: "pending",
      aborts: 0,
    });
    slow.resolve(undefined);
    await clock.settle();
    expect({ state: copying.state, parts: buckets.parts.length, open: result(buckets).open }).toEqual({
      state: "rejected",
      parts: 2,
      open: [],
    });
  });

  it("does not send a part that got its slot after another had failed", async () => {
    const { buckets, copyNow, clock, slots } = beginKey({ slots: 4 });
    const taken = await Promise.all([1, 2, 3].map(() => slots.acquire("other", new AbortController().signal)));
    buckets.once("CopyPart", () => raise(failure("PreconditionFailed")));
    const copying = watch(copyNow(large));
    await clock.settle();
    for (const slot of taken) slot.release("ok");
    await clock.settle();
    // The second part took over the slot of the failed one; the third got one of the others'.
    expect({ state: copying.state, parts: buckets.parts.length }).toEqual({ state: "rejected", parts: 2 });
  });

  it("an abort is repeated, with pauses, while parts are still listed", async () => {
    const { buckets, clock, copyNow } = beginKey();
    buckets.once("CopyPart", () => raise(failure("PreconditionFailed")));
    buckets.once("AbortUpload", () => undefined);
    buckets.once("AbortUpload", () => undefined);
    await expect(clock.until(copyNow(large))).rejects.toMatchObject({ code: "PreconditionFailed" });
    expect(clock.now).toBe(500 + 1_000);
    expect(operations(buckets.sent("AbortUpload", "ListParts"))).toEqual([
      "AbortUpload",
      "ListParts",
      "AbortUpload",
      "ListParts",
      "AbortUpload",
      "ListParts",
    ]);
    expect(result(buckets).open).toEqual([]);
  });
});

it("an upload that stays listed however often it is aborted is an error, not a success", async () => {
  const { buckets, clock, copyNow } = beginKey();
  buckets.once("CopyPart", () => raise(failure("PreconditionFailed")));
  buckets.always("AbortUpload", () => undefined);
  await expect(clock.until(copyNow(large))).rejects.toMatchObject({
    code: "Unknown",
    message: "AbortMultipartUpload: the upload was still listed after 10 aborts",
  });
});

describe("completing", () => {
  it("with a part that a late attempt replaced: lists, checks, and completes with what is there", async () => {
    const { buckets, copyNow } = beginKey();
    buckets.once("CompleteUpload", (apply) => {
      const [upload] = buckets.at.uploads.values();
      upload!.parts.set(2, { partNumber: 2, etag: "late", size: 8 * MIB });
      return apply();
    });
    // Parts may be listed in any order.
    buckets.once("ListParts", (apply) => [...(apply() as unknown[])].reverse());
    await copyNow(large);
    expect(operations(buckets.requests).slice(4)).toEqual(["CompleteUpload", "ListParts", "CompleteUpload"]);
    expect(result(buckets)).toEqual(WHOLE);
  });

  it.each<[string, (parts: Map<number, { partNumber: number; etag: string; size: number }>) => void]>([
    ["a part is missing", (parts) => void parts.delete(2)],
    ["a part has another size", (parts) => void parts.set(2, { partNumber: 2, etag: "x", size: 5 * MIB })],
  ])("is given up when %s: the upload is aborted, the copy starts over", async (_, spoil) => {
    const { buckets, copyNow, uploads } = beginKey();
    buckets.once("CompleteUpload", () => {
      const [upload] = buckets.at.uploads.values();
      spoil(upload!.parts);
      return raise(failure("InvalidPart"));
    });
    await expect(copyNow(large)).rejects.toMatchObject({ code: "InvalidPart", operation: "ListParts" });
    expect({ completes: buckets.sent("CompleteUpload").length, open: result(buckets).open, uploads }).toEqual({
      completes: 1,
      open: [],
      uploads: [],
    });
  });

  it("is tried six times against parts that keep being replaced", async () => {
    const { buckets, copyNow } = beginKey();
    buckets.always("CompleteUpload", () => raise(failure("InvalidPart")));
    await expect(copyNow(large)).rejects.toMatchObject({ code: "InvalidPart" });
    expect(buckets.sent("CompleteUpload")).toHaveLength(6);
  });

  it("an upload that is gone starts over, and there is nothing to abort", async () => {
    const { buckets, copyNow, uploads } = beginKey();
    buckets.once("CompleteUpload", (apply) => {
      buckets.at.uploads.clear();
      return apply();
    });
    await expect(copyNow(large)).rejects.toMatchObject({ code: "NoSuchUpload" });
    expect({ aborts: buckets.sent("AbortUpload"), uploads }).toEqual({ aborts: [], uploads: [] });
  });

  it("without an answer leaves the key unsettled for a quarter of an hour, though it was done", async () => {
    const { buckets, copyNow, clock, calls } = beginKey();
    buckets.once("CompleteUpload", (apply) => {
      apply();
      return raise(failure("Connection", "unknown"));
    });
    await expect(clock.until(copyNow(large))).rejects.toMatchObject({ code: "NoSuchUpload" });
    expect(calls.writes.unsettledUntilMs).toBe(clock.monotonicMs() - clock.now + 900_000);
    expect(result(buckets)).toEqual(WHOLE);
  });

  it("compares the checksum of the whole", async () => {
    const { buckets, copyNow } = beginKey();
    buckets.once("CompleteUpload", (apply) => {
      apply();
      return { checksum: { algorithm: "CRC32", value: "BBBB" } };
    });
    await expect(copyNow({ ...large, checksum: { algorithm: "CRC32", value: "AAAA" } })).rejects.toMatchObject({
      code: "ChecksumMismatch",
      operation: "CompleteMultipartUpload",
    });
  });

  it("is not sent without a lease that outlives it; the upload ends with the lease", async () => {
    const { buckets, copyNow, ensureLease, hold, uploads } = beginKey();
    hold.canHandOff = false;
    ensureLease.once(() => false);
    await expect(copyNow(large)).rejects.toEqual(new Interruption("lease-lost"));
    expect({ completes: buckets.sent("CompleteUpload"), open: result(buckets).open, uploads }).toEqual({
      completes: [],
      open: [],
      uploads: [],
    });
  });

  it("is left to the next holder when the message is still held, but not for long enough (12-hour limit)", async () => {
    const { buckets, copyNow, ensureLease, uploads } = beginKey();
    ensureLease.once(() => false);
    await expect(copyNow(large)).rejects.toEqual(new Interruption("lease-lost"));
    expect({ completes: buckets.sent("CompleteUpload"), uploads }).toEqual({
      completes: [],
      uploads: [{ id: expect.any(String) as string, fingerprint: fingerprint(large) }],
    });
  });
});

describe("an interruption", () => {
  it("keeps the upload for whoever comes next", async () => {
    const { buckets, copyNow, stopping, uploads } = beginKey({ slots: 1 });
    buckets.once("CopyPart", (apply) => {
      stopping.abort();
      return apply();
    });
    await expect(copyNow(large)).rejects.toEqual(new Interruption("stopping"));
    const [id] = buckets.at.uploads.keys();
    expect({ uploads, parts: buckets.at.uploads.get(id!)?.parts.size }).toEqual({
      uploads: [{ id, fingerprint: fingerprint(large) }],
      parts: 1,
    });
    expect(buckets.sent("AbortUpload")).toEqual([]);
  });

  it("aborts the upload when nobody can be told of it", async () => {
    const { buckets, copyNow, stopping, uploads, hold } = beginKey({ slots: 1 });
    hold.canHandOff = false;
    buckets.once("CopyPart", (apply) => {
      stopping.abort();
      return apply();
    });
    await expect(copyNow(large)).rejects.toEqual(new Interruption("stopping"));
    expect({ open: result(buckets).open, uploads }).toEqual({ open: [], uploads: [] });
  });

  it("does not keep Complete from being sent once every part is there", async () => {
    const { buckets, copyNow, stopping } = beginKey({ slots: 1 });
    buckets.always("CopyPart", (apply) => {
      if (buckets.parts.length === 3) stopping.abort();
      return apply();
    });
    await copyNow(large);
    expect(result(buckets)).toEqual(WHOLE);
  });

  it.each(["AccessDenied", "Session"] as const)("by %s keeps the parts for when it is over", async (code) => {
    const { buckets, clock, copyNow, uploads } = beginKey({ slots: 1 });
    buckets.once("CopyPart", (apply) => apply());
    // A session that ended is asked for once more.
    for (let i = 0; i < (code === "Session" ? 2 : 1); i++) buckets.once("CopyPart", () => raise(failure(code)));
    await expect(clock.until(copyNow(large))).rejects.toMatchObject({ code });
    expect(uploads).toHaveLength(1);
    await copyNow(large);
    expect(buckets.parts.filter(({ partNumber }) => partNumber === 1)).toHaveLength(1);
    expect(result(buckets)).toEqual(WHOLE);
  });

  it("by a verdict about the key aborts the upload", async () => {
    const { buckets, copyNow, uploads } = beginKey();
    buckets.always("CopyPart", () => raise(failure("CustomerKeyRequired")));
    await expect(copyNow(large)).rejects.toMatchObject({ code: "CustomerKeyRequired" });
    expect({ open: result(buckets).open, uploads }).toEqual({ open: [], uploads: [] });
  });
});

describe("an upload whose id we never learned", () => {
  it("is reported when its creation was repeated", async () => {
    const { buckets, copyNow, clock, orphans } = beginKey();
    buckets.once("CreateUpload", () => hang());
    await clock.until(copyNow(large));
    expect({ orphans: orphans.length, result: result(buckets) }).toEqual({ orphans: 1, result: WHOLE });
  });

  it("is reported when its creation failed", async () => {
    const { buckets, copyNow, orphans } = beginKey();
    buckets.once("CreateUpload", () => raise(failure("AccessDenied")));
    await expect(copyNow(large)).rejects.toMatchObject({ code: "AccessDenied" });
    expect(orphans).toHaveLength(1);
  });

  it("does not exist when the first attempt was answered", async () => {
    const { copyNow, orphans } = beginKey();
    await copyNow(large);
    expect(orphans).toEqual([]);
  });
});
