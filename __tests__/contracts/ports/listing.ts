/** What backfill and verify rely on in a `Listing`, of either kind of bucket. */
import { compareKeys } from "../../../core/listing";
import type { Listing, ListRequest } from "../../../core/ports";
import { ODD_KEYS, rejection, signal } from "./fixtures";

export interface ListingSubject {
  readonly listing: Listing;
  /** The same adapter on a bucket that does not exist. */
  readonly missing: Listing;
  readonly put: (key: string, body?: string) => Promise<void>;
  readonly clear: () => void;
  readonly close: () => Promise<void>;
}

export interface ListingContract {
  readonly name: string;
  /** General purpose buckets list in order of UTF-8; directory buckets in none, and take only prefixes that end in `/`. */
  readonly isOrdered: boolean;
  readonly make: () => Promise<ListingSubject>;
}

export function describeListingContract({ name, isOrdered, make }: ListingContract): void {
  describe(`Listing: ${name}`, () => {
    let subject: ListingSubject;
    beforeAll(async () => {
      subject = await make();
    });
    afterEach(() => subject.clear());
    afterAll(() => subject.close());

    async function everything(request: ListRequest) {
      const pages = [];
      let token: string | undefined;
      do {
        const page = await subject.listing.list({ ...request, ...(token === undefined ? {} : { token }) }, signal());
        pages.push(page);
        token = page.token;
      } while (token !== undefined);
      const keys = pages.flatMap(({ objects }) => objects.map(({ key }) => key));
      return { pages, keys, prefixes: pages.flatMap(({ prefixes }) => prefixes) };
    }
    const sorted = (keys: readonly string[]): string[] => [...keys].sort(compareKeys);
    const inOrder = (keys: readonly string[]): readonly string[] => (isOrdered ? keys : sorted(keys));

    test("nothing is an empty last page", async () => {
      expect(await subject.listing.list({ prefix: "" }, signal())).toEqual({
        objects: [],
        prefixes: [],
        token: undefined,
      });
    });

    test("an object has size, ETag without quotes and a time in whole seconds", async () => {
      await subject.put("d/k", "12345");
      const { objects } = await subject.listing.list({ prefix: "d/" }, signal());
      expect(objects).toMatchObject([{ key: "d/k", size: 5, etag: expect.stringMatching(/^[^"]+$/) as string }]);
      expect(Number.isInteger(objects[0]!.lastModified)).toBe(true);
      expect(Math.abs(objects[0]!.lastModified - Date.now() / 1000)).toBeLessThan(120);
    });

    test("page by page every object once, as many a page as asked for", async () => {
      const keys = Array.from({ length: 25 }, (_, n) => `p${n % 3}/k${n}`);
      for (const key of keys) await subject.put(key);
      const all = await everything({ prefix: "", maxKeys: 10 });
      expect(all.pages.map(({ objects }) => objects.length)).toEqual([10, 10, 5]);
      expect(inOrder(all.keys)).toEqual(sorted(keys));
    });

    test("with a delimiter: what lies right below, and the directories further down", async () => {
      for (const key of ["a", "d/x", "d/e/y", "d/e/z", "d/f/y"]) await subject.put(key);
      const top = await everything({ prefix: "", delimited: true });
      expect([top.keys, top.prefixes]).toEqual([["a"], ["d/"]]);
      const below = await everything({ prefix: "d/", delimited: true, maxKeys: 1 });
      expect([below.keys, sorted(below.prefixes)]).toEqual([["d/x"], ["d/e/", "d/f/"]]);
    });

    test.each(ODD_KEYS)("a key %s comes back as it was put", async (_, key) => {
      await subject.put(key);
      expect((await everything({ prefix: "" })).keys).toEqual([key]);
    });

    test("a missing bucket is an error and never an empty page", async () => {
      expect(await rejection(subject.missing.list({ prefix: "" }, signal()))).toMatchObject({
        code: "NoSuchBucket",
        effect: "none",
      });
    });

    test("a call under an aborted signal is Aborted", async () => {
      expect(await rejection(subject.listing.list({ prefix: "" }, AbortSignal.abort()))).toMatchObject({
        code: "Aborted",
      });
    });

    if (isOrdered) {
      test("behind a text that need not be a key, in the order of UTF-8", async () => {
        const keys = ["a", "b", "b/c", "\u{ffee}", "\u{1f600}"];
        for (const key of keys) await subject.put(key);
        expect((await everything({ prefix: "", after: "aa" })).keys).toEqual(keys.slice(1));
        expect((await everything({ prefix: "", after: "b", maxKeys: 1 })).keys).toEqual(keys.slice(2));
        expect((await everything({ prefix: "b", after: "b" })).keys).toEqual(["b/c"]);
        expect((await everything({ prefix: "", after: "\u{1f600}" })).keys).toEqual([]);
      });

      test("a prefix is any text", async () => {
        for (const key of ["log-1", "log-2/x", "lag"]) await subject.put(key);
        expect((await everything({ prefix: "log-" })).keys).toEqual(["log-1", "log-2/x"]);
      });
    } else {
      test("a prefix that does not end in a slash, and a StartAfter, are refused", async () => {
        for (const request of [{ prefix: "d" }, { prefix: "", after: "a" }]) {
          expect(await rejection(subject.listing.list(request, signal()))).toMatchObject({ effect: "none" });
        }
      });
    }
  });
}
