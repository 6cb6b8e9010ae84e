/** What the worker relies on in a `SourceBucket`, whatever stands behind it. */
import type { SourceBucket } from "../../../core/ports";
import { sameState } from "../../../core/state";
import { ODD_KEYS, ODD_METADATA, ODD_VALUES, rejection, signal, type Fixture } from "./fixtures";

export interface SourceSubject {
  readonly source: SourceBucket;
  /** The same adapter on a bucket that does not exist. */
  readonly missing: SourceBucket;
  /** The same bucket for somebody who may do nothing. */
  readonly forbidden: SourceBucket;
  readonly put: (key: string, fixture?: Fixture) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface SourceContract {
  readonly name: string;
  readonly make: () => Promise<SourceSubject>;
}

export function describeSourceBucketContract({ name, make }: SourceContract): void {
  describe(`SourceBucket: ${name}`, () => {
    let subject: SourceSubject;
    beforeAll(async () => {
      subject = await make();
    });
    afterAll(() => subject.close());
    const head = (key: string) => subject.source.head(key, signal());

    test("a key without an object is absent", async () => {
      expect(await head("never put")).toEqual({ kind: "absent" });
    });

    test("an object has size, ETag without quotes and a time in whole seconds", async () => {
      await subject.put("plain", { body: "12345" });
      const state = await head("plain");
      expect(state).toMatchObject({ kind: "object", size: 5, metadata: {} });
      if (state.kind !== "object") return;
      expect(state.etag).toMatch(/^[^"]+$/);
      expect(Number.isInteger(state.lastModified)).toBe(true);
      expect(Math.abs(state.lastModified - Date.now() / 1000)).toBeLessThan(60);
      expect(state.archived ?? false).toBe(false);
    });

    test("two looks at the same object are the same state; at another content they are not", async () => {
      await subject.put("looked at", { body: "one" });
      const first = await head("looked at");
      expect(sameState(first, await head("looked at"))).toBe(true);
      await subject.put("looked at", { body: "two" });
      expect(sameState(first, await head("looked at"))).toBe(false);
    });

    test("a change of metadata alone shows, although the ETag stays", async () => {
      await subject.put("meta", { metadata: { a: "1" } });
      const first = await head("meta");
      await subject.put("meta", { metadata: { a: "2" } });
      expect(sameState(first, await head("meta"))).toBe(false);
    });

    test("carried headers come verbatim, metadata in lower case and without our own fingerprint", async () => {
      const headers = {
        "cache-control": "no-cache",
        "content-disposition": 'attachment; filename="x"',
        "content-encoding": "gzip",
        "content-language": "de",
        "content-type": "text/html; charset=utf-8",
        expires: "when pigs fly",
      };
      await subject.put("dressed", { headers, metadata: { owner: "Me", "s3es-source": "1;stale" } });
      expect(await head("dressed")).toMatchObject({ headers, metadata: { owner: "Me" } });
      const state = await head("dressed");
      expect(state.kind === "object" && Object.keys(state.metadata)).toEqual(["owner"]);
    });

    test.each(ODD_VALUES)("a header keeps %s", async (_, value) => {
      await subject.put("odd", { headers: { "content-disposition": value, expires: value } });
      expect(await head("odd")).toMatchObject({ headers: { "content-disposition": value, expires: value } });
    });

    test.each(ODD_METADATA)("metadata keeps %s", async (_, value) => {
      await subject.put("odd", { metadata: { m: value } });
      expect(await head("odd")).toMatchObject({ metadata: { m: value } });
    });

    test.each(ODD_KEYS)("a key %s names exactly one object", async (_, key) => {
      expect(await head(key)).toEqual({ kind: "absent" });
      await subject.put(key, { body: key });
      expect(await head(key)).toMatchObject({ kind: "object", size: Buffer.byteLength(key) });
      await subject.remove(key);
      expect(await head(key)).toEqual({ kind: "absent" });
    });

    test.each(["CRC32", "CRC32C", "CRC64NVME"] as const)("a %s over the whole object is told", async (algorithm) => {
      await subject.put("summed", { checksum: algorithm });
      const value: unknown = expect.stringMatching(/^[A-Za-z0-9+/]+=*$/);
      expect(await head("summed")).toMatchObject({ checksum: { algorithm, value } });
    });

    test("an archived object says so", async () => {
      await subject.put("cold", { storageClass: "GLACIER" });
      expect(await head("cold")).toMatchObject({ kind: "object", archived: true });
    });

    test("an object under a customer's key is a verdict about the key", async () => {
      await subject.put("locked", { isCustomerEncrypted: true });
      expect(await rejection(head("locked"))).toMatchObject({ code: "CustomerKeyRequired", effect: "none" });
    });

    test("a forbidden HEAD is an error and never an absent object", async () => {
      const { forbidden } = subject;
      expect(await rejection(forbidden.head("plain", signal()))).toMatchObject({ code: "AccessDenied" });
      expect(await rejection(forbidden.exists(signal()))).toMatchObject({ code: "AccessDenied" });
    });

    test("whether the bucket exists", async () => {
      expect(await subject.source.exists(signal())).toBe(true);
      expect(await subject.missing.exists(signal())).toBe(false);
    });

    test("a call under an aborted signal is Aborted", async () => {
      const error = await rejection(subject.source.head("plain", AbortSignal.abort()));
      expect(error).toMatchObject({ code: "Aborted", effect: "none" });
    });
  });
}
