/** One CopyObject: what it carries, and which checksum proves it. */
import { FINGERPRINT_KEY } from "../../../core/fingerprint";
import type { CopyObjectRequest } from "../../../core/ports";
import type { ChecksumAlgorithm, SourceObject } from "../../../core/state";
import { makeChecksums } from "../../../worker/copy/checksums";
import { copy } from "../../../worker/copy/copy";
import { makeProgress } from "../../../worker/progress";
import { sourceObject } from "../../support/worker-buckets";
import { failure, raise, scripted } from "../../support/worker-fakes";
import { beginKey, fingerprint, KEY } from "../../support/worker-key";

const withChecksum = (algorithm: ChecksumAlgorithm, value = "AAAA", etag = "v1"): SourceObject =>
  sourceObject(etag, { checksum: { algorithm, value } });

function beginCopy() {
  const { clock, log, tally, calls, buckets, planned } = beginKey();
  const copyObject = scripted((_request: CopyObjectRequest) => ({}));
  const checksums = makeChecksums();
  const progress = makeProgress({ clock, log, tally, plan: (requests) => void planned.push(requests) }, KEY);
  const deps = {
    destination: { ...buckets.destination, copyObject },
    checksums,
    calls,
    progress,
    lanes: 8,
    onOrphan: () => undefined,
  };
  const copyOf = (source: SourceObject, mark = fingerprint(source)): Promise<void> =>
    copy(deps, { key: KEY, source, fingerprint: mark, plan: { kind: "single", size: source.size }, uploads: [] });
  return { clock, tally, planned, copyObject, checksums, copyOf, requests: () => copyObject.calls.map(([r]) => r) };
}

describe("content", () => {
  const headers = { "content-type": "text/plain", expires: "never" };

  it("is the source's, with the fingerprint, on condition of its ETag (rule 2)", async () => {
    const { copyOf, requests, tally } = beginCopy();
    const source = sourceObject("v1", { headers, metadata: { colour: "blue" }, size: 7 });
    await copyOf(source);
    expect(requests()).toEqual([
      {
        key: KEY,
        sourceEtag: "v1",
        content: { headers, metadata: { colour: "blue", [FINGERPRINT_KEY]: fingerprint(source) } },
        checksumAlgorithm: undefined,
      },
    ]);
    expect(tally.totals).toMatchObject({ copies: 1, bytesCopied: 7 });
  });

  it.each([
    ["leaves room to the byte", 2048, true],
    ["has one byte too many", 2049, false],
  ])("without room for the fingerprint is kept as it is: metadata that %s", async (_, total, carried) => {
    const { copyOf, requests } = beginCopy();
    const mark = "1;e;9;1;;digest";
    const used = FINGERPRINT_KEY.length + mark.length + "big".length;
    const source = sourceObject("v1", { headers, metadata: { big: "x".repeat(total - used) } });
    await copyOf(source, mark);
    expect(requests()[0]!.content?.metadata[FINGERPRINT_KEY]).toBe(carried ? mark : undefined);
    // Undefined: MetadataDirective COPY.
    expect(requests()[0]!.content === undefined).toBe(!carried);
  });
});

describe("attempts", () => {
  it("are repeated after a refusal; the copy counts once, and its request is started once", async () => {
    const { copyOf, copyObject, clock, tally, planned } = beginCopy();
    copyObject.once(() => raise(failure("Throttled")));
    copyObject.once(() => raise(failure("Unavailable", "unknown")));
    await clock.until(copyOf(sourceObject("v1")));
    expect(copyObject.calls).toHaveLength(3);
    expect(tally.totals).toMatchObject({ copies: 1, throttles: 1, retries: 1 });
    expect(planned).toEqual([1, 0, 0, 0]);
  });

  it("without success count nothing as copied", async () => {
    const { copyOf, copyObject, tally } = beginCopy();
    copyObject.once(() => raise(failure("KeyRefused")));
    await expect(copyOf(sourceObject("v1"))).rejects.toMatchObject({ code: "KeyRefused" });
    expect(tally.totals).toMatchObject({ copies: 0, bytesCopied: 0 });
  });
});

describe("checksums", () => {
  it.each<ChecksumAlgorithm>(["CRC32", "CRC32C"])("%s is asked for and compared", async (algorithm) => {
    const { copyOf, copyObject, requests } = beginCopy();
    copyObject.once(() => ({ checksum: { algorithm, value: "AAAA" } }));
    await copyOf(withChecksum(algorithm));
    copyObject.once(() => ({ checksum: { algorithm, value: "BBBB" } }));
    await expect(copyOf(withChecksum(algorithm))).rejects.toMatchObject({
      code: "ChecksumMismatch",
      operation: "CopyObject",
      message: `CopyObject: the copy has ${algorithm} BBBB, the source has AAAA`,
    });
    expect(requests().map((request) => request.checksumAlgorithm)).toEqual([algorithm, algorithm]);
  });

  it("another algorithm in the answer, or none, proves nothing and accuses nobody", async () => {
    const { copyOf, copyObject } = beginCopy();
    copyObject.once(() => ({ checksum: { algorithm: "CRC32C", value: "BBBB" } }));
    await copyOf(withChecksum("CRC32"));
    await copyOf(withChecksum("CRC32"));
    copyObject.once(() => ({ checksum: { algorithm: "CRC32", value: "BBBB" } }));
    await copyOf(sourceObject("v1"));
  });

  it("CRC64NVME is tried by one object at a time until an answer proves it", async () => {
    const { checksums } = beginCopy();
    const [first, second] = [withChecksum("CRC64NVME", "A", "one"), withChecksum("CRC64NVME", "B", "two")];
    expect([checksums.askFor(first), checksums.askFor(second), checksums.askFor(first)]).toEqual([
      "CRC64NVME",
      undefined,
      "CRC64NVME",
    ]);
    checksums.compare(first, { checksum: { algorithm: "CRC64NVME", value: "A" } }, "CopyObject");
    expect(checksums.askFor(second)).toBe("CRC64NVME");
  });

  it("an algorithm that the destination refuses is never asked for again", async () => {
    const { copyOf, copyObject, requests } = beginCopy();
    copyObject.once(() => raise(failure("ChecksumUnsupported")));
    await expect(copyOf(withChecksum("CRC64NVME"))).rejects.toMatchObject({ code: "ChecksumUnsupported" });
    await copyOf(withChecksum("CRC64NVME"));
    await copyOf(withChecksum("CRC64NVME", "B", "two"));
    await copyOf(withChecksum("CRC32"));
    expect(requests().map((request) => request.checksumAlgorithm)).toEqual([
      "CRC64NVME",
      undefined,
      undefined,
      "CRC32",
    ]);
  });
});
