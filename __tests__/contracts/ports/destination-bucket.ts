/** What the worker relies on in a `DestinationBucket`: HEAD, CopyObject and DELETE. Multipart copies are in destination-uploads.ts. */
import { CONTENT, copyOf, type DestinationContract, type DestinationSubject } from "./destination-subject";
import { ODD_KEYS, ODD_METADATA, ODD_VALUES, rejection, signal } from "./fixtures";

export function describeDestinationBucketContract({ name, make }: DestinationContract): void {
  describe(`DestinationBucket: ${name}`, () => {
    let subject: DestinationSubject;
    beforeAll(async () => {
      subject = await make();
    });
    afterAll(() => subject.close());

    const head = (key: string) => subject.destination.head(key, signal());
    const textOf = async (key: string) => {
      const bytes = await subject.read(key);
      return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");
    };
    const copy = async (
      key: string,
      more: Parameters<typeof copyOf>[2] = {},
      fixture: Parameters<DestinationSubject["putSource"]>[1] = {},
    ) => {
      const { etag } = await subject.putSource(key, fixture);
      return subject.destination.copyObject(copyOf(key, etag, more), signal());
    };

    describe("copyObject", () => {
      test("copies bytes and carries exactly the content it was given", async () => {
        await copy("plain", {}, { body: "hello", headers: { expires: "0" }, metadata: { old: "1" } });
        expect(await textOf("plain")).toBe("hello");
        expect(await head("plain")).toMatchObject({ kind: "object", size: 5, ...CONTENT });
        const state = await head("plain");
        expect(state.kind === "object" && [state.headers, state.metadata]).toEqual([CONTENT.headers, CONTENT.metadata]);
      });

      test("without content keeps what the source carries", async () => {
        const headers = { "content-type": "a/b", expires: "no date" };
        await copy("kept", { content: undefined }, { headers, metadata: { old: "1" } });
        expect(await head("kept")).toMatchObject({ headers, metadata: { old: "1" } });
      });

      test("replaces what was there before", async () => {
        await copy("twice", {}, { body: "first" });
        await copy("twice", { content: { headers: {}, metadata: { n: "2" } } }, { body: "second, longer" });
        expect(await textOf("twice")).toBe("second, longer");
        expect(await head("twice")).toMatchObject({ size: 14, metadata: { n: "2" } });
      });

      test("an empty object", async () => {
        await copy("empty", {}, { body: "" });
        expect(await head("empty")).toMatchObject({ kind: "object", size: 0 });
      });

      test.each(["\r\nx-amz-acl: public-read", "\n", "\0"])(
        "content cannot become a header of its own: %j",
        async (end) => {
          const content = { headers: { "content-type": `a/b${end}` }, metadata: { a: `1${end}` } };
          for (const part of ["headers", "metadata"] as const) {
            const error = await rejection(copy("smuggled", { content: { ...CONTENT, [part]: content[part] } }));
            expect(error).toMatchObject({ code: "InvalidRequest", effect: "none" });
          }
          expect(await head("smuggled")).toEqual({ kind: "absent" });
        },
      );

      test("a tagged source", async () => {
        await copy("tagged", {}, { tags: { a: "b" } });
        expect(await textOf("tagged")).toBe("content");
        await copy("tagged without content", { content: undefined }, { tags: { a: "b" } });
        expect(await textOf("tagged without content")).toBe("content");
      });

      test("a source that has changed is PreconditionFailed and nothing is written", async () => {
        const { etag } = await subject.putSource("raced", { body: "old" });
        await subject.putSource("raced", { body: "new" });
        const error = await rejection(subject.destination.copyObject(copyOf("raced", etag), signal()));
        expect(error).toMatchObject({ code: "PreconditionFailed", effect: "none" });
        expect(await head("raced")).toEqual({ kind: "absent" });
      });

      test("a source that is gone is NoSuchKey and what was there stays", async () => {
        await copy("gone", {}, { body: "stays" });
        await subject.removeSource("gone");
        const error = await rejection(subject.destination.copyObject(copyOf("gone", "0".repeat(32)), signal()));
        expect(error).toMatchObject({ code: "NoSuchKey", effect: "none" });
        expect(await textOf("gone")).toBe("stays");
      });

      test("an archived source is a verdict about the key", async () => {
        const { etag } = await subject.putSource("cold", { storageClass: "GLACIER" });
        const error = await rejection(subject.destination.copyObject(copyOf("cold", etag), signal()));
        expect(error).toMatchObject({ code: "ArchivedObject", effect: "none" });
      });

      test("a key that is too long is refused", async () => {
        const request = copyOf("k".repeat(1025), "0".repeat(32));
        expect(await rejection(subject.destination.copyObject(request, signal()))).toMatchObject({ effect: "none" });
      });

      test.each(["CRC32", "CRC32C"] as const)("a %s that was asked for equals the source's", async (algorithm) => {
        const { etag, checksum } = await subject.putSource(`sum ${algorithm}`, { body: "abc", checksum: algorithm });
        const request = copyOf(`sum ${algorithm}`, etag, { checksumAlgorithm: algorithm });
        expect(checksum).toBeDefined();
        expect(await subject.destination.copyObject(request, signal())).toEqual({ checksum });
        expect(await head(`sum ${algorithm}`)).toMatchObject({ checksum });
      });

      test.each(ODD_VALUES)("a header keeps %s", async (_, value) => {
        const content = { headers: { "content-disposition": value, expires: value }, metadata: {} };
        await copy("odd", { content });
        expect(await head("odd")).toMatchObject(content);
      });

      test.each(ODD_METADATA)("metadata keeps %s", async (_, value) => {
        const content = { headers: {}, metadata: { m: value } };
        await copy("odd", { content });
        expect(await head("odd")).toMatchObject(content);
      });

      test.each(ODD_KEYS)("a key %s: copied, seen and deleted as exactly itself", async (_, key) => {
        await copy(key, {}, { body: `body of ${key}` });
        expect(await textOf(key)).toBe(`body of ${key}`);
        expect(await head(key)).toMatchObject({ kind: "object" });
        await subject.destination.deleteObject(key, signal());
        expect(await head(key)).toEqual({ kind: "absent" });
      });
    });

    describe("head and deleteObject", () => {
      test("nothing is there", async () => {
        expect(await head("never")).toEqual({ kind: "absent" });
        await expect(subject.destination.deleteObject("never", signal())).resolves.toBeUndefined();
      });

      test("a condition: only the object that has this ETag, and nothing is a success", async () => {
        await copy("conditional");
        const first = await head("conditional");
        await copy("conditional");
        const second = await head("conditional");
        if (first.kind === "absent" || second.kind === "absent") throw new Error("not copied");
        const refused = await rejection(subject.destination.deleteObject("conditional", signal(), first.etag));
        expect(refused).toMatchObject({ code: "PreconditionFailed", effect: "none" });
        expect(await head("conditional")).toEqual(second);
        await subject.destination.deleteObject("conditional", signal(), second.etag);
        expect(await head("conditional")).toEqual({ kind: "absent" });
        await expect(subject.destination.deleteObject("conditional", signal(), second.etag)).resolves.toBeUndefined();
      });

      test("an ETag stays while the object does", async () => {
        await copy("stable");
        const [first, second] = [await head("stable"), await head("stable")];
        expect(first).toEqual(second);
        expect(first.kind === "object" && first.etag).toMatch(/^[^"]+$/);
      });

      test("deleting a/../b leaves b alone", async () => {
        await copy("b");
        await copy("a/../b");
        await subject.destination.deleteObject("a/../b", signal());
        expect(await head("b")).toMatchObject({ kind: "object" });
      });

      test("a call under an aborted signal is Aborted, a write of unknown outcome", async () => {
        const aborted = AbortSignal.abort();
        expect(await rejection(subject.destination.head("b", aborted))).toMatchObject({
          code: "Aborted",
          effect: "none",
        });
        const error = await rejection(subject.destination.deleteObject("b", aborted));
        expect(error).toMatchObject({ code: "Aborted", effect: "unknown" });
      });
    });
  });
}
