/** The convergence rule, request by request (design rules 0 to 3 and 8). */
import { FINGERPRINT_KEY } from "../../core/fingerprint";
import { MAX_OBJECT_BYTES, MIB } from "../../core/parts";
import { ABSENT, type DestinationObject, type SourceObject } from "../../core/state";
import { Interruption } from "../../worker/interruption";
import { MAX_PASSES } from "../../worker/reconcile";
import { type Buckets, sourceObject } from "../support/worker-buckets";
import { failure, raise } from "../support/worker-fakes";
import { beginKey, fingerprint, KEY } from "../support/worker-key";

const v1 = sourceObject("v1");
const v2 = sourceObject("v2", { lastModified: 1_700_000_009 });

function replicaOf(source: SourceObject): DestinationObject {
  const metadata = { ...source.metadata, [FINGERPRINT_KEY]: fingerprint(source) };
  return { kind: "object", size: source.size, etag: "random", headers: source.headers, metadata };
}

const replica = (buckets: Buckets) => buckets.at.destination.get(KEY);
const foreign: DestinationObject = { kind: "object", size: 10, etag: "random", headers: {}, metadata: {} };

describe("one look at a key", () => {
  it.each<[string, SourceObject | undefined, DestinationObject | undefined, boolean, string[]]>([
    ["a fresh object takes three requests", v1, undefined, false, ["HeadSource", "CopyObject v1", "HeadSource"]],
    [
      "an absent one is deleted, in a bucket that exists",
      undefined,
      foreign,
      false,
      ["HeadSource", "HeadBucket", "DeleteObject", "HeadSource"],
    ],
    ["looked at: in sync", v1, replicaOf(v1), true, ["HeadSource", "HeadDestination", "HeadSource"]],
    [
      "looked at: an older replica",
      v2,
      replicaOf(v1),
      true,
      ["HeadSource", "HeadDestination", "CopyObject v2", "HeadSource"],
    ],
    [
      "looked at: somebody else's object of the same size",
      v1,
      foreign,
      true,
      ["HeadSource", "HeadDestination", "CopyObject v1", "HeadSource"],
    ],
    [
      "looked at: gone at the source; what was seen is deleted, and nothing else",
      undefined,
      foreign,
      true,
      ["HeadSource", "HeadBucket", "HeadDestination", "DeleteObject if random", "HeadSource"],
    ],
    [
      "looked at: absent on both sides",
      undefined,
      undefined,
      true,
      ["HeadSource", "HeadBucket", "HeadDestination", "HeadSource"],
    ],
  ])("%s", async (_, source, destination, mustLook, expected) => {
    const { buckets, reconcileNow, clock } = beginKey();
    if (source !== undefined) buckets.at.source.set(KEY, source);
    if (destination !== undefined) buckets.at.destination.set(KEY, destination);
    await expect(clock.until(reconcileNow({ mustLook }))).resolves.toEqual(source ?? ABSENT);
    expect(buckets.requests.map((line) => line.replace(` ${KEY}`, ""))).toEqual(expected);
    expect(replica(buckets)?.metadata[FINGERPRINT_KEY]).toBe(source && fingerprint(source));
  });
});

describe("rule 0", () => {
  it("deletes nothing when the bucket does not exist", async () => {
    const { buckets, reconcileNow } = beginKey();
    buckets.at.destination.set(KEY, foreign);
    buckets.bucketExists = false;
    await expect(reconcileNow()).rejects.toMatchObject({ code: "NoSuchBucket", operation: "HeadBucket" });
    expect(buckets.requests).toEqual([`HeadSource ${KEY}`, "HeadBucket"]);
    expect(replica(buckets)).toBe(foreign);
  });

  it("takes a 403 as an error, never as gone", async () => {
    const { buckets, reconcileNow } = beginKey();
    buckets.at.destination.set(KEY, foreign);
    buckets.once("HeadSource", () => raise(failure("AccessDenied")));
    await expect(reconcileNow()).rejects.toMatchObject({ code: "AccessDenied" });
    expect(buckets.requests).toEqual([`HeadSource ${KEY}`]);
  });
});

describe("changes meanwhile", () => {
  it("a change before the copy is refused by S3; the second pass copies the new state, at once", async () => {
    const { buckets, reconcileNow, restarts, clock } = beginKey();
    buckets.at.source.set(KEY, v1);
    buckets.once("CopyObject", (apply) => {
      buckets.at.source.set(KEY, v2);
      return apply();
    });
    await expect(reconcileNow()).resolves.toEqual(v2);
    expect(buckets.sent("CopyObject")).toEqual([`CopyObject ${KEY} v1`, `CopyObject ${KEY} v2`]);
    expect({ restarts, now: clock.now }).toEqual({ restarts: ["Test: scripted PreconditionFailed"], now: 0 });
    expect(replica(buckets)).toMatchObject({ metadata: { [FINGERPRINT_KEY]: fingerprint(v2) } });
  });

  it.each<[string, SourceObject | undefined]>([
    ["an overwrite", v2],
    ["another metadata with the same ETag and time", { ...v1, metadata: { colour: "blue" } }],
    ["another content type", { ...v1, headers: { "content-type": "text/plain" } }],
    ["a touch: only the time", { ...v1, lastModified: v1.lastModified + 1 }],
    ["a new version of the same bytes", { ...v1, versionId: "2" }],
    ["a delete", undefined],
  ])("after the copy is found by the after-check (rule 1): %s", async (_, next) => {
    const { buckets, reconcileNow, restarts } = beginKey();
    buckets.at.source.set(KEY, v1);
    buckets.once("CopyObject", (apply) => {
      const answer = apply();
      if (next === undefined) buckets.at.source.delete(KEY);
      else buckets.at.source.set(KEY, next);
      return answer;
    });
    await expect(reconcileNow()).resolves.toEqual(next ?? ABSENT);
    expect(restarts).toEqual(["the source changed meanwhile"]);
    expect(replica(buckets)?.metadata).toEqual(next && { ...next.metadata, [FINGERPRINT_KEY]: fingerprint(next) });
  });

  it("a source that came back after the delete is copied", async () => {
    const { buckets, reconcileNow } = beginKey();
    buckets.once("DeleteObject", (apply) => {
      apply();
      buckets.at.source.set(KEY, v1);
    });
    await expect(reconcileNow()).resolves.toEqual(v1);
    expect(replica(buckets)).toBeDefined();
  });

  it("a replica that was replaced after it was looked at is not deleted blindly", async () => {
    const { buckets, reconcileNow } = beginKey();
    buckets.at.destination.set(KEY, foreign);
    buckets.once("DeleteObject", (apply) => {
      buckets.at.source.set(KEY, v1);
      buckets.at.destination.set(KEY, { ...replicaOf(v1), etag: "newer" });
      return apply();
    });
    await expect(reconcileNow({ mustLook: true })).resolves.toEqual(v1);
    expect(replica(buckets)?.etag).toBe("newer");
    expect(buckets.sent("CopyObject")).toEqual([]);
  });

  it("a source that is gone when it is copied is looked at again", async () => {
    const { buckets, reconcileNow } = beginKey();
    buckets.at.source.set(KEY, v1);
    buckets.once("CopyObject", (apply) => {
      buckets.at.source.delete(KEY);
      return apply();
    });
    await expect(reconcileNow()).resolves.toEqual(ABSENT);
    expect(buckets.sent("DeleteObject")).toHaveLength(1);
  });

  it("a key that changes under every pass is unstable: waits grow from the second change on", async () => {
    const { buckets, reconcileNow, clock } = beginKey();
    const passes: number[] = [];
    buckets.always("HeadSource", () => {
      passes.push(clock.now);
      return sourceObject(`v${passes.length}`);
    });
    buckets.always("CopyObject", () => ({}));
    await expect(clock.until(reconcileNow())).resolves.toBe("unstable");
    expect(buckets.sent("CopyObject")).toHaveLength(MAX_PASSES);
    const begins = passes.filter((_, index) => index % 2 === 0);
    const pauses = begins.slice(1).map((at, index) => at - begins[index]!);
    expect(pauses).toEqual([0, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  });

  it("bytes that never have the source's checksum are a failure, not an unstable key", async () => {
    const { buckets, reconcileNow, clock, restarts } = beginKey();
    buckets.at.source.set(KEY, { ...v1, checksum: { algorithm: "CRC32", value: "AAAA" } });
    buckets.always("CopyObject", () => ({ checksum: { algorithm: "CRC32", value: "BBBB" } }));
    await expect(clock.until(reconcileNow())).rejects.toMatchObject({
      code: "Unknown",
      operation: "CopyObject",
      message: expect.stringContaining("still failing after 8 passes") as string,
    });
    expect(restarts).toHaveLength(MAX_PASSES);
  });
});

describe("writes of unknown outcome", () => {
  it("the next pass looks at the destination, which may be what we want already", async () => {
    const { buckets, reconcileNow, clock } = beginKey();
    buckets.at.source.set(KEY, v1);
    buckets.once("CopyObject", (apply) => {
      apply();
      return raise(failure("Connection", "unknown"));
    });
    buckets.once("CopyObject", () => raise(failure("PreconditionFailed")));
    await expect(clock.until(reconcileNow())).resolves.toEqual(v1);
    expect(buckets.requests.slice(3).map((line) => line.split(" ")[0])).toEqual([
      "HeadSource",
      "HeadDestination",
      "HeadSource",
    ]);
  });
});

describe("what cannot be copied", () => {
  it.each([
    ["archived", { ...v1, archived: true }, "ArchivedObject"],
    ["too large", { ...v1, size: MAX_OBJECT_BYTES + 1 }, "ObjectTooLarge"],
  ])("an object that is %s is refused, and what is there stays", async (_, source, code) => {
    const { buckets, reconcileNow, uploads } = beginKey();
    buckets.at.source.set(KEY, source);
    buckets.at.destination.set(KEY, foreign);
    buckets.at.uploads.set("u", { key: KEY, content: { headers: {}, metadata: {} }, parts: new Map() });
    uploads.push({ id: "u", fingerprint: "other" });
    await expect(reconcileNow({ mustLook: true })).rejects.toMatchObject({ code, effect: "none" });
    expect([replica(buckets), buckets.at.uploads.size, uploads]).toEqual([foreign, 0, []]);
  });

  it("an archived object that was synced before is in sync", async () => {
    const { buckets, reconcileNow } = beginKey();
    const archived = { ...v1, archived: true };
    buckets.at.source.set(KEY, archived);
    buckets.at.destination.set(KEY, replicaOf(v1));
    await expect(reconcileNow({ mustLook: true })).resolves.toEqual(archived);
  });
});

describe("an upload handed to us ends in every branch (rule 8)", () => {
  it.each<[string, SourceObject | undefined, DestinationObject | undefined]>([
    ["the source is gone", undefined, foreign],
    ["both are gone", undefined, undefined],
    ["somebody else finished", v1, replicaOf(v1)],
    ["one request is enough now", v1, undefined],
  ])("aborted: %s", async (_, source, destination) => {
    const { buckets, reconcileNow, uploads } = beginKey();
    if (source !== undefined) buckets.at.source.set(KEY, source);
    if (destination !== undefined) buckets.at.destination.set(KEY, destination);
    buckets.at.uploads.set("u", { key: KEY, content: { headers: {}, metadata: {} }, parts: new Map() });
    uploads.push({ id: "u", fingerprint: fingerprint(v1) }, { id: "gone", fingerprint: "x" });
    await reconcileNow({ mustLook: true });
    expect({ open: buckets.at.uploads.size, uploads }).toEqual({ open: 0, uploads: [] });
    // Aborted means: until S3 says that there is no such upload.
    expect(buckets.sent("AbortUpload", "ListParts")).toEqual(["AbortUpload u", "ListParts u", "AbortUpload gone"]);
    expect(buckets.requests.at(-1)).toBe(`HeadSource ${KEY}`);
  });

  it("completed when it copies what the source has", async () => {
    const { buckets, reconcileNow, uploads } = beginKey();
    const large = sourceObject("large", { size: 20 * MIB });
    buckets.at.source.set(KEY, large);
    const content = { headers: {}, metadata: { [FINGERPRINT_KEY]: fingerprint(large) } };
    const parts = new Map([[1, { partNumber: 1, etag: "p1", size: 8 * MIB }]]);
    buckets.at.uploads.set("u", { key: KEY, content, parts });
    uploads.push({ id: "u", fingerprint: fingerprint(large) });
    await reconcileNow({ mustLook: true });
    expect(buckets.sent("CreateUpload", "CopyPart")).toEqual([`CopyPart ${KEY} 2`, `CopyPart ${KEY} 3`]);
    expect({ open: buckets.at.uploads.size, uploads, size: replica(buckets)?.size }).toEqual({
      open: 0,
      uploads: [],
      size: 20 * MIB,
    });
  });
});

describe("stopping", () => {
  it("ends before the next pass begins", async () => {
    const { buckets, reconcileNow, stopping } = beginKey();
    buckets.at.source.set(KEY, v1);
    buckets.once("CopyObject", (apply) => {
      stopping.abort();
      buckets.at.source.set(KEY, v2);
      return apply();
    });
    await expect(reconcileNow()).rejects.toEqual(new Interruption("stopping"));
    expect(buckets.sent("CopyObject")).toHaveLength(1);
  });

  it("does not cut off what is in flight: the copy is checked and counts", async () => {
    const { buckets, reconcileNow, stopping } = beginKey();
    buckets.at.source.set(KEY, v1);
    buckets.once("CopyObject", (apply) => {
      stopping.abort();
      return apply();
    });
    await expect(reconcileNow()).resolves.toEqual(v1);
  });

  it("sends no write once it has begun", async () => {
    const { buckets, reconcileNow, stopping } = beginKey();
    buckets.at.source.set(KEY, v1);
    buckets.once("HeadSource", (apply) => {
      stopping.abort();
      return apply();
    });
    await expect(reconcileNow()).rejects.toEqual(new Interruption("stopping"));
    expect(buckets.requests).toHaveLength(1);
  });

  it("wakes a key that waits for its next pass", async () => {
    const { buckets, reconcileNow, stopping, clock } = beginKey();
    let n = 0;
    buckets.always("HeadSource", () => sourceObject(`v${++n}`));
    buckets.always("CopyObject", () => ({}));
    const ending = reconcileNow();
    await clock.advance(500);
    stopping.abort();
    await expect(ending).rejects.toEqual(new Interruption("stopping"));
    expect(clock.now).toBe(500);
  });

  it("writes nothing without a lease that outlives it (rule 4)", async () => {
    const { buckets, reconcileNow, ensureLease } = beginKey();
    ensureLease.once(() => false);
    buckets.at.source.set(KEY, v1);
    await expect(reconcileNow()).rejects.toEqual(new Interruption("lease-lost"));
    expect({ requests: buckets.requests, asked: ensureLease.calls.map(([ms]) => ms) }).toEqual({
      requests: [`HeadSource ${KEY}`],
      asked: [60_001],
    });
  });
});
