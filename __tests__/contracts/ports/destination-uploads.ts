/** What the worker relies on in the multipart copies of a `DestinationBucket`. */
import { MIB } from "../../../core/parts";
import type { CompletedPart } from "../../../core/ports";
import { CONTENT, type DestinationContract, type DestinationSubject } from "./destination-subject";
import { ODD_KEYS, rejection, signal } from "./fixtures";

const PART = 5 * MIB;
const SIZE = 2 * PART + 1000;
const BYTES = Buffer.alloc(SIZE, "0123456789abcdefghijklmnopqrstuvwxyz");

export function describeDestinationUploadsContract({ name, make }: DestinationContract): void {
  describe(`DestinationBucket uploads: ${name}`, () => {
    let subject: DestinationSubject;
    let sourceEtag: string;
    beforeAll(async () => {
      subject = await make();
      sourceEtag = (await subject.putSource("big", { body: BYTES })).etag;
    });
    afterAll(() => subject.close());

    const create = (key: string, checksumAlgorithm?: "CRC32") =>
      subject.destination.createUpload({ key, content: CONTENT, checksumAlgorithm }, signal());
    const partRequest = (uploadId: string, partNumber: number) => ({
      key: "big",
      uploadId,
      partNumber,
      firstByte: (partNumber - 1) * PART,
      lastByte: Math.min(partNumber * PART, SIZE) - 1,
      sourceEtag,
    });
    const copyPart = async (uploadId: string, partNumber: number): Promise<CompletedPart> => ({
      partNumber,
      etag: await subject.destination.copyPart(partRequest(uploadId, partNumber), signal()),
    });
    const copyAll = (uploadId: string) => Promise.all([1, 2, 3].map((n) => copyPart(uploadId, n)));
    const complete = (uploadId: string, parts: readonly CompletedPart[], size = SIZE, checksumAlgorithm?: "CRC32") =>
      subject.destination.completeUpload({ key: "big", uploadId, parts, size, checksumAlgorithm }, signal());

    test("parts become an object on Complete and not before", async () => {
      const uploadId = await create("big");
      const parts = await copyAll(uploadId);
      expect(await subject.destination.head("big", signal())).toEqual({ kind: "absent" });
      expect(await subject.destination.listUploads("big", signal())).toEqual([uploadId]);
      await complete(uploadId, parts);
      expect(await subject.destination.head("big", signal())).toMatchObject({ size: SIZE, ...CONTENT });
      expect(Buffer.from((await subject.read("big"))!).equals(BYTES)).toBe(true);
      expect(await subject.destination.listUploads("big", signal())).toEqual([]);
    });

    test("a checksum that was asked for is the one of the whole object", async () => {
      const { checksum } = await subject.putSource("big", { body: BYTES, checksum: "CRC32" });
      expect(checksum).toBeDefined();
      const uploadId = await create("big", "CRC32");
      expect(await complete(uploadId, await copyAll(uploadId), SIZE, "CRC32")).toEqual({ checksum });
    });

    test("listParts tells number, ETag and size of each part, also of a part copied twice", async () => {
      const uploadId = await create("big");
      const [first, second, third] = await copyAll(uploadId);
      const again = await copyPart(uploadId, 2);
      const listed = await subject.destination.listParts("big", uploadId, signal());
      expect(listed).toEqual([
        { ...first, size: PART },
        { ...again, size: PART },
        { ...third, size: 1000 },
      ]);
      if (second!.etag !== again.etag) {
        expect(await rejection(complete(uploadId, [first!, second!, third!]))).toMatchObject({
          code: "InvalidPart",
          effect: "none",
        });
      }
      await complete(uploadId, listed);
    });

    test("a part of a source that has changed, or is gone, is refused", async () => {
      const uploadId = await create("big");
      const stale = { ...partRequest(uploadId, 1), sourceEtag: "0".repeat(32) };
      const error = await rejection(subject.destination.copyPart(stale, signal()));
      expect(error).toMatchObject({ code: "PreconditionFailed", effect: "none" });
      const lostId = await create("lost");
      const lost = { ...partRequest(lostId, 1), key: "lost" };
      expect(await rejection(subject.destination.copyPart(lost, signal()))).toMatchObject({
        code: "NoSuchKey",
        effect: "none",
      });
      await subject.destination.abortUpload("big", uploadId, signal());
      await subject.destination.abortUpload("lost", lostId, signal());
    });

    test("Complete of the wrong size is refused and leaves the upload open", async () => {
      const uploadId = await create("big");
      const parts = await copyAll(uploadId);
      const error = await rejection(complete(uploadId, parts, SIZE + 1));
      expect(error.effect).toBe("none");
      expect(["InvalidPart", "InvalidRequest"]).toContain(error.code);
      expect(await subject.destination.listUploads("big", signal())).toEqual([uploadId]);
      await complete(uploadId, parts);
    });

    test.each(["completed", "aborted"])("everything about an upload that was %s is NoSuchUpload", async (how) => {
      const uploadId = await create("big");
      const parts = await copyAll(uploadId);
      if (how === "completed") await complete(uploadId, parts);
      else await subject.destination.abortUpload("big", uploadId, signal());
      const { destination } = subject;
      for (const late of [
        () => copyPart(uploadId, 1),
        () => destination.listParts("big", uploadId, signal()),
        () => complete(uploadId, parts),
        () => destination.abortUpload("big", uploadId, signal()),
      ]) {
        expect(await rejection(late())).toMatchObject({ code: "NoSuchUpload", effect: "none" });
      }
    });

    test("listUploads tells all uploads of exactly this key", async () => {
      const { destination } = subject;
      const keys = ["d/k", "d/k", "d/k2", "d/k/x", "d/", "k", "d2/k"];
      const ids = await Promise.all(keys.map((key) => create(key)));
      const of = (key: string) => ids.filter((_, index) => keys[index] === key).sort();
      for (const key of new Set(keys)) {
        expect([...(await destination.listUploads(key, signal()))].sort()).toEqual(of(key));
      }
      expect(await destination.listUploads("d", signal())).toEqual([]);
      await Promise.all(keys.map((key, index) => destination.abortUpload(key, ids[index]!, signal())));
      for (const key of new Set(keys)) expect(await destination.listUploads(key, signal())).toEqual([]);
    });

    test.each(ODD_KEYS)("an upload of a key %s is created, found and aborted", async (_, key) => {
      const uploadId = await create(key);
      expect(await subject.destination.listUploads(key, signal())).toEqual([uploadId]);
      expect(await subject.destination.listParts(key, uploadId, signal())).toEqual([]);
      await subject.destination.abortUpload(key, uploadId, signal());
      expect(await subject.destination.listUploads(key, signal())).toEqual([]);
    });

    test("more parts than one page holds", async () => {
      const count = 1_003;
      const uploadId = await create("big");
      const numbers = Array.from({ length: count }, (_, index) => index + 1);
      const lanes = Array.from({ length: 16 }, (_, lane) => numbers.filter((n) => n % 16 === lane));
      const one = (partNumber: number) =>
        subject.destination.copyPart({ ...partRequest(uploadId, 1), partNumber, firstByte: 0, lastByte: 9 }, signal());
      await Promise.all(
        lanes.map(async (lane) => {
          for (const partNumber of lane) await one(partNumber);
        }),
      );
      const listed = await subject.destination.listParts("big", uploadId, signal());
      expect(listed.map(({ partNumber }) => partNumber)).toEqual(numbers);
      expect(listed.every(({ size }) => size === 10)).toBe(true);
      await subject.destination.abortUpload("big", uploadId, signal());
    }, 120_000);
  });
}
